//! Means, sums of squares and products of paired samples.

use crate::StatsError;
use crate::error::require_finite;

/// Standard deviation, relative to the largest value, below which the spread of a sample is floating-point noise.
const RELATIVE: f64 = 1e-12;

/// Whether values with this mean square deviation, and none larger than `largest`, are constant but for floating-point noise.
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
    /// Of at least one pair of finite numbers. Deviations are taken from the means, so that a large offset costs no digits.
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
