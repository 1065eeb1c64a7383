//! Paired differences, freed of noise so that equal ones tie.

use crate::StatsError;
use crate::error::require_finite;
use crate::noise::{tolerances, without_noise};

/// The differences `first[i] − second[i]`, without floating-point noise.
///
/// Differences that are equal except for floating-point error (1 − 1.1 and 2 − 2.1) must tie when they are ranked, and
/// one that is nothing but error (0.3 − (0.1 + 0.2)) must be zero. A difference is uncertain by 1e-12 of the larger
/// value of its pair, and by at least 16 units in the last place of the median of these values. Absolute differences that
/// agree within this tolerance become equal; a difference within it is 0. The tolerance follows the values, so ranks, ties
/// and zeros do not depend on the unit, and one huge value does not hide the other differences.
///
/// # Errors
/// Samples of different length, a value that is NaN or infinite, a difference that overflows.
pub fn paired_differences(first: &[f64], second: &[f64]) -> Result<Vec<f64>, StatsError> {
    Ok(Differences::of(first, second)?.values)
}

/// Differences with their uncertainty.
pub(crate) struct Differences {
    pub values: Vec<f64>,
    /// The tolerance of each.
    pub tolerances: Vec<f64>,
}

impl Differences {
    /// See [`paired_differences`].
    pub(crate) fn of(first: &[f64], second: &[f64]) -> Result<Self, StatsError> {
        if first.len() != second.len() {
            return Err(StatsError::LengthMismatch {
                first: first.len(),
                second: second.len(),
            });
        }
        require_finite(first)?;
        require_finite(second)?;
        let pairs = || first.iter().zip(second);
        let differences: Vec<f64> = pairs().map(|(a, b)| a - b).collect();
        require_finite(&differences)?;
        let magnitudes: Vec<f64> = pairs().map(|(a, b)| a.abs().max(b.abs())).collect();
        let tolerances = tolerances(&magnitudes);
        Ok(Self {
            values: without_noise(&differences, &tolerances),
            tolerances,
        })
    }
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
    fn differences_of_a_tenth_tie_at_any_size_of_the_values() {
        // In decimals every difference is ±0.1; in f64 the noise at 80,000 is 9e-12.
        let first = [10_000.1, 20_000.2, 30_000.3, 40_000.2, 80_000.4, 1.1];
        let second = [10_000.0, 20_000.1, 30_000.2, 40_000.3, 80_000.3, 1.2];
        let d = paired_differences(&first, &second).unwrap();
        assert_eq!(d, [0.1, 0.1, 0.1, -0.1, 0.1, -0.1]);
    }

    /// One subject with a huge value at both levels: the other differences stay.
    #[test]
    fn a_huge_value_hides_no_other_difference() {
        for huge in [1e12, 1e16, 1e20, 1e300] {
            let d = paired_differences(&[0.8, 0.9, huge, 0.7], &[0.7, 0.8, huge, 0.5]).unwrap();
            assert_eq!(d, [0.1, 0.1, 0.0, 0.2]);
            let d = paired_differences(&[0.8, 0.9, huge], &[0.7, 0.8, 0.0]).unwrap();
            assert_eq!(d, [0.1, 0.1, huge]);
        }
    }

    #[test]
    fn small_differences_of_small_values_are_no_noise() {
        let d = paired_differences(&[5.4e-14, 2.62e-13], &[4e-15, 2.12e-13]).unwrap();
        assert_eq!(d, [5e-14, 5e-14]);
    }

    #[test]
    fn noise_of_the_last_digits_is_no_difference() {
        for unit in [1e-12, 1.0, 1e9] {
            let d = paired_differences(&[0.3 * unit], &[(0.1 + 0.2) * unit]).unwrap();
            assert_eq!(d[0].to_bits(), 0f64.to_bits());
        }
    }

    #[test]
    fn large_differences_stay_as_they_are() {
        let d = paired_differences(&[1e300, 123_456.7], &[0.0, 0.0]).unwrap();
        assert_eq!(d[0], 1e300);
        let d = paired_differences(&[123_456.7, 1e5], &[0.0, 0.0]).unwrap();
        assert_eq!(d, [123_456.7, 1e5]);
    }

    #[test]
    fn lengths_nan_infinity_and_overflow_are_refused() {
        assert!(paired_differences(&[1.0], &[]).is_err());
        assert!(paired_differences(&[f64::NAN], &[0.0]).is_err());
        assert!(paired_differences(&[0.0], &[f64::INFINITY]).is_err());
        assert!(paired_differences(&[f64::MAX], &[-f64::MAX]).is_err());
    }
}
