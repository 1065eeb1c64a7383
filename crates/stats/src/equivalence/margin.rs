//! Checks of a test of equivalence.

use crate::StatsError;
use crate::confidence::require_level;

/// Checks the margin and the level. α must be below ½, so that the interval has a confidence 1 − 2α above 0.
pub(crate) fn check(margin: f64, alpha: f64) -> Result<(), StatsError> {
    require_level("significance level", alpha)?;
    if alpha >= 0.5 {
        return Err(StatsError::BadSetting {
            name: "the significance level of a test of equivalence",
            value: alpha,
            rule: "below 0.5",
        });
    }
    if margin > 0.0 && margin.is_finite() {
        return Ok(());
    }
    Err(StatsError::BadSetting {
        name: "the margin of equivalence",
        value: margin,
        rule: "positive and finite, in the unit of the metric",
    })
}
