//! Fills pits of a rough surface.

use ndarray::{Array2, Array3, ArrayView2, ArrayView3, Axis};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

/// Sets every unset voxel of a mask of shape (x, y, z) of whose up to 26 neighbors more than half are set; of an image with extent 1
/// along an axis, of whose up to 8. Neighbors outside the array do not count. No voxel is removed.
///
/// It fills pits, and holes and gaps that are one voxel wide. Next to a plane or a convex surface no voxel is set, so that
/// objects do not grow.
#[must_use]
pub fn fill_pits(mask: ArrayView3<'_, bool>) -> Array3<bool> {
    let (nx, ny, nz) = mask.dim();
    let planes: Vec<Array2<u8>> = (0..nx)
        .into_par_iter()
        .map(|x| sums(mask.index_axis(Axis(0), x)))
        .collect();
    let mut filled = mask.to_owned();
    let outer: Vec<_> = filled.axis_iter_mut(Axis(0)).collect();
    outer
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            let near = &planes[x.saturating_sub(1)..(x + 2).min(nx)];
            for (y, mut row) in plane.outer_iter_mut().enumerate() {
                let rows = near.len() * extent(y, ny);
                for (z, voxel) in row.iter_mut().enumerate() {
                    let set: u8 = near.iter().map(|sums| sums[[y, z]]).sum();
                    let neighbors = rows * extent(z, nz) - 1;
                    *voxel |= 2 * usize::from(set) > neighbors;
                }
            }
        });
    filled
}

/// Number of set voxels in the 3 × 3 voxels around each one of a plane.
fn sums(plane: ArrayView2<'_, bool>) -> Array2<u8> {
    let (ny, nz) = plane.dim();
    let mut along: Array2<u8> = Array2::zeros((ny, nz));
    for (from, mut to) in plane.outer_iter().zip(along.outer_iter_mut()) {
        for z in 0..nz {
            let near = z.saturating_sub(1)..(z + 2).min(nz);
            to[z] = near.map(|z| u8::from(from[z])).sum();
        }
    }
    let mut sums = along.clone();
    for y in 0..ny {
        let mut row = sums.row_mut(y);
        if y > 0 {
            row += &along.row(y - 1);
        }
        if y + 1 < ny {
            row += &along.row(y + 1);
        }
    }
    sums
}

/// Number of indices from one below to one above, as far as they exist.
fn extent(index: usize, count: usize) -> usize {
    (index + 2).min(count) - index.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn convex_objects_do_not_grow() {
        let ball = Array3::from_shape_fn((15, 15, 15), |(x, y, z)| {
            [x, y, z]
                .iter()
                .map(|v| v.abs_diff(7).pow(2))
                .sum::<usize>()
                <= 30
        });
        assert_eq!(fill_pits(ball.view()), ball);
        let block = Array3::from_shape_fn((6, 7, 8), |(x, y, z)| x > 1 && y > 2 && z < 4);
        assert_eq!(fill_pits(block.view()), block);
        let image = Array3::from_shape_fn((1, 9, 9), |(_, y, z)| y > 3 && z > 2);
        assert_eq!(fill_pits(image.view()), image);
    }

    #[test]
    fn pits_and_pinholes_are_filled() {
        let block = Array3::from_shape_fn((6, 7, 8), |(x, y, z)| x > 1 && y > 2 && z < 4);
        let mut rough = block.clone();
        // In a face, and in the middle.
        rough[[2, 5, 2]] = false;
        rough[[4, 5, 1]] = false;
        assert_eq!(fill_pits(rough.view()), block);
        for axes in [[0, 1, 2], [1, 0, 2], [2, 1, 0]] {
            let mut image = Array3::from_elem((1, 9, 9), true);
            image[[0, 4, 4]] = false;
            let filled = fill_pits(image.view().permuted_axes(axes));
            assert!(filled.iter().all(|set| *set));
        }
    }

    #[test]
    fn empty_arrays_stay_empty() {
        for shape in [(0, 3, 4), (3, 0, 4), (3, 4, 0)] {
            assert!(fill_pits(Array3::from_elem(shape, true).view()).is_empty());
        }
        let lone = Array3::from_elem((1, 1, 1), false);
        assert_eq!(fill_pits(lone.view()), lone);
    }
}
