//! The settings of a scene.

use rsom_volume::{Grid, Spacing};
use serde::{Deserialize, Serialize};

use crate::{DermisTrees, PhantomError, Physics};

/// A scene and the scanner that looks at it. Lengths are in µm unless the name says otherwise; intensities are on the
/// scale 0–255 of the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Config {
    /// Number of voxels along x, y, z.
    pub shape: [usize; 3],
    /// Voxel size in mm along x, y, z.
    pub spacing_mm: [f64; 3],
    /// Depth at which the skin surface comes closest to the top of the scan.
    pub surface_depth_um: f64,
    /// Radius of the skin's curvature in mm, bulging towards the top; 0 for a plane.
    pub curvature_radius_mm: f64,
    /// Standard deviation of the tilt along x and along y, in degrees.
    pub tilt_deg: f64,
    /// Standard deviation of the surface's waves.
    pub undulation_um: f64,
    /// Correlation length of the surface's waves and of the epidermis's thickness.
    pub undulation_length_um: f64,
    /// Mean thickness of the epidermis.
    pub epidermis_um: f64,
    /// Standard deviation of the thickness within a scan.
    pub epidermis_sd_um: f64,
    /// Intensity of melanin at its brightest.
    pub melanin: f64,
    /// Share of the columns in which melanin has a gap.
    pub gap_fraction: f64,
    /// Correlation length of the gaps; they are about this wide.
    pub gap_length_um: f64,
    /// How far melanin stays short of the layer's boundaries, irregularly (mean).
    pub raggedness_um: f64,
    /// Capillary loops for each mm² of skin.
    pub loops_per_mm2: f64,
    /// Vessels of the plexus and below for each mm² of skin.
    pub vessels_per_mm2: f64,
    /// Intensity of the inside of vessels and loops.
    pub blood: f64,
    /// Depth below the surface over which the signal falls to 1/e.
    pub decay_um: f64,
    /// Standard deviation of the electronic background.
    pub noise: f64,
    /// Streaks in a B-scan (mean).
    pub streaks_per_b_scan: f64,
    /// Relative spread of thickness, melanin, gaps, vessels and decay between subjects.
    pub subject_spread: f64,
    /// What light and sound do on their way; none where the simple rule renders the scan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub physics: Option<Physics>,
    /// Arterial trees beside the vessels; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trees: Option<DermisTrees>,
}

/// Most voxels of a phantom: 2²⁸, nine full RSOM scans.
const MAX_VOXELS: usize = 1 << 28;

/// Most loops, and most vessels, of a phantom.
const MAX_TUBES: f64 = 1e5;

impl Config {
    /// The grid of the scan.
    ///
    /// # Errors
    /// An empty or too large shape; a voxel size that is not positive and finite.
    pub fn grid(&self) -> Result<Grid, PhantomError> {
        let voxels = self
            .shape
            .iter()
            .try_fold(1_usize, |product, extent| product.checked_mul(*extent));
        if voxels.is_none_or(|voxels| voxels > MAX_VOXELS) {
            return Err(PhantomError::TooLarge {
                shape: self.shape,
                limit: MAX_VOXELS,
            });
        }
        Ok(Grid::new(
            self.shape,
            Spacing::Millimetres(self.spacing_mm),
        )?)
    }

    /// Refuses settings that describe no scene.
    ///
    /// # Errors
    /// A setting outside its range, with the range.
    pub fn check(&self) -> Result<(), PhantomError> {
        self.grid()?;
        let extent = self.extent_um();
        let area_mm2 = extent[0] * extent[1] / 1e6;
        let ranges = [
            ("spacing_mm (x)", self.spacing_mm[0], 1e-4, 1.0),
            ("spacing_mm (y)", self.spacing_mm[1], 1e-4, 1.0),
            ("spacing_mm (z)", self.spacing_mm[2], 1e-4, 1.0),
            ("surface_depth_um", self.surface_depth_um, 0.0, 1e5),
            ("curvature_radius_mm", self.curvature_radius_mm, 0.0, 1e6),
            ("tilt_deg", self.tilt_deg, 0.0, 20.0),
            ("undulation_um", self.undulation_um, 0.0, 1e4),
            ("undulation_length_um", self.undulation_length_um, 10.0, 1e6),
            ("epidermis_um", self.epidermis_um, 5.0, 1e4),
            ("epidermis_sd_um", self.epidermis_sd_um, 0.0, 1e4),
            ("melanin", self.melanin, 0.0, 255.0),
            ("gap_fraction", self.gap_fraction, 0.0, 1.0),
            ("gap_length_um", self.gap_length_um, 5.0, 1e6),
            ("raggedness_um", self.raggedness_um, 0.0, 1e4),
            (
                "loops_per_mm2",
                self.loops_per_mm2,
                0.0,
                MAX_TUBES / area_mm2,
            ),
            (
                "vessels_per_mm2",
                self.vessels_per_mm2,
                0.0,
                MAX_TUBES / area_mm2,
            ),
            ("blood", self.blood, 0.0, 1e4),
            ("decay_um", self.decay_um, 10.0, 1e9),
            ("noise", self.noise, 0.0, 255.0),
            ("streaks_per_b_scan", self.streaks_per_b_scan, 0.0, 1e3),
            ("subject_spread", self.subject_spread, 0.0, 0.5),
        ];
        PhantomError::require_ranges(&ranges)?;
        if let Some(physics) = &self.physics {
            physics.check(self)?;
        }
        match &self.trees {
            Some(trees) => trees.check(self),
            None => Ok(()),
        }
    }

    /// Voxel size in µm along x, y, z.
    pub(crate) fn spacing_um(&self) -> [f64; 3] {
        self.spacing_mm.map(|mm| mm * 1000.0)
    }

    /// Extent of the scan in µm along x, y, z.
    pub(crate) fn extent_um(&self) -> [f64; 3] {
        let spacing = self.spacing_um();
        std::array::from_fn(|a| self.shape[a] as f64 * spacing[a])
    }

    /// Center of a voxel in µm.
    pub(crate) fn center_um(&self, voxel: [usize; 3]) -> [f64; 3] {
        let spacing = self.spacing_um();
        std::array::from_fn(|a| (voxel[a] as f64 + 0.5) * spacing[a])
    }
}
