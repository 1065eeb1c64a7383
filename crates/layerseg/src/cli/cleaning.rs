//! The parameters of the cleaning of masks.

use rsom_parameters::{OrAuto, Parameters};
use rsom_stage::StageError;

use crate::postprocess::{Cleaning, Postprocess, SurfaceRules};

/// How masks are cleaned.
#[derive(Debug, Parameters)]
pub(super) struct CleaningSettings {
    /// Cleaning of the mask: 'gerl2019' as in the released pipeline (fill holes, close, limit surfaces to their median,
    /// smooth), 'rsom' the same without its edge effects, 'median' filter, 'surfaces' for the most probable upper and lower
    /// surface of each B-scan with a bounded slope, 'none'; 'auto': gerl2019 for released two-class weights, none for other
    /// original weights, rsom for weights of train.
    #[parameter(default = OrAuto::Auto)]
    postprocess: OrAuto<Postprocess>,
    /// Width of the median filter along each axis; odd (unset: 5).
    #[parameter(min = 1, max = 999, unit = "voxels", check = odd)]
    median_vox: Option<usize>,
    /// Largest change of depth of a surface from column to column (unset: 1).
    #[parameter(min = 0, max = 100, unit = "voxels")]
    surface_slope_vox: Option<usize>,
    /// Cost of each voxel of change in depth of a surface, in logits of the probabilities; larger values give smoother
    /// surfaces (unset: 2).
    #[parameter(min = 0)]
    surface_step_cost: Option<f64>,
}

fn odd(window: &Option<usize>) -> Result<(), String> {
    match window {
        Some(even) if even.is_multiple_of(2) => Err(format!("{even} is even; give an odd number")),
        _ => Ok(()),
    }
}

impl CleaningSettings {
    /// The cleaning for a model whose own method is `of_model`.
    pub(super) fn cleaning(
        &self,
        of_model: Postprocess,
        threshold: f32,
    ) -> Result<Cleaning, StageError> {
        let method = self.postprocess.given().unwrap_or(of_model);
        let needs = |given: bool, name: &str, wanted: Postprocess, word: &str| match given
            && method != wanted
        {
            true => Err(StageError::usage(format!(
                "{name} has no effect with this cleaning; give postprocess '{word}' too"
            ))),
            false => Ok(()),
        };
        let (median, surfaces) = (Postprocess::Median, Postprocess::Surfaces);
        needs(self.median_vox.is_some(), "median_vox", median, "median")?;
        let slope = self.surface_slope_vox.is_some();
        needs(slope, "surface_slope_vox", surfaces, "surfaces")?;
        let cost = self.surface_step_cost.is_some();
        needs(cost, "surface_step_cost", surfaces, "surfaces")?;
        Ok(Cleaning {
            method,
            median_vox: self.median_vox.unwrap_or(5),
            surfaces: SurfaceRules {
                threshold: f64::from(threshold),
                slope_vox: self.surface_slope_vox.unwrap_or(1),
                step_cost: self.surface_step_cost.unwrap_or(2.0),
            },
        })
    }
}
