//! The settings of the physical rule.

use rsom_parameters::Parameters;

use crate::PhantomError;

/// Physics of light and sound, in addition to the scene of [`Config`]. Every effect is off at 0.
#[derive(Debug, Clone, PartialEq, Parameters)]
pub struct Physics {
    /// Number of hairs.
    #[parameter(default = 25.0, min = 0, unit = "per cm²", advanced)]
    pub hairs_per_cm2: f64,
    /// Intensity of hair in full light.
    #[parameter(default = 450.0, min = 0, unit = "of 255")]
    pub hair: f64,
    /// Number of pigment grains on the skin, at least one unless 0; they cause the few brightest voxels of raw scans.
    #[parameter(default = 0.4, min = 0, unit = "per mm²", advanced)]
    pub grains_per_mm2: f64,
    /// Intensity of pigment grains in full light.
    #[parameter(default = 4200.0, min = 0, unit = "of 255", advanced)]
    pub grain: f64,
    /// Absorption of light by blood, or by melanin at its largest intensity.
    ///
    /// The light after a path is exp(−`shadowing_per_mm` · path).
    #[parameter(default = 4.0, min = 0, unit = "per mm", advanced)]
    pub shadowing_per_mm: f64,
    /// Attenuation of sound on its way to the sensor; HF loses more than LF.
    #[parameter(default = 0.5, min = 0, unit = "dB/cm/MHz", advanced)]
    pub attenuation_db_per_cm_mhz: f64,
    /// Loss of intensity inside vessels that are wider than the longest wavelength of a channel.
    #[parameter(default = 0.7, min = 0, unit = "of the intensity", advanced)]
    pub hollowness: f64,
    /// Loss of intensity of vessels along depth, which emit their sound sideways.
    #[parameter(default = 0.7, min = 0, unit = "of the intensity", advanced)]
    pub limited_view: f64,
    /// Depth of the focus, where the point spread is narrowest.
    #[parameter(default = 450.0, min = 0, unit = "µm", advanced)]
    pub focus_depth_um: f64,
    /// Distance from the focus at which the point spread is √2 times as wide; 0 for a constant width.
    #[parameter(default = 700.0, min = 0, unit = "µm", advanced)]
    pub focus_range_um: f64,
    /// Strength of reflections.
    #[parameter(default = 0.05, min = 0, unit = "of the intensity", advanced)]
    pub reflection: f64,
    /// Mean distance of the first reflection below its origin.
    #[parameter(default = 450.0, min = 0, unit = "µm", advanced)]
    pub reflection_offset_um: f64,
}

/// Largest number of hairs, and of grains, of a phantom.
const MAX_HAIRS: f64 = 1e4;

impl Physics {
    /// Checks the settings for a scan of this extent.
    ///
    /// # Errors
    /// A setting outside its range; the message states the range.
    pub(crate) fn check(&self, extent_um: [f64; 3]) -> Result<(), PhantomError> {
        let area_cm2 = extent_um[0] * extent_um[1] / 1e8;
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

    /// Width of the point spread at a depth, relative to that in the focus: √(1 + ((z − focus)/range)²), as for a
    /// Gaussian beam, at most four.
    pub(crate) fn widening(&self, depth_um: f64) -> f64 {
        if self.focus_range_um == 0.0 {
            return 1.0;
        }
        let away = (depth_um - self.focus_depth_um) / self.focus_range_um;
        libm::hypot(away, 1.0).min(4.0)
    }

    /// Remaining amplitude of a sound after a path through tissue, from 0 to 1.
    pub(crate) fn heard(&self, mhz: f64, way_um: f64) -> f64 {
        let db = self.attenuation_db_per_cm_mhz * mhz * way_um / 1e4;
        libm::pow(10.0, -db / 20.0)
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
