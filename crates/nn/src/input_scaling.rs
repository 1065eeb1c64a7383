//! From the intensities of a scan to the input of a network.

use serde::{Deserialize, Serialize};

/// How intensities become network input: `(intensity − offset) · scale`.
///
/// The paper's own training fed intensities from 0 to 255 as they are (offset 0, scale 1); the released layer networks
/// expect offset 127 and scale 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputScaling {
    /// Subtracted first.
    pub offset: f32,
    /// Multiplied with what is left.
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
