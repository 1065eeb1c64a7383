//! Fills the holes of a mask.

use ndarray::{Array3, ArrayView3};

use crate::{Connectivity, Runs};

/// Sets every unset voxel of a mask of shape (x, y, z) that is not connected to the outside by faces.
///
/// `open` states for x, y and z whether the outside begins at the array's ends along this axis. Use all axes for a
/// volume; for a single B-scan, one voxel wide along y, use `[true, false, true]`. With all three it equals scipy's
/// `binary_fill_holes`.
#[must_use]
pub fn fill_holes(mask: ArrayView3<'_, bool>, open: [bool; 3]) -> Array3<bool> {
    let unset = Runs::of(mask.mapv(|set| !set).view());
    let (numbers, sizes) = unset.components(Connectivity::Faces);
    let shape = mask.dim();
    let mut is_outside = vec![false; sizes.len()];
    for (run, number) in unset.list().iter().zip(&numbers) {
        is_outside[*number as usize - 1] |= run.touches_an_end(shape.into(), open);
    }
    let mut filled = Array3::from_elem(shape, true);
    for (run, number) in unset.list().iter().zip(&numbers) {
        if is_outside[*number as usize - 1] {
            for z in run.start..run.end {
                filled[[run.x, run.y, z]] = false;
            }
        }
    }
    filled
}
