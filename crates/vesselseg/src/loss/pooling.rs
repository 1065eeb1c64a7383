//! Minimum and maximum pooling over a voxel and its neighbors, with the source of each result for the gradient.

use rayon::prelude::*;
use rsom_nn::Element;

/// Number of images, depth, height and width.
pub type Extents = [usize; 4];

/// Codes in [`Pooled::from`] of the six face neighbors of a voxel.
pub const NEIGHBORS: [u8; 6] = [ABOVE, BELOW, BEFORE, BEHIND, LEFT, RIGHT];
/// Codes of the two neighbors along each axis: z, y, x.
pub const ALONG: [[u8; 2]; 3] = [[ABOVE, BELOW], [BEFORE, BEHIND], [LEFT, RIGHT]];

const ITSELF: u8 = 0;
const ABOVE: u8 = 1;
const BELOW: u8 = 2;
const BEFORE: u8 = 3;
const BEHIND: u8 = 4;
const LEFT: u8 = 5;
const RIGHT: u8 = 6;

/// The minimum or maximum of each neighborhood.
pub struct Pooled<T> {
    /// Values, one for each voxel.
    pub values: Vec<T>,
    /// Code of the source of each value. If several are equal, it is the voxel itself, otherwise the first of [`NEIGHBORS`].
    pub from: Vec<u8>,
}

/// Pools each voxel with the given neighbors: takes the best value according to `better(new, old)`. Neighbors outside the
/// image are ignored.
pub fn pool<T: Element>(
    volume: &[T],
    extents: Extents,
    neighbors: &[u8],
    better: impl Fn(T, T) -> bool + Sync,
) -> Pooled<T> {
    let [_, depth, height, width] = extents;
    let mut values = volume.to_vec();
    let mut from = vec![ITSELF; volume.len()];
    let plane = height * width;
    values
        .par_chunks_mut(plane)
        .zip(from.par_chunks_mut(plane))
        .enumerate()
        .for_each(|(p, (values, from))| {
            let rows = values.chunks_mut(width).zip(from.chunks_mut(width));
            for (y, (values, from)) in rows.enumerate() {
                for code in neighbors {
                    let shift = Shift::of(*code);
                    let Some((row, here, there)) = shift.rows([p, y], [depth, height, width])
                    else {
                        continue;
                    };
                    let others = &volume[row * width..][there];
                    let found = values[here.clone()].iter_mut().zip(&mut from[here]);
                    for ((value, from), other) in found.zip(others) {
                        if better(*other, *value) {
                            (*value, *from) = (*other, *code);
                        }
                    }
                }
            }
        });
    Pooled { values, from }
}

/// The gradient of the input of [`pool`]: the gradient of each result goes to its source.
pub fn pool_gradient<T: Element>(
    gradient: &[T],
    from: &[u8],
    extents: Extents,
    neighbors: &[u8],
) -> Vec<T> {
    let [_, depth, height, width] = extents;
    let mut back = vec![T::zero(); gradient.len()];
    back.par_chunks_mut(height * width)
        .enumerate()
        .for_each(|(p, back)| {
            for (y, back) in back.chunks_mut(width).enumerate() {
                let start = (p * height + y) * width;
                let own = gradient[start..].iter().zip(&from[start..]);
                for (back, (gradient, from)) in back.iter_mut().zip(own) {
                    if *from == ITSELF {
                        *back += *gradient;
                    }
                }
                for code in neighbors {
                    // A voxel that took its value from here lies in the opposite direction.
                    let shift = Shift::of(*code).reversed();
                    let Some((row, here, there)) = shift.rows([p, y], [depth, height, width])
                    else {
                        continue;
                    };
                    let takers = gradient[row * width..][there.clone()]
                        .iter()
                        .zip(&from[row * width..][there]);
                    for (back, (gradient, from)) in back[here].iter_mut().zip(takers) {
                        if from == code {
                            *back += *gradient;
                        }
                    }
                }
            }
        });
    back
}

/// A step to a neighbor along z, y, x.
#[derive(Clone, Copy)]
struct Shift([isize; 3]);

impl Shift {
    fn of(code: u8) -> Self {
        Self(match code {
            ABOVE => [-1, 0, 0],
            BELOW => [1, 0, 0],
            BEFORE => [0, -1, 0],
            BEHIND => [0, 1, 0],
            LEFT => [0, 0, -1],
            RIGHT => [0, 0, 1],
            _ => [0; 3],
        })
    }

    fn reversed(self) -> Self {
        Self(self.0.map(|step| -step))
    }

    /// For row `y` of plane `p` (counted over all images): the row of the neighbors, the range of columns that have a
    /// neighbor, and the range of these neighbors. `None` if the row is outside the image.
    fn rows(
        self,
        [p, y]: [usize; 2],
        [depth, height, width]: [usize; 3],
    ) -> Option<(usize, std::ops::Range<usize>, std::ops::Range<usize>)> {
        let [dz, dy, dx] = self.0;
        let z = (p % depth).checked_add_signed(dz).filter(|z| *z < depth)?;
        let y = y.checked_add_signed(dy).filter(|y| *y < height)?;
        let row = (p / depth * depth + z) * height + y;
        let all = 0..width;
        Some(match dx {
            -1 => (row, 1..width, 0..width - 1),
            1 => (row, 0..width - 1, 1..width),
            _ => (row, all.clone(), all),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minimum_comes_from_the_smallest_face_neighbor_within_the_image() {
        // Two images of 1 × 2 × 2; what is smaller in the other image is no neighbor.
        let volume = [4.0, 3.0, 2.0, 1.0, -4.0, -3.0, -2.0, -1.0];
        let found = pool(&volume, [2, 1, 2, 2], &NEIGHBORS, |a, b| a < b);
        assert_eq!(found.values, [2.0, 1.0, 1.0, 1.0, -4.0, -4.0, -4.0, -3.0]);
        let expected = [BEHIND, BEHIND, RIGHT, ITSELF, ITSELF, LEFT, BEFORE, BEFORE];
        assert_eq!(found.from, expected);
        let back = pool_gradient(&[1.0_f64; 8], &found.from, [2, 1, 2, 2], &NEIGHBORS);
        assert_eq!(back, [0.0, 0.0, 1.0, 3.0, 3.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn of_equal_values_the_voxel_itself_is_taken() {
        let found = pool(&[1.0_f32; 27], [1, 3, 3, 3], &NEIGHBORS, |a, b| a > b);
        assert!(found.from.iter().all(|code| *code == ITSELF));
    }
}
