//! Maximum intensity projections along the three axes.

use ndarray::{Array2, ArrayView3, s};

/// Maxima of a volume of shape (x, y, z) along x, y and z: of shape (y, z), (x, z) and (x, y).
///
/// NaN is ignored; a line without numbers has the maximum −∞.
#[must_use]
pub fn maxima(volume: ArrayView3<'_, f32>) -> [Array2<f32>; 3] {
    projected(volume, f32::NEG_INFINITY, f32::max)
}

/// A mask of shape (x, y, depths) whose first depth is the scan's depth `offset`.
#[derive(Debug, Clone, Copy)]
pub struct OffsetMask<'a> {
    /// The mask's voxels.
    pub voxels: ArrayView3<'a, bool>,
    /// The scan's depth of the mask's depth 0; may be negative.
    pub offset: isize,
}

impl OffsetMask<'_> {
    /// The projections of the mask onto those of a scan of `depth` voxels: true where any mask voxel lies on the line,
    /// of shape (y, z), (x, z) and (x, y), in the scan's z. Parts of the mask above or below the scan are ignored.
    #[must_use]
    pub fn shadows(&self, depth: usize) -> [Array2<bool>; 3] {
        let (nx, ny, nz) = self.voxels.dim();
        let start = self.offset.clamp(0, depth as isize) as usize;
        let first = self.offset.saturating_neg().clamp(0, nz as isize) as usize;
        let count = (depth - start).min(nz - first);
        let inside = self.voxels.slice(s![.., .., first..first + count]);
        let [yz, xz, along_z] = projected(inside, false, |a, b| a || b);
        let deep = |width: usize, shadow: Array2<bool>| {
            let mut whole = Array2::from_elem((width, depth), false);
            whole
                .slice_mut(s![.., start..start + count])
                .assign(&shadow);
            whole
        };
        [deep(ny, yz), deep(nx, xz), along_z]
    }
}

/// Combines the voxels of every line along x, y and z, in one pass over memory.
fn projected<T: Copy>(
    volume: ArrayView3<'_, T>,
    start: T,
    join: impl Fn(T, T) -> T,
) -> [Array2<T>; 3] {
    let (nx, ny, nz) = volume.dim();
    let mut along_x = Array2::from_elem((ny, nz), start);
    let mut along_y = Array2::from_elem((nx, nz), start);
    let mut along_z = Array2::from_elem((nx, ny), start);
    for x in 0..nx {
        let mut of_x = along_y.row_mut(x);
        for y in 0..ny {
            let column = volume.slice(s![x, y, ..]);
            of_x.zip_mut_with(&column, |a, b| *a = join(*a, *b));
            along_x
                .row_mut(y)
                .zip_mut_with(&column, |a, b| *a = join(*a, *b));
            along_z[[x, y]] = column.iter().fold(start, |a, b| join(a, *b));
        }
    }
    [along_x, along_y, along_z]
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, array};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn maxima_are_those_of_numpy() {
        let volume = Array3::from_shape_fn((2, 3, 4), |(x, y, z)| {
            ((x * 11 + y * 17 + z * 5) % 23) as f32
        });
        let [along_x, along_y, along_z] = maxima(volume.view());
        // numpy 2.4: v.max(0), v.max(1), v.max(2) of the same volume.
        let x = array![
            [11.0, 16.0, 21.0, 15.0],
            [17.0, 22.0, 15.0, 20.0],
            [22.0, 16.0, 21.0, 14.0]
        ];
        let y = array![[17.0, 22.0, 21.0, 15.0], [22.0, 16.0, 21.0, 20.0]];
        let z = array![[15.0, 22.0, 21.0], [21.0, 20.0, 22.0]];
        assert_eq!((along_x, along_y, along_z), (x, y, z));
    }

    #[test]
    fn values_that_are_not_numbers_are_passed_over() {
        let mut volume = Array3::from_elem((1, 1, 2), f32::NAN);
        volume[[0, 0, 1]] = -3.0;
        assert_eq!(maxima(volume.view())[2][[0, 0]], -3.0);
    }

    proptest! {
        #[test]
        fn a_mask_on_another_range_of_depths_casts_the_shadow_of_its_part_within(
            offset in -12isize..12,
            mask_depth in 1usize..9,
            depth in 1usize..9,
        ) {
            let set = |x: usize, y: usize, z: usize| (x * 5 + y * 3 + z * 7).is_multiple_of(4);
            let voxels = Array3::from_shape_fn((3, 2, mask_depth), |(x, y, z)| set(x, y, z));
            // The same mask, written voxel by voxel onto the scan's grid.
            let whole = Array3::from_shape_fn((3, 2, depth), |(x, y, z)| {
                let z = z as isize - offset;
                z >= 0 && z < mask_depth as isize && set(x, y, z as usize)
            });
            let placed = OffsetMask { voxels: voxels.view(), offset };
            let expected = OffsetMask { voxels: whole.view(), offset: 0 };
            prop_assert_eq!(placed.shadows(depth), expected.shadows(depth));
        }
    }
}
