//! The median filter of a layer mask.

use ndarray::{Array3, ArrayView3, Axis, Zip};
use rsom_volume::{Mask, Spacing};

use crate::LayersegError;

/// Median of a mask over a cube of `window` voxels (odd): a voxel is in the layer if more than half of its cube is. At the
/// borders, the cube is clipped. B-scans of unknown distance are filtered separately, with a square.
///
/// # Errors
/// Returns an error if the result does not fit the grid, which does not happen for a valid mask.
pub fn median(mask: Mask, window: usize) -> Result<Mask, LayersegError> {
    let (grid, voxels) = mask.into_parts();
    let half = window / 2;
    let along_y = match grid.spacing() {
        Spacing::Millimetres(_) => half,
        Spacing::Unknown => 0,
    };
    Ok(Mask::new(
        grid,
        majority(&voxels.view(), [half, along_y, half]),
    )?)
}

fn majority(voxels: &ArrayView3<'_, bool>, half: [usize; 3]) -> Array3<bool> {
    let mut inside = voxels.mapv(u32::from);
    let mut all = Array3::from_elem(voxels.dim(), 1_u32);
    for (axis, half) in half.into_iter().enumerate() {
        sum_along(&mut inside, Axis(axis), half);
        sum_along(&mut all, Axis(axis), half);
    }
    Zip::from(&inside)
        .and(&all)
        .map_collect(|inside, all| 2 * inside > *all)
}

/// Replaces each value by the sum over its window, with running sums.
fn sum_along(values: &mut Array3<u32>, axis: Axis, half: usize) {
    for mut lane in values.lanes_mut(axis) {
        let mut sums = vec![0; lane.len() + 1];
        for (i, value) in lane.iter().enumerate() {
            sums[i + 1] = sums[i] + value;
        }
        let last = lane.len();
        for (i, value) in lane.iter_mut().enumerate() {
            *value = sums[(i + half + 1).min(last)] - sums[i.saturating_sub(half)];
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::s;
    use proptest::prelude::*;

    use super::*;

    /// The definition, voxel by voxel.
    fn plain(voxels: &Array3<bool>, half: [usize; 3]) -> Array3<bool> {
        let (nx, ny, nz) = voxels.dim();
        let range = |i: usize, half: usize, n: usize| i.saturating_sub(half)..(i + half + 1).min(n);
        Array3::from_shape_fn((nx, ny, nz), |(x, y, z)| {
            let cube = s![
                range(x, half[0], nx),
                range(y, half[1], ny),
                range(z, half[2], nz)
            ];
            let cube = voxels.slice(cube);
            2 * cube.iter().filter(|v| **v).count() > cube.len()
        })
    }

    proptest! {
        #[test]
        fn running_sums_give_the_majority_of_each_cube(
            values in proptest::collection::vec(proptest::bool::ANY, 5 * 3 * 7),
            half in [0_usize..3, 0..3, 0..4],
        ) {
            let voxels = Array3::from_shape_vec((5, 3, 7), values).unwrap();
            prop_assert_eq!(majority(&voxels.view(), half), plain(&voxels, half));
        }
    }

    #[test]
    fn a_flat_layer_stays_and_a_spike_is_cut() {
        let flat = Array3::from_shape_fn((12, 9, 20), |(.., z)| (8..14).contains(&z));
        assert_eq!(majority(&flat.view(), [2; 3]), flat);
        let mut spiked = flat.clone();
        spiked.slice_mut(s![5, 4, 2..8]).fill(true);
        assert_eq!(majority(&spiked.view(), [2; 3]), flat);
    }
}
