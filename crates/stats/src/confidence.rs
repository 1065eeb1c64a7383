//! A confidence interval, and the check of its level.

use crate::StatsError;

/// The ends of a confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidenceInterval {
    /// Lower end, in the unit of the estimate.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Confidence in (0, 1): the requested one, unless the method states that it attains another.
    pub confidence: f64,
}

/// Checks that a level lies strictly between 0 and 1.
pub(crate) fn require_level(name: &'static str, value: f64) -> Result<(), StatsError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(StatsError::BadLevel { name, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_lie_strictly_between_zero_and_one() {
        assert!(require_level("confidence", 0.95).is_ok());
        for bad in [0.0, 1.0, -0.5, 95.0, f64::NAN, f64::INFINITY] {
            assert!(require_level("confidence", bad).is_err(), "{bad}");
        }
    }
}
