//! Scaling of the intensities of a scan to network input.

use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

/// Scaling of intensities to network input: `(intensity − offset) · scale`.
///
/// The training code of the paper uses intensities from 0 to 255 unchanged (offset 0, scale 1); the released layer
/// networks expect offset 127 and scale 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct InputScaling {
    /// Number to subtract from the intensities; the networks of the paper take intensities from 0 to 255 unchanged.
    #[parameter(default = 0.0)]
    pub offset: f32,
    /// Factor for the intensities, applied after the subtraction; not 0.
    #[parameter(default = 1.0, check = not_zero)]
    pub scale: f32,
}

impl InputScaling {
    /// No scaling: the input is the intensity.
    pub const IDENTITY: Self = Self {
        offset: 0.0,
        scale: 1.0,
    };

    /// Network input for an intensity.
    #[must_use]
    pub fn apply(self, intensity: f32) -> f32 {
        (intensity - self.offset) * self.scale
    }
}

fn not_zero(scale: &f32) -> Result<(), String> {
    match *scale == 0.0 {
        true => Err("0 makes all inputs equal; give another number".to_owned()),
        false => Ok(()),
    }
}
