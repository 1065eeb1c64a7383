//! Surfaces as pieces between voxel centers.

use ndarray::{Array3, ArrayView3, Axis, s};
use rayon::prelude::*;
use rsom_morphology::squared_distances_at;

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
    Surfels::of([reference, prediction], border).distances(spacing_mm, &areas(spacing_mm))
}

/// The surfaces of a reference and a prediction, as the set corners of each cell.
pub(super) struct Surfels(Option<[Array3<u8>; 2]>);

impl Surfels {
    /// The surfaces of two masks of equal shape (x, y, z).
    pub fn of(masks: [ArrayView3<'_, bool>; 2], border: Border) -> Self {
        let part = Cropped::of(masks, border);
        Self(part.map(|part| [0, 1].map(|which| cells(&part, which))))
    }

    /// The distances with a spacing, and the areas of cells that belong to it; infinite where the other mask has no surface.
    pub fn distances(&self, spacing: [f64; 3], areas: &[f64]) -> SurfaceDistances {
        let Some([reference, prediction]) = &self.0 else {
            return SurfaceDistances::default();
        };
        let [at_reference, at_prediction] = [reference, prediction].map(|c| c.mapv(is_surface));
        let weighted = |from: &Array3<u8>, at: [&Array3<bool>; 2]| {
            let distances = squared_distances_at(at[0].view(), at[1].view(), spacing);
            let cells = from.iter().filter(|cell| is_surface(**cell));
            let pieces = cells.zip(distances);
            let pieces =
                pieces.map(|(cell, distance)| (distance.sqrt(), areas[usize::from(*cell)]));
            Weighted::new(pieces.collect())
        };
        SurfaceDistances {
            prediction: weighted(prediction, [&at_prediction, &at_reference]),
            reference: weighted(reference, [&at_reference, &at_prediction]),
        }
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
    let mut cells = Array3::zeros(shape);
    let planes: Vec<_> = cells.axis_iter_mut(Axis(0)).collect();
    planes
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            for (y, mut row) in plane.axis_iter_mut(Axis(0)).enumerate() {
                if !(part.counts(0, x) && part.counts(1, y)) {
                    continue;
                }
                let of = |dx: usize, dy: usize| mask.slice(s![x + dx, y + dy, ..]);
                let [a, b, c, d] = [of(0, 0), of(0, 1), of(1, 0), of(1, 1)];
                // Corners at one depth: their numbers are 0, 2, 4 and 6; those below have one more.
                let corners = |z: usize| {
                    u8::from(a[z]) | u8::from(b[z]) << 2 | u8::from(c[z]) << 4 | u8::from(d[z]) << 6
                };
                let mut above = corners(0);
                for (z, cell) in row.iter_mut().enumerate() {
                    let below = corners(z + 1);
                    if part.counts(2, z) {
                        *cell = above | below << 1;
                    }
                    above = below;
                }
            }
        });
    cells
}
