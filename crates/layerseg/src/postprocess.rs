//! Cleaning of predicted layer masks.

mod rsom;
mod surfaces;

use ndarray::{Array3, ArrayView3};
use rsom_morphology::{Connectivity, Element, close, fill_holes};
use rsom_parameters::Choice;
use rsom_volume::Mask;

pub use rsom::rsom;

use crate::LayersegError;

/// Method of cleaning a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Postprocess {
    /// No cleaning.
    None,
    /// The cleaning of the released pipeline, [`gerl2019`].
    Gerl2019,
    /// The same without its edge effects, [`rsom()`].
    Rsom,
}

impl Postprocess {
    /// Cleans a mask; the result has the same grid.
    ///
    /// # Errors
    /// Returns an error if the result does not fit the grid, which does not happen for a valid mask.
    pub fn apply(self, mask: Mask) -> Result<Mask, LayersegError> {
        match self {
            Self::None => Ok(mask),
            Self::Gerl2019 => gerl2019(mask),
            Self::Rsom => rsom(mask),
        }
    }
}

/// The cleaning of the released pipeline; the result has the same grid.
///
/// 1. Fill holes in 3-D: background that no path of face neighbors connects to the outside.
/// 2. Close the mask by two dilations and two erosions with face neighbors; edges are repeated twice.
/// 3. Find the surfaces: the upper surface is the first, the lower the last voxel of each (x, y) column. An empty column has
///    its upper surface at the depth of the volume and its lower surface at 0.
/// 4. Limit each surface to its 26 × 26 median (the upper surface may not lie above it, the lower not below it), then smooth
///    it by the mean over 5 pixels along x and 9 along y. Edges repeat.
/// 5. Fill each column from the rounded upper surface (included) to the rounded lower surface (excluded).
///
/// # Errors
/// Returns an error if the result does not fit the grid, which does not happen for a valid mask.
pub fn gerl2019(mask: Mask) -> Result<Mask, LayersegError> {
    let (grid, voxels) = mask.into_parts();
    let closed = filled_and_closed(&voxels.view(), [true; 3]);
    let (mut upper, mut lower) = surfaces::of(&closed);
    let depth = grid.shape()[2];
    upper = surfaces::box_mean(&surfaces::bound_by_median(&upper, i64::max));
    lower = surfaces::box_mean(&surfaces::bound_by_median(&lower, i64::min));
    Ok(Mask::new(grid, surfaces::refill(&upper, &lower, depth))?)
}

/// Steps 1 and 2 of both methods. Along the axes in `open`, the border of the array counts as outside.
fn filled_and_closed(voxels: &ArrayView3<'_, bool>, open: [bool; 3]) -> Array3<bool> {
    let filled = fill_holes(voxels.view(), open);
    close(filled.view(), &Element::neighbors(Connectivity::Faces), 2)
}
