//! The settings of the physical rule.

use serde::{Deserialize, Serialize};

use crate::{Config, PhantomError};

/// What light and sound do on their way, beyond the scene of [`Config`]. Every effect is off at 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Physics {
    /// Hairs for each cm² of skin.
    pub hairs_per_cm2: f64,
    /// Intensity of hair where it is lit fully, on the scale 0–255.
    pub hair: f64,
    /// Grains of pigment for each mm² of skin; at least one in a scan unless 0.
    pub grains_per_mm2: f64,
    /// Intensity of grains where they are lit fully, on the scale 0–255, which they exceed by far.
    pub grain: f64,
    /// Light that is lost in each mm of blood, or of melanin at its brightest: exp(−`shadowing_per_mm` · way).
    pub shadowing_per_mm: f64,
    /// Sound that is lost on its way up through tissue, in dB for each cm and MHz; HF loses more than LF.
    pub attenuation_db_per_cm_mhz: f64,
    /// How dark the inside of vessels becomes that are wider than the longest wave of a channel, from 0 to 1.
    pub hollowness: f64,
    /// How much a vessel loses that runs along depth, from 0 to 1: it sends its sound to the side.
    pub limited_view: f64,
    /// Depth at which the point spread is narrowest.
    pub focus_depth_um: f64,
    /// Distance from the focus at which the point spread is √2 times as wide; 0 where it is as wide everywhere.
    pub focus_range_um: f64,
    /// Strength of reflections, as a share of the intensities that are reflected.
    pub reflection: f64,
    /// Mean depth of the first reflection below what it reflects.
    pub reflection_offset_um: f64,
}

/// Most hairs, and most grains, of a phantom.
const MAX_HAIRS: f64 = 1e4;

impl Physics {
    /// Refuses settings that make no sense.
    ///
    /// # Errors
    /// A setting outside its range, with the range.
    pub(crate) fn check(&self, config: &Config) -> Result<(), PhantomError> {
        let extent = config.extent_um();
        let area_cm2 = extent[0] * extent[1] / 1e8;
        let most_hairs = MAX_HAIRS / area_cm2;
        let ranges = [
            ("hairs_per_cm2", self.hairs_per_cm2, 0.0, most_hairs),
            ("hair", self.hair, 0.0, 1e4),
            (
                "grains_per_mm2",
                self.grains_per_mm2,
                0.0,
                most_hairs / 100.0,
            ),
            ("grain", self.grain, 0.0, 1e5),
            ("shadowing_per_mm", self.shadowing_per_mm, 0.0, 1e3),
            (
                "attenuation_db_per_cm_mhz",
                self.attenuation_db_per_cm_mhz,
                0.0,
                100.0,
            ),
            ("hollowness", self.hollowness, 0.0, 1.0),
            ("limited_view", self.limited_view, 0.0, 1.0),
            ("focus_depth_um", self.focus_depth_um, 0.0, 1e5),
            ("focus_range_um", self.focus_range_um, 0.0, 1e6),
            ("reflection", self.reflection, 0.0, 1.0),
            ("reflection_offset_um", self.reflection_offset_um, 0.0, 1e5),
        ];
        PhantomError::require_ranges(&ranges)
    }

    /// Width of the point spread at a depth, as a multiple of that in the focus: √(1 + ((z − focus)/range)²), that of a
    /// Gaussian beam, and no more than four.
    pub(crate) fn widening(&self, depth_um: f64) -> f64 {
        if self.focus_range_um == 0.0 {
            return 1.0;
        }
        let away = (depth_um - self.focus_depth_um) / self.focus_range_um;
        away.hypot(1.0).min(4.0)
    }

    /// What is left of a sound's amplitude after a way through tissue, from 0 to 1.
    pub(crate) fn heard(&self, mhz: f64, way_um: f64) -> f64 {
        let db = self.attenuation_db_per_cm_mhz * mhz * way_um / 1e4;
        10_f64.powf(-db / 20.0)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// All effects off.
    pub(crate) fn off() -> Physics {
        Physics {
            hairs_per_cm2: 0.0,
            hair: 500.0,
            grains_per_mm2: 0.0,
            grain: 4000.0,
            shadowing_per_mm: 0.0,
            attenuation_db_per_cm_mhz: 0.0,
            hollowness: 0.0,
            limited_view: 0.0,
            focus_depth_um: 300.0,
            focus_range_um: 0.0,
            reflection: 0.0,
            reflection_offset_um: 150.0,
        }
    }

    #[test]
    fn sound_loses_decibels_with_frequency_and_way() {
        let physics = Physics {
            attenuation_db_per_cm_mhz: 0.5,
            ..off()
        };
        // 0.5 dB/cm/MHz · 40 MHz · 1 mm = 2 dB.
        assert!((physics.heard(40.0, 1000.0) - 10_f64.powf(-0.1)).abs() < 1e-12);
        assert_eq!(off().heard(80.0, 1000.0), 1.0);
    }

    #[test]
    fn the_point_spread_is_narrowest_in_the_focus() {
        let physics = Physics {
            focus_range_um: 200.0,
            ..off()
        };
        assert_eq!(physics.widening(300.0), 1.0);
        assert!((physics.widening(500.0) - 2_f64.sqrt()).abs() < 1e-12);
        assert_eq!((physics.widening(1e5), off().widening(1e5)), (4.0, 1.0));
    }
}
