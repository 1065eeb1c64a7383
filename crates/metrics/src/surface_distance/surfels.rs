//! Surfaces as pieces between voxel centers.

use ndarray::{Array3, ArrayView3};
use rsom_morphology::squared_distances;

use super::areas::areas;
use super::cropped::Cropped;
use super::{Border, SurfaceDistances, Weighted};

/// Distances between the surfaces of a reference and a prediction of equal shape (x, y, z), in pieces: one for each cell between
/// eight neighboring voxel centers that are not all on one side. A piece counts with its area and lies in the middle of its cell.
/// `spacing_mm` along x, y, z. `None` if one of the masks is empty or has no surface.
///
/// Masks with one voxel along an axis are images: their surfaces are lines, weighted by length.
#[must_use]
pub fn of_surfels(
    reference: ArrayView3<'_, bool>,
    prediction: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    border: Border,
) -> Option<SurfaceDistances> {
    surfels(reference, prediction, spacing_mm, border).if_both()
}

/// As [`of_surfels`]; distances are infinite where the other mask has no surface.
pub(super) fn surfels(
    reference: ArrayView3<'_, bool>,
    prediction: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    border: Border,
) -> SurfaceDistances {
    let Some(part) = Cropped::of([reference, prediction], border) else {
        return SurfaceDistances::default();
    };
    let areas = areas(spacing_mm);
    let [reference, prediction] = [0, 1].map(|which| cells(&part, which));
    let weighted = |from: &Array3<u8>, to: &Array3<u8>| {
        let distances = squared_distances(to.mapv(is_surface).view(), spacing_mm);
        let pieces = from.iter().zip(&distances);
        let pieces = pieces
            .filter(|(cell, _)| is_surface(**cell))
            .map(|(cell, distance)| (distance.sqrt(), areas[usize::from(*cell)]));
        Weighted::new(pieces.collect())
    };
    SurfaceDistances {
        prediction: weighted(&prediction, &reference),
        reference: weighted(&reference, &prediction),
    }
}

fn is_surface(cell: u8) -> bool {
    cell != 0 && cell != u8::MAX
}

/// The set corners of each cell as bits; none for a cell that does not count. Along an axis with one voxel there is one cell.
fn cells(part: &Cropped, which: usize) -> Array3<u8> {
    let mask = part.mask(which);
    let (nx, ny, nz) = mask.dim();
    let mut shape = [nx - 1, ny - 1, nz - 1];
    for (axis, length) in shape.iter_mut().enumerate() {
        if part.is_flat(axis) {
            *length = 1;
        }
    }
    Array3::from_shape_fn(shape, |(x, y, z)| {
        if !(part.counts(0, x) && part.counts(1, y) && part.counts(2, z)) {
            return 0;
        }
        let bit = |n: usize| {
            let corner = [x + (n >> 2 & 1), y + (n >> 1 & 1), z + (n & 1)];
            u8::from(mask[corner]) << n
        };
        (0..8).map(bit).sum()
    })
}
