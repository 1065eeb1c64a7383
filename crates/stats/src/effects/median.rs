//! The median with its exact interval between order statistics.

use crate::confidence::require_level;
use crate::error::require_finite;
use crate::tails::incomplete_beta::incomplete_beta;
use crate::{ConfidenceInterval, StatsError};

/// Relative error that a binomial probability may have when it is compared with a level.
const SLACK: f64 = 1e-11;

/// A median with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MedianInterval {
    /// The median of the sample.
    pub median: f64,
    /// The interval between order statistics, with the confidence that it attains; `None` for a single value.
    pub interval: Option<ConfidenceInterval>,
    /// The lower end is the value of this rank from below, the upper end that of this rank from above; from 1.
    pub rank: usize,
    /// Number of values.
    pub n: usize,
    /// Whether the attained confidence is at least the requested one; otherwise the sample is too small, and the
    /// interval is its range.
    pub reaches_confidence: bool,
}

/// The median and its exact, distribution-free interval (Hollander & Wolfe, Nonparametric Statistical Methods,
/// section 3.6).
///
/// The interval goes from the k-th smallest to the k-th largest value, with the largest k for which 2·P(B ≤ k − 1) ≤
/// 1 − confidence, where B is binomial with n and ½. Its confidence, 1 − 2·P(B ≤ k − 1), is reported: it is exact for
/// every continuous distribution, and a lower bound when values tie.
///
/// There is no BCa bootstrap of medians here on purpose. The bootstrap distribution of a median has a few atoms, at
/// the middle order statistics, and its jackknife takes at most two (even n) or three (odd n) values, so the
/// acceleration means nothing (Efron & Tibshirani 1993, section 11.6). The binomial interval needs no random numbers
/// and has a known coverage.
///
/// Time O(n log n).
///
/// # Errors
/// No values, values that are NaN or infinite, a confidence outside (0, 1).
pub fn median_interval(values: &[f64], confidence: f64) -> Result<MedianInterval, StatsError> {
    require_level("confidence", confidence)?;
    require_finite(values)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let middle = middle(&sorted).ok_or(StatsError::Empty)?;
    let tail = (1.0 - confidence) / 2.0;
    let allowed = |rank: usize| below(n, rank) <= tail * (1.0 + SLACK);
    // The largest allowed rank, by bisection: rank 1 is taken in any case, rank n/2 + 1 is never allowed.
    let (mut rank, mut beyond) = (1, n / 2 + 1);
    while rank + 1 < beyond {
        let candidate = usize::midpoint(rank, beyond);
        if allowed(candidate) {
            rank = candidate;
        } else {
            beyond = candidate;
        }
    }
    let ends = sorted.get(rank - 1).zip(sorted.get(n - rank));
    let interval = ends.map(|(low, high)| ConfidenceInterval {
        low: *low,
        high: *high,
        confidence: 1.0 - 2.0 * below(n, rank),
    });
    Ok(MedianInterval {
        median: middle,
        interval: interval.filter(|_| n > 1),
        rank,
        n,
        reaches_confidence: allowed(rank),
    })
}

/// The median of sorted values; the midpoint of two values does not overflow.
fn middle(sorted: &[f64]) -> Option<f64> {
    let (below, above) = (sorted.len().checked_sub(1)? / 2, sorted.len() / 2);
    Some(f64::midpoint(*sorted.get(below)?, *sorted.get(above)?))
}

/// P(B ≤ rank − 1) of a binomial B with n and ½.
fn below(n: usize, rank: usize) -> f64 {
    incomplete_beta((n - rank + 1) as f64, rank as f64, 0.5, 0.5).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(n: usize, confidence: f64) -> MedianInterval {
        let values: Vec<f64> = (1..=n).map(|v| v as f64).collect();
        median_interval(&values, confidence).unwrap()
    }

    // R 4.2: k <- qbinom(0.025, n, 0.5) (n = 10, 25, 40, 1000); print(1 - 2 * pbinom(k - 1, n, 0.5), digits = 16)
    #[test]
    fn ranks_and_confidence_are_those_of_the_binomial_distribution_in_r() {
        let expected = [
            (10, 2, 0.978_515_625),
            (25, 8, 0.956_714_749_336_242_7),
            (40, 14, 0.961_522_691_715_799_7),
            (1000, 469, 0.953_708_802_639_501_9),
        ];
        for (n, rank, confidence) in expected {
            let result = interval(n, 0.95);
            let ends = result.interval.unwrap();
            assert_eq!(result.rank, rank, "n = {n}");
            assert_eq!((ends.low, ends.high), (rank as f64, (n + 1 - rank) as f64));
            assert!((ends.confidence - confidence).abs() < 1e-11, "{ends:?}");
            assert!(result.reaches_confidence);
        }
    }

    #[test]
    fn a_sample_that_is_too_small_gets_its_range_with_less_confidence() {
        let result = interval(5, 0.95);
        let ends = result.interval.unwrap();
        assert_eq!((ends.low, ends.high), (1.0, 5.0));
        assert!((ends.confidence - 0.9375).abs() < 1e-14 && !result.reaches_confidence);
        // 1 − 2^−5 is attained exactly by six values.
        assert!(interval(6, 0.968_75).reaches_confidence);
        let one = interval(1, 0.95);
        assert_eq!((one.median, one.interval), (1.0, None));
        assert!(!one.reaches_confidence);
    }

    /// Every n up to 12 against the sum of all 2^n placements of values below and above the median.
    #[test]
    fn the_confidence_equals_enumeration() {
        for n in 2usize..=12 {
            let result = interval(n, 0.8);
            let inside = (0u32..1 << n).filter(|below| {
                let count = below.count_ones() as usize;
                count >= result.rank && n - count >= result.rank
            });
            let confidence = inside.count() as f64 / f64::from(1u32 << n);
            let got = result.interval.unwrap().confidence;
            assert!((got - confidence).abs() < 1e-13, "{n}: {got}");
        }
    }

    #[test]
    fn bad_input_is_refused() {
        assert_eq!(median_interval(&[], 0.95), Err(StatsError::Empty));
        assert!(median_interval(&[f64::NAN], 0.95).is_err());
        assert!(median_interval(&[1.0, f64::INFINITY], 0.95).is_err());
        assert!(median_interval(&[1.0], 1.0).is_err());
    }
}
