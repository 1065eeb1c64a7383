//! The settings of arterial trees in the dermis.

use rsom_parameters::Parameters;

use crate::PhantomError;
use crate::tree::{Face, TreeConfig};

/// Parameters of the trees of a scan.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct DermisTrees {
    /// Number of terminals of arterial trees, in addition to the vessels; 0 for no trees.
    #[parameter(default = 0.0, min = 0, unit = "per mm²")]
    pub tree_terminals_per_mm2: f64,
    /// Number of roots of the arterial trees, at the bottom of the scan.
    #[parameter(default = 3, min = 1)]
    pub tree_roots: usize,
    /// Radius of the terminals of trees, and largest radius of a root.
    #[parameter(default = [9.0, 80.0], unit = "µm")]
    pub tree_radius_um: [f64; 2],
    /// Depth below the epidermis with the largest oxygen demand: the plexus.
    #[parameter(default = 120.0, min = 0, unit = "µm")]
    pub tree_plexus_um: f64,
    /// Oxygen demand below the plexus, relative to that of the plexus.
    #[parameter(default = 0.3, min = 0, unit = "of the plexus")]
    pub tree_deep_demand: f64,
    /// Amplitude of the sideways oscillation of tree vessels, relative to their length.
    #[parameter(default = 0.08, min = 0, unit = "of the length")]
    pub tree_tortuosity: f64,
}

/// Margin of the tissue box around the scan on each side, in µm.
pub(super) const MARGIN_UM: f64 = 100.0;
/// Growth settings that are the same in all phantoms: Murray's exponent, and lengths in µm.
const MURRAY_EXPONENT: f64 = 3.0;
const CLEARANCE_UM: f64 = 5.0;
const LEAST_LENGTH_UM: f64 = 20.0;
const WAVELENGTH_UM: f64 = 400.0;

impl DermisTrees {
    /// Checks that the settings define trees for a scan of this extent.
    pub(crate) fn check(&self, extent_um: [f64; 3]) -> Result<(), PhantomError> {
        let area = area_mm2(extent_um);
        PhantomError::require_ranges(&[
            (
                "tree_terminals_per_mm2",
                self.tree_terminals_per_mm2,
                0.0,
                2e4 / area,
            ),
            ("tree_plexus_um", self.tree_plexus_um, 5.0, 1e4),
            ("tree_deep_demand", self.tree_deep_demand, 0.0, 1.0),
        ])?;
        self.tree_config(extent_um, extent_um[2])
            .check()
            .map_err(PhantomError::from)
    }

    /// Settings of trees in a box below the epidermis, `depth_um` deep, that extends beyond the scan by the margin.
    pub(super) fn tree_config(&self, extent_um: [f64; 3], depth_um: f64) -> TreeConfig {
        let [x, y, _] = extent_um;
        let terminals = (self.tree_terminals_per_mm2 * area_mm2(extent_um)).round() as usize;
        let plexus = self.tree_plexus_um;
        TreeConfig {
            extent_um: [x + 2.0 * MARGIN_UM, y + 2.0 * MARGIN_UM, depth_um],
            terminals: terminals.max(self.tree_roots),
            roots: self.tree_roots,
            root_face: Face::Bottom,
            root_places_um: Vec::new(),
            demand_depths_um: [0.5, 1.0, 1.5, 3.0].map(|share| share * plexus).to_vec(),
            demand_levels: vec![0.0, 1.0, 1.0, self.tree_deep_demand],
            radius_um: self.tree_radius_um,
            murray_exponent: MURRAY_EXPONENT,
            clearance_um: CLEARANCE_UM,
            least_length_um: LEAST_LENGTH_UM,
            tortuosity: self.tree_tortuosity,
            wavelength_um: WAVELENGTH_UM,
        }
    }
}

/// Area in mm² over which terminals are counted: the scan and its margin.
fn area_mm2(extent_um: [f64; 3]) -> f64 {
    let [x, y, _] = extent_um;
    (x + 2.0 * MARGIN_UM) * (y + 2.0 * MARGIN_UM) / 1e6
}
