//! Settings of the rule.

use rsom_parameters::Parameters;

use crate::PhantomError;

/// Settings of [`render`](crate::gerl2020::render()); intensities are on the rule's scale, 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct Gerl2020Config {
    /// Number of erosions before thick vessels are drawn into LF.
    #[parameter(default = RULE.lf_erosions, min = 0, advanced)]
    pub lf_erosions: usize,
    /// Smallest object to draw into LF after the erosions.
    #[parameter(default = RULE.lf_least_voxels, min = 0, unit = "voxels", advanced)]
    pub lf_least_voxels: usize,
    /// Number of erosions before the skeleton of the vessels is drawn into HF; 0 also shows thin vessels.
    #[parameter(default = RULE.hf_erosions, min = 0, advanced)]
    pub hf_erosions: usize,
    /// Smallest object of the dilated skeleton to draw into HF.
    #[parameter(default = RULE.hf_least_voxels, min = 0, unit = "voxels", advanced)]
    pub hf_least_voxels: usize,
    /// Keep the topology of every vessel in the skeleton; scikit-image may lose vessels whose width is an even number of
    /// voxels.
    #[parameter(advanced)]
    pub hf_keep_topology: bool,
    /// Share of arcs among the possible positions next to vessels, at two distances; 0 for no arcs.
    #[parameter(default = RULE.arc_share, min = 0, max = 1, advanced)]
    pub arc_share: f64,
    /// Number of sticks: short structures that are not vessels.
    #[parameter(default = RULE.sticks, min = 0, advanced)]
    pub sticks: usize,
    /// Standard deviation of the background in HF; only its bright voxels are kept.
    #[parameter(default = RULE.background_sd, min = 0, unit = "of 3")]
    pub background_sd: f64,
    /// Standard deviation of the noise on the vessels of both channels.
    #[parameter(default = RULE.foreground_sd, min = 0, unit = "of 3")]
    pub foreground_sd: f64,
    /// Probability of one or two reflection layers in LF.
    #[parameter(default = RULE.reflection_chance, min = 0, max = 1, advanced)]
    pub reflection_chance: f64,
}

/// Source of the default values.
const RULE: Gerl2020Config = Gerl2020Config::RULE;

/// Largest number of erosions.
const MAX_EROSIONS: f64 = 50.0;
/// Largest number of sticks of a volume.
const MAX_STICKS: f64 = 1e6;

impl Gerl2020Config {
    /// The rule with its authors' settings.
    pub const RULE: Self = Self {
        lf_erosions: 2,
        lf_least_voxels: 100,
        hf_erosions: 2,
        hf_least_voxels: 200,
        hf_keep_topology: false,
        arc_share: 0.1,
        sticks: 1000,
        background_sd: 0.3,
        foreground_sd: 0.2,
        reflection_chance: 0.5,
    };

    /// Only the vessels of the rule: no noise, no reflections.
    pub const BARE: Self = Self {
        arc_share: 0.0,
        sticks: 0,
        background_sd: 0.0,
        foreground_sd: 0.0,
        reflection_chance: 0.0,
        ..Self::RULE
    };

    /// Checks that settings are within their ranges.
    ///
    /// # Errors
    /// The first invalid setting, with its range.
    pub fn check(&self) -> Result<(), PhantomError> {
        let ranges = [
            ("lf_erosions", self.lf_erosions as f64, MAX_EROSIONS),
            ("hf_erosions", self.hf_erosions as f64, MAX_EROSIONS),
            ("arc_share", self.arc_share, 1.0),
            ("sticks", self.sticks as f64, MAX_STICKS),
            ("background_sd", self.background_sd, 3.0),
            ("foreground_sd", self.foreground_sd, 3.0),
            ("reflection_chance", self.reflection_chance, 1.0),
        ];
        for (name, value, most) in ranges {
            // This form also refuses NaN.
            if !(0.0..=most).contains(&value) {
                return Err(PhantomError::BadSetting {
                    name,
                    value,
                    least: 0.0,
                    most,
                });
            }
        }
        Ok(())
    }
}
