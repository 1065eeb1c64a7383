//! Surfaces as pieces between voxel centers.

use ndarray::{Array3, ArrayView3};
use rsom_morphology::squared_distances;

use super::areas::areas;
use super::cropped::{Cropped, cropped};
use super::{Border, SurfaceDistances, Weighted};

/// Distances between the surfaces of a reference and a prediction of equal shape (x, y, z), in pieces: one for each cell between
/// eight neighboring voxel centers that are not all on one side. A piece counts with its area and lies in the middle of its cell.
/// `spacing_mm` along x, y, z. `None` if one of the masks is empty or has no surface.
#[must_use]
pub fn of_surfels(
    reference: ArrayView3<'_, bool>,
    prediction: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    border: Border,
) -> Option<SurfaceDistances> {
    let shape = [reference.dim().0, reference.dim().1, reference.dim().2];
    let part = cropped([reference, prediction])?;
    let areas = areas(spacing_mm);
    let [reference, prediction] = [0, 1].map(|n| cells(&part, n, shape, border));
    let weighted = |from: &Array3<u8>, to: &Array3<u8>| {
        let distances = squared_distances(to.mapv(is_surface).view(), spacing_mm);
        let pieces = from.iter().zip(&distances);
        let pieces: Vec<(f64, f64)> = pieces
            .filter(|(cell, _)| is_surface(**cell))
            .map(|(cell, distance)| (distance.sqrt(), areas[usize::from(*cell)]))
            .collect();
        // Infinite if the other mask has no surface.
        let is_complete = pieces.first().is_some_and(|piece| piece.0.is_finite());
        is_complete.then(|| Weighted::new(pieces))
    };
    Some(SurfaceDistances {
        prediction: weighted(&prediction, &reference)?,
        reference: weighted(&reference, &prediction)?,
    })
}

fn is_surface(cell: u8) -> bool {
    cell != 0 && cell != u8::MAX
}

/// The set corners of each cell as bits; none for a cell that does not count.
fn cells(part: &Cropped, which: usize, shape: [usize; 3], border: Border) -> Array3<u8> {
    let mask = &part.masks[which];
    let (nx, ny, nz) = mask.dim();
    Array3::from_shape_fn((nx - 1, ny - 1, nz - 1), |(x, y, z)| {
        // The cell lies between the voxels before and after it, of which the first of the whole has the index 1 - low.
        let leaves = |axis: usize, place: usize| {
            let before = part.low[axis] + place;
            before == 0 || before == shape[axis]
        };
        if border == Border::Open && (leaves(0, x) || leaves(1, y) || leaves(2, z)) {
            return 0;
        }
        let bit = |n: usize| {
            let corner = [x + (n >> 2 & 1), y + (n >> 1 & 1), z + (n & 1)];
            u8::from(mask[corner]) << n
        };
        (0..8).map(bit).sum()
    })
}
