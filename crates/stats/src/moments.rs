//! Means, sums of squares and products of paired samples.

use crate::StatsError;
use crate::error::require_finite;

/// Standard deviation, relative to the largest value, below which the spread of a sample is floating-point noise.
const RELATIVE: f64 = 1e-12;

/// Whether values with this mean square deviation, and none larger than `largest`, are constant but for
/// floating-point noise.
pub(crate) fn is_noise(mean_square: f64, largest: f64) -> bool {
    mean_square.sqrt() <= RELATIVE * largest
}

/// The largest absolute value.
pub(crate) fn largest(values: impl IntoIterator<Item = f64>) -> f64 {
    values.into_iter().fold(0.0, |l, v| l.max(v.abs()))
}

/// Moments of a paired sample.
pub(crate) struct Moments {
    pub n: f64,
    pub mean_x: f64,
    pub mean_y: f64,
    /// Σ (x − mean)².
    pub sxx: f64,
    pub syy: f64,
    /// Σ (x − mean of x)(y − mean of y).
    pub sxy: f64,
}

impl Moments {
    /// Of at least one pair of finite numbers. Deviations are taken from the means, so that a large offset costs no
    /// digits.
    pub(crate) fn of(x: &[f64], y: &[f64]) -> Self {
        let n = x.len() as f64;
        let mean_x = mean(x);
        let mean_y = mean(y);
        let (mut sxx, mut syy, mut sxy) = (0.0, 0.0, 0.0);
        for (a, b) in x.iter().zip(y) {
            let (a, b) = (a - mean_x, b - mean_y);
            sxx += a * a;
            syy += b * b;
            sxy += a * b;
        }
        Self {
            n,
            mean_x,
            mean_y,
            sxx,
            syy,
            sxy,
        }
    }
}

/// The mean, which also exists when the sum overflows.
pub(crate) fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    values.iter().map(|v| v / n).sum()
}

/// Sizes of values whose squares, and those of differences a trillion times smaller, are numbers of f64.
const SQUARABLE: std::ops::Range<f64> = 1e-140..1e140;

/// Checks that values are finite, and neither so large nor so small that their squares leave the range of f64.
pub(crate) fn require_squarable(values: &[f64]) -> Result<(), StatsError> {
    require_finite(values)?;
    let size = largest(values.iter().copied());
    if size == 0.0 || SQUARABLE.contains(&size) {
        return Ok(());
    }
    Err(StatsError::Undefined(
        "the squares of the values leave the range of f64 (sizes 1e-140 to 1e140): use another unit",
    ))
}

/// Checks two samples of equal length, at least `needed` pairs, and finite values.
pub(crate) fn require_pairs(
    first: &[f64],
    second: &[f64],
    needed: usize,
) -> Result<(), StatsError> {
    if first.len() != second.len() {
        return Err(StatsError::LengthMismatch {
            first: first.len(),
            second: second.len(),
        });
    }
    require_finite(first)?;
    require_finite(second)?;
    match first.len() {
        0 => Err(StatsError::Empty),
        found if found < needed => Err(StatsError::TooFew {
            what: "pairs",
            needed,
            found,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: x <- c(1, 2, 4, 9); y <- c(2, 1, 5, 6); sums of squares 38, 17 and products 22, in exact arithmetic
    #[test]
    fn a_large_offset_costs_no_digits() {
        for offset in [0.0, 1e9] {
            let x = [1.0, 2.0, 4.0, 9.0].map(|v| v + offset);
            let m = Moments::of(&x, &[2.0, 1.0, 5.0, 6.0]);
            assert_eq!((m.n, m.mean_x - offset, m.mean_y), (4.0, 4.0, 3.5));
            assert_eq!((m.sxx, m.syy, m.sxy), (38.0, 17.0, 22.0));
        }
    }

    #[test]
    fn noise_is_relative_and_a_mean_does_not_overflow() {
        assert!(is_noise(1e-34, 1.0) && !is_noise(1e-20, 1.0) && !is_noise(1e-34, 1e-9));
        assert_eq!(mean(&[f64::MAX, f64::MAX]), f64::MAX);
        assert_eq!(largest([-3.0, 2.0]), 3.0);
        assert!(require_squarable(&[0.0]).is_ok() && require_squarable(&[1e100, 1e-300]).is_ok());
        for bad in [1e-200, 1e200, f64::NAN] {
            assert!(require_squarable(&[bad]).is_err());
        }
    }
}
