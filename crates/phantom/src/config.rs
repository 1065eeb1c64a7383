//! The settings of a scene.

use rsom_parameters::Parameters;
use rsom_volume::{Grid, Spacing};

use crate::{DermisTrees, PhantomError, Physics};

/// Settings of a scene and its scanner. Lengths are in µm unless the name says otherwise; intensities are on the scale
/// 0–255 of the result.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct Config {
    /// Number of voxels along x, y, z.
    #[parameter(default = [333, 171, 500], min = 1, unit = "voxels")]
    pub shape: [usize; 3],
    /// Voxel size along x, y, z.
    #[parameter(default = [0.012, 0.012, 0.003], unit = "mm")]
    pub spacing_mm: [f64; 3],
    /// Smallest depth of the skin surface below the top of the scan.
    #[parameter(default = 60.0, min = 0, unit = "µm")]
    pub surface_depth_um: f64,
    /// Radius of curvature of the skin, which bulges towards the top; 0 for a plane.
    #[parameter(default = 25.0, min = 0, unit = "mm")]
    pub curvature_radius_mm: f64,
    /// Standard deviation of the tilt along x and along y.
    #[parameter(default = 0.3, min = 0, unit = "degrees")]
    pub tilt_deg: f64,
    /// Standard deviation of the waves of the surface.
    #[parameter(default = 3.0, min = 0, unit = "µm")]
    pub undulation_um: f64,
    /// Correlation length of the waves of the surface and of the thickness of the epidermis.
    #[parameter(default = 1000.0, min = 0, unit = "µm", advanced)]
    pub undulation_length_um: f64,
    /// Mean thickness of the epidermis.
    #[parameter(default = 90.0, min = 0, unit = "µm")]
    pub epidermis_um: f64,
    /// Standard deviation of the thickness of the epidermis within a scan.
    #[parameter(default = 4.0, min = 0, unit = "µm", advanced)]
    pub epidermis_sd_um: f64,
    /// Largest intensity of melanin.
    #[parameter(default = 150.0, min = 0, unit = "of 255")]
    pub melanin: f64,
    /// Share of columns with a gap in the melanin.
    #[parameter(default = 0.3, min = 0, unit = "of the columns", advanced)]
    pub gap_fraction: f64,
    /// Correlation length of the gaps, about their width.
    #[parameter(default = 80.0, min = 0, unit = "µm", advanced)]
    pub gap_length_um: f64,
    /// Mean distance between the melanin and the boundaries of the epidermis; it varies irregularly.
    #[parameter(default = 6.0, min = 0, unit = "µm", advanced)]
    pub raggedness_um: f64,
    /// Number of capillary loops below the epidermis.
    #[parameter(default = 100.0, min = 0, unit = "per mm²", advanced)]
    pub loops_per_mm2: f64,
    /// Number of vessels in and below the plexus.
    #[parameter(default = 12.0, min = 0, unit = "per mm²")]
    pub vessels_per_mm2: f64,
    /// Intensity inside vessels and loops, before the point spread reduces it.
    #[parameter(default = 300.0, min = 0, unit = "of 255")]
    pub blood: f64,
    /// Depth below the surface at which the signal has fallen to 1/e.
    #[parameter(default = 400.0, min = 0, unit = "µm", advanced)]
    pub decay_um: f64,
    /// Standard deviation of the electronic noise.
    #[parameter(default = 14.0, min = 0, unit = "of 255")]
    pub noise: f64,
    /// Mean number of horizontal streaks in a B-scan.
    #[parameter(default = 4.0, min = 0, unit = "streaks", advanced)]
    pub streaks_per_b_scan: f64,
    /// Variation of thickness, melanin, gaps, loops, vessels and decay between subjects.
    #[parameter(default = 0.12, min = 0, unit = "of the mean", advanced)]
    pub subject_spread: f64,
    /// Effects of light and sound; `None` for the simple rule.
    #[parameter(skip)]
    pub physics: Option<Physics>,
    /// Arterial trees in addition to the vessels; `None` for none.
    #[parameter(skip)]
    pub trees: Option<DermisTrees>,
}

/// Largest number of voxels of a phantom: 2²⁸, nine full RSOM scans.
const MAX_VOXELS: usize = 1 << 28;

/// Largest number of loops, and of vessels, of a phantom.
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

    /// Checks the settings.
    ///
    /// # Errors
    /// A setting outside its range; the message states the range.
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
            physics.check(extent)?;
        }
        match &self.trees {
            Some(trees) => trees.check(extent),
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
