//! Surfaces as voxels.

use ndarray::{Array3, ArrayView3, Axis, Zip};
use rsom_morphology::{Connectivity, Element, erode, squared_distances_at};

use super::cropped::Cropped;
use super::{Border, SurfaceDistances, Weighted};

/// Distances between the border voxels of a reference and a prediction of equal shape (x, y, z): set voxels with one of 6 neighbors
/// that is not set. `spacing_mm` along x, y, z. `None` if one of them is empty or has no border.
///
/// Masks with one voxel along an axis are images: there are 4 neighbors.
#[must_use]
pub fn of_voxels(
    reference: ArrayView3<'_, bool>,
    prediction: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    border: Border,
) -> Option<SurfaceDistances> {
    voxels(reference, prediction, spacing_mm, border).if_both()
}

/// As [`of_voxels`]; distances are infinite where the other mask has no border.
pub(super) fn voxels(
    reference: ArrayView3<'_, bool>,
    prediction: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    border: Border,
) -> SurfaceDistances {
    let Some(part) = Cropped::of([reference, prediction], border) else {
        return SurfaceDistances::default();
    };
    let [reference, prediction] = [0, 1].map(|which| borders(part.mask(which)));
    let weighted = |from: &Array3<bool>, to: &Array3<bool>| {
        let distances = squared_distances_at(from.view(), to.view(), spacing_mm);
        let pieces = distances.into_iter().map(|d| (d.sqrt(), 1.0)).collect();
        Weighted::new(pieces)
    };
    SurfaceDistances {
        prediction: weighted(&prediction, &reference),
        reference: weighted(&reference, &prediction),
    }
}

/// The border voxels of a mask with a margin; the margin has none.
fn borders(mask: &Array3<bool>) -> Array3<bool> {
    let inner = erode(
        mask.view(),
        &Element::neighbors(Connectivity::Faces),
        1,
        false,
    );
    let mut found = mask.clone();
    Zip::from(&mut found)
        .and(&inner)
        .for_each(|set, inner| *set &= !inner);
    for axis in 0..3 {
        let last = found.len_of(Axis(axis)) - 1;
        for margin in [0, last] {
            found.index_axis_mut(Axis(axis), margin).fill(false);
        }
    }
    found
}
