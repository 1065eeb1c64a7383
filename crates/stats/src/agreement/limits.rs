//! Limits of agreement and their settings.

use crate::confidence::require_level;
use crate::tails::normal;
use crate::{ConfidenceInterval, StatsError};

/// Settings of an analysis of agreement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementConfig {
    /// Fraction of differences that the limits should enclose, in (0, 1); usually 0.95.
    pub enclosed: f64,
    /// Confidence level of every interval, in (0, 1).
    pub confidence: f64,
}

/// A limit of agreement with its interval, in the unit of the values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    /// The limit.
    pub estimate: f64,
    /// Its interval.
    pub interval: ConfidenceInterval,
}

impl AgreementConfig {
    pub(crate) fn check(&self) -> Result<(), StatsError> {
        require_level("enclosed fraction", self.enclosed)?;
        require_level("confidence", self.confidence)
    }

    /// Standard deviations between bias and limit: 1.96 for 95 %.
    pub(crate) fn z(&self) -> f64 {
        -normal::quantile((1.0 - self.enclosed) / 2.0)
    }

    /// The probability in each tail outside an interval.
    pub(crate) fn tail(&self) -> f64 {
        (1.0 - self.confidence) / 2.0
    }
}
