//! The samples of a bootstrap around their statistics, and replicates.

use super::units::Units;

/// One sample, or two, around their statistics.
pub(super) struct Resampled {
    pub(super) centered: Vec<Units>,
    /// Size below which a deviation from the estimate is floating-point noise.
    pub(super) noise: f64,
}

/// So many replicates in ascending order.
pub(super) fn sorted(count: usize, mut replicate: impl FnMut() -> f64) -> Vec<f64> {
    let mut all: Vec<f64> = (0..count).map(|_| replicate()).collect();
    all.sort_by(f64::total_cmp);
    all
}
