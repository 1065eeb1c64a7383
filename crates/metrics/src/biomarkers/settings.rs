//! Settings of the biomarkers.

use rsom_parameters::Parameters;

use crate::vessels::{GraphSettings, SizeSplit};

/// Default step for the tortuosity, in µm: four lateral voxels of RSOM scans.
const TORTUOSITY_STEP_UM: f64 = 48.0;

/// How vessels are measured.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct BiomarkerSettings {
    /// The graph of the vessels.
    #[parameter(flatten)]
    pub graph: GraphSettings,
    /// Largest diameter of a small vessel.
    #[parameter(default = SizeSplit::USUAL_UM, min = 0.0, unit = "µm")]
    pub small_vessel_um: f64,
    /// Step along the center lines for two of the measures of tortuosity; compare values of one step only.
    #[parameter(default = TORTUOSITY_STEP_UM, above = 0.0, unit = "µm", advanced)]
    pub tortuosity_step_um: f64,
}

impl Default for BiomarkerSettings {
    fn default() -> Self {
        Self {
            graph: GraphSettings::USUAL,
            small_vessel_um: SizeSplit::USUAL_UM,
            tortuosity_step_um: TORTUOSITY_STEP_UM,
        }
    }
}
