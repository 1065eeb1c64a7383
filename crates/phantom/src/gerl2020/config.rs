//! What the rule lets one change.

use serde::{Deserialize, Serialize};

use crate::PhantomError;

/// Settings of [`render`](crate::gerl2020::render()); intensities are on the rule's scale, 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Gerl2020Config {
    /// How often the tree is eroded before its thick vessels are drawn into LF.
    pub lf_erosions: usize,
    /// Smallest object of the eroded tree that is drawn into LF, in voxels.
    pub lf_least_voxels: usize,
    /// How often the tree is eroded before its skeleton is drawn into HF.
    pub hf_erosions: usize,
    /// Smallest object of the dilated skeleton that is drawn into HF, in voxels.
    pub hf_least_voxels: usize,
    /// Whether the skeleton keeps the topology of every vessel. The rule's, scikit-image's, may leave nothing of vessels
    /// that are an even number of voxels wide.
    pub hf_keep_topology: bool,
    /// Share of the voxels at which an arc could stand that hold one; 0 for no arcs.
    pub arc_share: f64,
    /// Number of sticks; 0 for none.
    pub sticks: usize,
    /// Standard deviation of the background of HF; 0 for none.
    pub background_sd: f64,
    /// Standard deviation of the noise on the vessels of both channels; 0 for none.
    pub foreground_sd: f64,
    /// Probability that a volume has reflection layers in LF.
    pub reflection_chance: f64,
}

/// Most erosions.
const MAX_EROSIONS: f64 = 50.0;
/// Most sticks of a volume.
const MAX_STICKS: f64 = 1e6;

impl Gerl2020Config {
    /// The rule as its authors used it.
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

    /// The rule's vessels alone: no noise, no reflections.
    pub const BARE: Self = Self {
        arc_share: 0.0,
        sticks: 0,
        background_sd: 0.0,
        foreground_sd: 0.0,
        reflection_chance: 0.0,
        ..Self::RULE
    };

    /// Refuses settings outside their ranges.
    ///
    /// # Errors
    /// The first such setting, with its range.
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
            // Written so that NaN is refused too.
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
