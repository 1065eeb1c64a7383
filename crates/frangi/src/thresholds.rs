//! Hysteresis: keeps strong voxels, and weak voxels that are connected to them.

use ndarray::Array3;
use serde::{Deserialize, Serialize};

use crate::FrangiError;
use crate::components::Components;

/// Thresholds that turn vesselness into a mask.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Smallest vesselness of a vessel voxel.
    pub low: f32,
    /// Smallest peak vesselness of a vessel.
    pub high: f32,
    /// Smallest number of voxels of a vessel.
    pub min_size_vox: u64,
}

impl Thresholds {
    /// Checks that 0 < low ≤ high ≤ 1.
    ///
    /// # Errors
    /// [`FrangiError::Settings`].
    pub fn check(&self) -> Result<(), FrangiError> {
        let Self { low, high, .. } = *self;
        if low > 0.0 && low <= high && high <= 1.0 {
            return Ok(());
        }
        Err(FrangiError::Settings(format!(
            "thresholds must satisfy 0 < low ≤ high ≤ 1, but low is {low} and high is {high}"
        )))
    }
}

/// The voxels of `values` (x, y, z) that are at least `low` and belong to a 26-connected component of such voxels that
/// reaches `high` somewhere and has at least `min_size_vox` voxels.
///
/// skimage's `apply_hysteresis_threshold` differs: it uses face connectivity, and compares with `>`.
#[must_use]
pub fn hysteresis(values: &Array3<f32>, thresholds: &Thresholds) -> Array3<bool> {
    let components = Components::of(values, thresholds.low, None);
    components.mask(values.dim(), |component| {
        component.peak >= thresholds.high && component.size >= thresholds.min_size_vox
    })
}
