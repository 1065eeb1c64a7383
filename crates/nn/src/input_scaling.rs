//! From the intensities of a scan to the input of a network.

use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

/// How intensities become network input: `(intensity − offset) · scale`.
///
/// The paper's own training fed intensities from 0 to 255 as they are (offset 0, scale 1); the released layer networks
/// expect offset 127 and scale 1.
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
    /// Intensities as they are.
    pub const IDENTITY: Self = Self {
        offset: 0.0,
        scale: 1.0,
    };

    /// The input that an intensity becomes.
    #[must_use]
    pub fn apply(self, intensity: f32) -> f32 {
        (intensity - self.offset) * self.scale
    }
}

fn not_zero(scale: &f32) -> Result<(), String> {
    match *scale == 0.0 {
        true => Err("0 would make every input the same".to_owned()),
        false => Ok(()),
    }
}
