//! Cleaning a predicted layer mask without a network.

mod mended;
mod surfaces;

use ndarray::{Array3, ArrayView3};
use rsom_morphology::{Connectivity, Element, close, fill_holes};
use rsom_parameters::Choice;
use rsom_volume::Mask;

pub use mended::rsom;

use crate::LayersegError;

/// How a mask is cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Postprocess {
    /// Not at all.
    None,
    /// By [`gerl2019`].
    Gerl2019,
    /// By [`rsom`].
    Rsom,
}

impl Postprocess {
    /// The cleaned mask, on the same grid.
    ///
    /// # Errors
    /// None that a mask can cause.
    pub fn apply(self, mask: Mask) -> Result<Mask, LayersegError> {
        match self {
            Self::None => Ok(mask),
            Self::Gerl2019 => gerl2019(mask),
            Self::Rsom => rsom(mask),
        }
    }
}

/// The cleaning of the released pipeline: closed, median-bounded, box-smoothed surfaces, refilled.
///
/// 1. Holes that no path of face neighbors joins to the outside are filled, in 3-D.
/// 2. The mask, its edges repeated twice, is closed by two dilations and two erosions with face neighbors.
/// 3. The upper surface is the first, the lower the last voxel of each (x, y) column; an empty column has its upper
///    surface at the depth of the volume and its lower at 0.
/// 4. Each surface is bounded by its 26 × 26 median (the upper may not lie above it, the lower not below it), then
///    smoothed by a box mean over 9 pixels along y and 5 along x; edges repeat.
/// 5. Columns are refilled from the rounded upper surface up to, but without, the rounded lower one.
///
/// # Errors
/// None that a mask can cause; the result stands on the mask's own grid.
pub fn gerl2019(mask: Mask) -> Result<Mask, LayersegError> {
    let (grid, voxels) = mask.into_parts();
    let closed = filled_and_closed(&voxels.view(), [true; 3]);
    let (mut upper, mut lower) = surfaces::of(&closed);
    let depth = grid.shape()[2];
    upper = surfaces::box_mean(&surfaces::bound_by_median(&upper, i64::max));
    lower = surfaces::box_mean(&surfaces::bound_by_median(&lower, i64::min));
    Ok(Mask::new(grid, surfaces::refill(&upper, &lower, depth))?)
}

/// Steps 1 and 2 of both cleanings; holes are open to the outside along these axes.
fn filled_and_closed(voxels: &ArrayView3<'_, bool>, open: [bool; 3]) -> Array3<bool> {
    let filled = fill_holes(voxels.view(), open);
    close(filled.view(), &Element::neighbors(Connectivity::Faces), 2)
}
