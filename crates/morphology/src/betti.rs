//! Betti numbers: components, tunnels and cavities of a mask.

use std::ops::Add;

use ndarray::ArrayView3;

use crate::bits::{Bits, shifted};
use crate::{Connectivity, Runs};

/// The Betti numbers of a mask whose voxels are neighbors by faces, edges and corners (26 neighbors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Betti {
    /// Number of connected components, β₀.
    pub components: usize,
    /// Number of independent tunnels, β₁: 1 for a ring. For an image, which has one voxel along an axis, the number of holes.
    pub tunnels: usize,
    /// Number of cavities, β₂: components of the background (6 neighbors) that do not reach the outside.
    pub cavities: usize,
}

impl Betti {
    /// The Betti numbers of a mask of shape (x, y, z). Outside is background.
    ///
    /// β₁ follows from the Euler number, χ = β₀ − β₁ + β₂.
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>) -> Self {
        let components = Runs::of(mask).components(Connectivity::Corners).1.len();
        let cavities = cavities(mask);
        let tunnels = components as i64 + cavities as i64 - euler_number(mask);
        Self {
            components,
            // Never negative, because the Betti numbers are those of one complex.
            tunnels: usize::try_from(tunnels).unwrap_or(0),
            cavities,
        }
    }
}

impl Add for Betti {
    type Output = Self;

    /// The Betti numbers of two masks that do not touch.
    fn add(self, other: Self) -> Self {
        Self {
            components: self.components + other.components,
            tunnels: self.tunnels + other.tunnels,
            cavities: self.cavities + other.cavities,
        }
    }
}

/// The Euler number of a mask of shape (x, y, z) with 26 neighbors: corners − edges + faces − voxels of the union of its closed
/// voxels.
#[must_use]
pub fn euler_number(mask: ArrayView3<'_, bool>) -> i64 {
    /// Rows that meet between (x, y) and (x + 1, y + 1), and the sign of what they share.
    const SIDES: [(i64, &[usize]); 4] =
        [(1, &[0]), (-1, &[0, 1]), (-1, &[0, 2]), (1, &[0, 1, 2, 3])];
    let bits = Bits::pack(mask, 1, false);
    let [nx, ny, _] = bits.shape();
    let count = |words: &mut dyn Iterator<Item = u64>| -> i64 {
        words.map(|word| i64::from(word.count_ones())).sum()
    };
    let mut number = 0;
    let mut joined = Vec::new();
    for x in 0..=nx {
        for y in 0..=ny {
            let rows = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| bits.row(x + dx, y + dy));
            for (sign, chosen) in SIDES {
                joined.clear();
                joined.extend((0..rows[0].len()).map(|word| {
                    let set = chosen.iter().map(|row| rows[*row][word]);
                    set.fold(0, std::ops::BitOr::bitor)
                }));
                // Parts that lie within a voxel along z, and those between two.
                let within = count(&mut joined.iter().copied());
                let between =
                    (0..joined.len()).map(|word| joined[word] | shifted(&joined, word, 1));
                number += sign * (count(&mut between.into_iter()) - within);
            }
        }
    }
    number
}

/// Number of components of the background that do not reach the outside.
fn cavities(mask: ArrayView3<'_, bool>) -> usize {
    let (nx, ny, nz) = mask.dim();
    let unset = Runs::of(mask.mapv(|set| !set).view());
    let (numbers, sizes) = unset.components(Connectivity::Faces);
    let mut is_outside = vec![false; sizes.len()];
    for (run, number) in unset.list().iter().zip(&numbers) {
        is_outside[*number as usize - 1] |= run.touches_an_end([nx, ny, nz], [true; 3]);
    }
    is_outside.iter().filter(|outside| !**outside).count()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    fn ball(radius: f64) -> Array3<bool> {
        Array3::from_shape_fn((15, 15, 15), |(x, y, z)| {
            let square = |i: usize| (i as f64 - 7.0).powi(2);
            square(x) + square(y) + square(z) <= radius * radius
        })
    }

    fn numbers(mask: &Array3<bool>) -> [usize; 3] {
        let betti = Betti::of(mask.view());
        [betti.components, betti.tunnels, betti.cavities]
    }

    #[test]
    fn solids_of_known_topology_have_their_betti_numbers() {
        assert_eq!(numbers(&Array3::from_elem((3, 3, 3), false)), [0, 0, 0]);
        assert_eq!(numbers(&Array3::from_elem((3, 4, 70), true)), [1, 0, 0]);
        assert_eq!(numbers(&ball(5.0)), [1, 0, 0]);
        // A hollow ball has a cavity; the ball in it is a second component.
        let hollow = &ball(6.0) & &ball(4.0).mapv(|set| !set);
        assert_eq!(numbers(&hollow), [1, 0, 1]);
        assert_eq!(numbers(&(&hollow | &ball(2.0))), [2, 0, 1]);
        // A torus, and the wire frame of a cube: 12 edges, 8 corners, so 12 − 8 + 1 = 5 tunnels.
        let torus = Array3::from_shape_fn((21, 21, 7), |(x, y, z)| {
            let around = (x as f64 - 10.0).hypot(y as f64 - 10.0) - 7.0;
            around.hypot(z as f64 - 3.0) <= 2.0
        });
        assert_eq!(numbers(&torus), [1, 1, 0]);
        let frame = Array3::from_shape_fn((6, 6, 80), |(x, y, z)| {
            let at_ends = [x % 5 == 0, y % 5 == 0, z % 79 == 0];
            at_ends.iter().filter(|end| **end).count() >= 2
        });
        assert_eq!(numbers(&frame), [1, 5, 0]);
    }

    #[test]
    fn an_image_has_holes_whichever_axis_is_flat() {
        let ring =
            |a: usize, b: usize| (1..5).contains(&a) && (1..5).contains(&b) && !(a == 2 && b == 3);
        let images = [
            Array3::from_shape_fn((1, 6, 6), |(_, y, z)| ring(y, z)),
            Array3::from_shape_fn((6, 1, 6), |(x, _, z)| ring(x, z)),
            Array3::from_shape_fn((6, 6, 1), |(x, y, _)| ring(x, y)),
        ];
        for image in images {
            assert_eq!(numbers(&image), [1, 1, 0]);
        }
    }

    /// The Euler number by corners, edges, faces and voxels, each found in a set.
    fn by_parts(mask: &Array3<bool>) -> i64 {
        let mut parts = std::collections::BTreeSet::new();
        for ((x, y, z), set) in mask.indexed_iter() {
            if *set {
                for part in 0..27 {
                    parts.insert([2 * x + part % 3, 2 * y + part / 3 % 3, 2 * z + part / 9]);
                }
            }
        }
        let sign = |part: &[usize; 3]| {
            1 - 2 * (part.iter().filter(|place| *place % 2 == 1).count() as i64 % 2)
        };
        parts.iter().map(sign).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_euler_number_is_that_of_the_parts(
            voxels in proptest::collection::vec(prop::bool::weighted(0.4), 3 * 4 * 70)
        ) {
            let mask = Array3::from_shape_vec((3, 4, 70), voxels).unwrap();
            prop_assert_eq!(euler_number(mask.view()), by_parts(&mask));
        }

        #[test]
        fn exchanged_axes_change_nothing(
            voxels in proptest::collection::vec(prop::bool::weighted(0.5), 4 * 5 * 6)
        ) {
            let mask = Array3::from_shape_vec((4, 5, 6), voxels).unwrap();
            let other = mask.view().permuted_axes([2, 0, 1]);
            prop_assert_eq!(Betti::of(mask.view()), Betti::of(other));
        }
    }
}
