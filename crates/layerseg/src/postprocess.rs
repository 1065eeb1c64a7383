//! Cleaning of predicted layer masks.

mod median;
mod optimal_surfaces;
mod rsom;
mod surfaces;

use ndarray::{Array3, ArrayView3};
use rsom_morphology::{Connectivity, Element, close, fill_holes};
use rsom_parameters::Choice;
use rsom_volume::Mask;

pub use median::median;
pub use optimal_surfaces::{LayerSurfaces, SurfaceRules, optimal_surfaces};
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
    /// The median filter, [`median()`].
    Median,
    /// The most probable surfaces, [`optimal_surfaces()`].
    Surfaces,
}

/// A method of cleaning with its settings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cleaning {
    /// Method.
    pub method: Postprocess,
    /// Width of the median filter, in voxels.
    pub median_vox: usize,
    /// Limits and costs of the most probable surfaces.
    pub surfaces: SurfaceRules,
}

impl Cleaning {
    /// Cleans the mask of a prediction; the result has the same grid. The surfaces are those of [`Postprocess::Surfaces`].
    ///
    /// # Errors
    /// Returns an error if the most probable surfaces cannot be found, or if they are wanted and the prediction has no
    /// probabilities. For a valid mask, nothing else fails.
    pub fn apply(
        &self,
        mask: Mask,
        probabilities: Option<&Array3<f32>>,
    ) -> Result<(Mask, Option<LayerSurfaces>), LayersegError> {
        let alone = |mask| Ok((mask, None));
        match self.method {
            Postprocess::None => alone(mask),
            Postprocess::Gerl2019 => alone(gerl2019(mask)?),
            Postprocess::Rsom => alone(rsom(mask)?),
            Postprocess::Median => alone(median(mask, self.median_vox)?),
            Postprocess::Surfaces => {
                let Some(probabilities) = probabilities else {
                    return Err(LayersegError::NoProbabilities);
                };
                let surfaces = optimal_surfaces(&probabilities.view(), &self.surfaces)?;
                let mask = Mask::new(mask.into_parts().0, surfaces.mask.clone())?;
                Ok((mask, Some(surfaces)))
            }
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
