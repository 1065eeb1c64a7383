//! Voxel size, or the honest statement that nobody knows it.

use serde::{Deserialize, Serialize};

/// Distance between neighbouring voxel centres along x, y and z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spacing {
    /// Known size in millimetres.
    Millimetres([f64; 3]),
    /// Nobody knows: physical measures are undefined, those in voxels stand.
    Unknown,
}

impl Spacing {
    /// The RSOM grid of the paper: 12 × 12 × 3 µm.
    pub const RSOM: Spacing = Spacing::Millimetres([0.012, 0.012, 0.003]);

    /// Size in mm along x, y, z, or `None` when it is unknown.
    #[must_use]
    pub fn millimetres(self) -> Option<[f64; 3]> {
        match self {
            Spacing::Millimetres(mm) => Some(mm),
            Spacing::Unknown => None,
        }
    }

    /// Size in mm for display and headers: an unknown spacing stands as 1.
    #[must_use]
    pub fn or_unit(self) -> [f64; 3] {
        self.millimetres().unwrap_or([1.0; 3])
    }
}
