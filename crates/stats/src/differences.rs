//! Paired differences, rounded so that equal ones tie.

use crate::StatsError;
use crate::error::require_finite;

/// Number of decimals of a difference.
const DECIMALS: i32 = 12;

/// The differences `first[i] − second[i]`, rounded half to even to 12 decimals.
///
/// Differences that are equal except for floating-point error (1 − 1.1 and 2 − 2.1) must tie when they are ranked;
/// therefore they are rounded first. A difference too large to have 12 decimals in f64 is not changed.
///
/// # Errors
/// Samples of different length, a value that is NaN or infinite, a difference that overflows.
pub fn paired_differences(first: &[f64], second: &[f64]) -> Result<Vec<f64>, StatsError> {
    if first.len() != second.len() {
        return Err(StatsError::LengthMismatch {
            first: first.len(),
            second: second.len(),
        });
    }
    require_finite(first)?;
    require_finite(second)?;
    let differences: Vec<f64> = first
        .iter()
        .zip(second)
        .map(|(a, b)| rounded(a - b))
        .collect();
    require_finite(&differences)?;
    Ok(differences)
}

/// Rounds half to even to 12 decimals; −0 becomes 0.
pub(crate) fn rounded(value: f64) -> f64 {
    let scale = 10f64.powi(DECIMALS);
    let scaled = value * scale;
    // From 2^53 on every f64 is an integer.
    if scaled.abs() >= 9_007_199_254_740_992.0 {
        return value;
    }
    scaled.round_ties_even() / scale + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_equal_but_for_float_noise_tie() {
        let d = paired_differences(&[1.0, 2.0, 3.0], &[1.1, 2.1, 3.1]).unwrap();
        assert_eq!(d, [-0.1, -0.1, -0.1]);
    }

    #[test]
    fn noise_below_twelve_decimals_is_no_difference() {
        let d = paired_differences(&[0.3], &[0.1 + 0.2]).unwrap();
        assert_eq!(d[0].to_bits(), 0f64.to_bits());
    }

    #[test]
    fn large_differences_stay_as_they_are() {
        let d = paired_differences(&[1e300, 123_456.7], &[0.0, 0.0]).unwrap();
        assert_eq!(d, [1e300, 123_456.7]);
    }

    #[test]
    fn lengths_nan_infinity_and_overflow_are_refused() {
        assert!(paired_differences(&[1.0], &[]).is_err());
        assert!(paired_differences(&[f64::NAN], &[0.0]).is_err());
        assert!(paired_differences(&[0.0], &[f64::INFINITY]).is_err());
        assert!(paired_differences(&[f64::MAX], &[-f64::MAX]).is_err());
    }
}
