//! Voxel size, which may be unknown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Distance between neighboring voxel centers along x, y and z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Known size in millimeters.
    Millimetres([f64; 3]),
    /// Unknown: physical measures are undefined, measures in voxels are not.
    Unknown,
}

impl Spacing {
    /// The RSOM grid of the paper: 12 × 12 × 3 µm.
    pub const RSOM: Spacing = Spacing::Millimetres([0.012, 0.012, 0.003]);

    /// Size in mm along x, y, z; `None` when unknown.
    #[must_use]
    pub fn millimetres(self) -> Option<[f64; 3]> {
        match self {
            Spacing::Millimetres(mm) => Some(mm),
            Spacing::Unknown => None,
        }
    }

    /// Size in mm for display and headers, with 1 for an unknown spacing.
    #[must_use]
    pub fn or_unit(self) -> [f64; 3] {
        self.millimetres().unwrap_or([1.0; 3])
    }
}

impl fmt::Display for Spacing {
    /// `0.012 × 0.012 × 0.003 mm`, or `unknown`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spacing::Millimetres([a, b, c]) => write!(f, "{a} × {b} × {c} mm"),
            Spacing::Unknown => write!(f, "unknown"),
        }
    }
}
