//! Settings of the surface detection.

use rsom_parameters::Parameters;
use rsom_volume::Scan;

use crate::PreprocessError;

/// Appearance of a surface along depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Feature {
    /// Dark above, bright below: the skin under the coupling water, the inner limiting membrane of a retina.
    Rise,
    /// Bright above, dark below.
    Fall,
    /// The middle of a bright band: the pigment epithelium of a retina.
    Ridge,
}

/// The surface to select among several similar ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, rsom_parameters::Choice)]
pub enum Choice {
    /// The one with the most contrast along its whole length.
    Strongest,
    /// The uppermost of those that have at least half the contrast of the strongest.
    Shallowest,
    /// The lowermost of those that have at least half the contrast of the strongest.
    Deepest,
}

/// Settings of the surface detection.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct Detection {
    /// Channel to search for the surface (unset: the mean of all channels).
    pub channel: Option<String>,
    /// Appearance of the surface along depth: dark to bright, bright to dark, or the middle of a bright band.
    #[parameter(default = Feature::Rise, advanced)]
    pub feature: Feature,
    /// Surface to take where several have at least half the contrast of the strongest.
    #[parameter(default = Choice::Strongest)]
    pub choice: Choice,
    /// Thickness of the bands to compare, about that of the bright structure.
    #[parameter(default = 20, min = 1, unit = "voxels", advanced)]
    pub scale_vox: usize,
    /// Standard deviation of the Gaussian that smooths the image along x.
    #[parameter(default = 3.0, min = 0, max = 10_000, unit = "columns", advanced)]
    pub image_sigma_columns: f64,
    /// Largest change of depth between neighboring columns.
    #[parameter(default = 1, min = 0, unit = "voxels", advanced)]
    pub max_step_vox: usize,
    /// Cost of a change of depth by one voxel, in standard deviations of the contrast of the B-scan.
    #[parameter(default = 1.0, min = 0, max = 10_000, advanced)]
    pub step_cost: f64,
    /// Standard deviation of the Gaussian that smooths the surface along x.
    #[parameter(default = 10.0, min = 0, max = 10_000, unit = "columns", advanced)]
    pub path_sigma_columns: f64,
}

impl Detection {
    pub(super) fn channels(&self, scan: &Scan) -> Result<Vec<usize>, PreprocessError> {
        let Some(wanted) = &self.channel else {
            return Ok((0..scan.channels().len()).collect());
        };
        let place = scan.channels().iter().position(|name| name == wanted);
        let index = place.ok_or_else(|| PreprocessError::NoSuchChannel {
            wanted: wanted.clone(),
            present: scan.channels().to_vec(),
        })?;
        Ok(vec![index])
    }
}
