//! The interval of Student's t, which needs no resamples.

use super::config::BootstrapConfig;
use super::estimate::MeanEstimate;
use super::resampling::Resampled;
use super::units::welch;
use crate::ConfidenceInterval;
use crate::tails::student_t;

/// estimate ± t·se with the standard error of [`Units::variance`](super::units::Units::variance) and n − 1 degrees of freedom, or
/// Welch's for two samples (Welch 1947, Biometrika 34, 28–35). It takes the means for normal.
pub(super) fn student(resampled: &Resampled, config: BootstrapConfig, result: &mut MeanEstimate) {
    let samples = resampled.centered.iter();
    let (variance, df) = welch(samples.map(|units| (units.variance(), units.sums.len())));
    let tail = (1.0 - config.confidence) / 2.0;
    let half = student_t::upper_quantile(tail, df) * variance.sqrt();
    result.interval = Some(ConfidenceInterval {
        low: result.estimate - half,
        high: result.estimate + half,
        confidence: config.confidence,
    });
}
