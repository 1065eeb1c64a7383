//! Networks that give one answer everywhere.

use serde::{Deserialize, Serialize};

/// Whether a network gives one and the same answer for every pixel or voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collapse {
    /// Some are in, some out.
    Ok,
    /// None is in.
    EmptyPrediction,
    /// Every one is in.
    FullPrediction,
}

impl Collapse {
    /// What `inside` of `all` pixels or voxels mean.
    #[must_use]
    pub fn of_counts(inside: usize, all: usize) -> Self {
        match inside {
            0 => Self::EmptyPrediction,
            inside if inside == all => Self::FullPrediction,
            _ => Self::Ok,
        }
    }

    /// The word in tables and results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::EmptyPrediction => "empty_prediction",
            Self::FullPrediction => "full_prediction",
        }
    }
}
