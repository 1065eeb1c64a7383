//! Collapsed networks, whose masks are all empty or all full.

use serde::{Deserialize, Serialize};

/// Whether all masks of a network are empty, all are full, or neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collapse {
    /// Some pixels or voxels are foreground, some are background.
    Ok,
    /// No pixel or voxel is foreground.
    EmptyPrediction,
    /// All pixels or voxels are foreground.
    FullPrediction,
}

impl Collapse {
    /// The status for `inside` foreground pixels or voxels out of `all`.
    #[must_use]
    pub fn of_counts(inside: usize, all: usize) -> Self {
        match inside {
            0 => Self::EmptyPrediction,
            inside if inside == all => Self::FullPrediction,
            _ => Self::Ok,
        }
    }

    /// The word for this status in tables and results, for example `empty_prediction`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::EmptyPrediction => "empty_prediction",
            Self::FullPrediction => "full_prediction",
        }
    }
}
