//! How distances between surfaces are measured, for every command that measures them.

use rsom_parameters::Parameters;
use rsom_stage::StageError;

use crate::surface_distance::Border;
use crate::{Settings, TOLERANCE_UM, Within};

/// Rules of distances between surfaces.
#[derive(Debug, Parameters)]
pub struct SurfaceRules {
    /// Tolerances of the surface Dice; with more than one, the column 'tolerance_um' tells the rows apart.
    #[parameter(default = [TOLERANCE_UM], min = 0, unit = "µm")]
    tolerances_um: Vec<f64>,
    /// Where distances between surfaces, components, Betti numbers, gaps and pieces are measured: in the whole 'scan', or in each 'bscan', for
    /// B-scans that are no neighbors in the tissue.
    #[parameter(default = Within::Scan)]
    within: Within,
    /// Surfaces where a mask leaves the field of view: 'closed' has one there, 'open' has none.
    #[parameter(default = Border::Closed)]
    border: Border,
}

impl SurfaceRules {
    /// These settings with the rules.
    ///
    /// # Errors
    /// Exit code 2: no tolerance, or the same one twice, whose rows could not be told apart.
    pub fn applied_to(&self, settings: Settings) -> Result<Settings, StageError> {
        if self.tolerances_um.is_empty() {
            return Err(StageError::usage(
                "--tolerances-um: give at least one tolerance, such as 12",
            ));
        }
        let mut sorted = self.tolerances_um.clone();
        sorted.sort_by(f64::total_cmp);
        if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(StageError::usage(format_args!(
                "--tolerances-um: {} is given twice",
                twice[0]
            )));
        }
        Ok(Settings {
            within: self.within,
            border: self.border,
            tolerances_um: self.tolerances_um.clone(),
            ..settings
        })
    }
}
