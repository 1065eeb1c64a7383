//! Surfaces as voxels.

use ndarray::{Array3, ArrayView3, Axis, Zip};
use rsom_morphology::{Connectivity, Element, erode, squared_distances};

use super::cropped::{Cropped, cropped};
use super::{Border, SurfaceDistances, Weighted};

/// Distances between the border voxels of a reference and a prediction of equal shape (x, y, z): set voxels with one of 6 neighbors
/// that is not set. `spacing_mm` along x, y, z. `None` if one of them is empty or has no border.
#[must_use]
pub fn of_voxels(
    reference: ArrayView3<'_, bool>,
    prediction: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    border: Border,
) -> Option<SurfaceDistances> {
    let shape = [reference.dim().0, reference.dim().1, reference.dim().2];
    let part = cropped([reference, prediction])?;
    let [reference, prediction] = [0, 1].map(|n| borders(&part, n, shape, border));
    let weighted = |from: &Array3<bool>, to: &Array3<bool>| {
        let distances = squared_distances(to.view(), spacing_mm);
        let mut pieces = Vec::new();
        Zip::from(from).and(&distances).for_each(|set, distance| {
            if *set {
                pieces.push((distance.sqrt(), 1.0));
            }
        });
        // Infinite if the other surface has no voxel.
        let is_complete = pieces.first().is_some_and(|piece| piece.0.is_finite());
        is_complete.then(|| Weighted::new(pieces))
    };
    Some(SurfaceDistances {
        prediction: weighted(&prediction, &reference)?,
        reference: weighted(&reference, &prediction)?,
    })
}

/// The border voxels of a mask.
fn borders(part: &Cropped, which: usize, shape: [usize; 3], border: Border) -> Array3<bool> {
    let mut mask = part.masks[which].clone();
    if border == Border::Open {
        continue_outside(&mut mask, part.low, shape);
    }
    let inner = erode(
        mask.view(),
        &Element::neighbors(Connectivity::Faces),
        1,
        false,
    );
    // The margin is outside of the masks, and has no border.
    let mut found = part.masks[which].clone();
    Zip::from(&mut found)
        .and(&inner)
        .for_each(|set, inner| *set &= !inner);
    found
}

/// Sets the voxels of the margin that lie outside the field of view next to set voxels.
fn continue_outside(mask: &mut Array3<bool>, low: [usize; 3], shape: [usize; 3]) {
    for axis in 0..3 {
        let length = mask.len_of(Axis(axis));
        let at = |mask: &mut Array3<bool>, from: usize, to: usize| {
            let plane = mask.index_axis(Axis(axis), from).to_owned();
            mask.index_axis_mut(Axis(axis), to).assign(&plane);
        };
        if low[axis] == 0 {
            at(mask, 1, 0);
        }
        if low[axis] + length - 2 == shape[axis] {
            at(mask, length - 2, length - 1);
        }
    }
}
