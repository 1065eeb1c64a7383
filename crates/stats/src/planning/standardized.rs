//! Effects in standard deviations.

use crate::StatsError;
use crate::error::require_finite;

/// A shift in the unit of a metric, divided by a standard deviation in the same unit: the effect that
/// [`power`](super::power()) takes.
///
/// For paired tests `sd` is that of the paired differences: √(s₁² + s₂² − 2·r·s₁·s₂) for two samples with standard
/// deviations s₁, s₂ and correlation r. For the rank-sum test it is that within the groups. Multiply a detectable
/// effect by `sd` to get back to the unit.
///
/// # Errors
/// A standard deviation that is not positive and finite, a shift that is NaN or infinite, a quotient that overflows.
pub fn standardized_effect(shift: f64, sd: f64) -> Result<f64, StatsError> {
    if !(sd > 0.0 && sd.is_finite()) {
        return Err(StatsError::BadSetting {
            name: "the standard deviation",
            value: sd,
            rule: "positive and finite",
        });
    }
    let effect = shift / sd;
    require_finite(&[shift, effect])?;
    Ok(effect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_divided_by_a_positive_spread() {
        assert_eq!(standardized_effect(-0.5, 0.25), Ok(-2.0));
        for sd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(standardized_effect(1.0, sd).is_err());
        }
        assert!(standardized_effect(f64::NAN, 1.0).is_err());
        assert!(standardized_effect(1e300, 1e-300).is_err());
    }
}
