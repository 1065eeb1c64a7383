//! Passing–Bablok regression of one method on another.

use crate::confidence::require_level;
use crate::moments::{require_pairs, require_squarable};
use crate::noise::{tolerances, without_noise};
use crate::summary::median;
use crate::tails::normal;
use crate::{ConfidenceInterval, StatsError};

/// Largest number of pairs: all slopes between two pairs are sorted.
const LARGEST_N: usize = 5000;

/// A line with the intervals of its coefficients.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassingBablok {
    /// Slope; 1 without proportional difference.
    pub slope: f64,
    /// Its interval; `None` when the sample is too small for the confidence, or an end is vertical.
    pub slope_interval: Option<ConfidenceInterval>,
    /// Intercept, in the unit of the values; 0 without constant difference.
    pub intercept: f64,
    /// Its interval; `None` as that of the slope.
    pub intercept_interval: Option<ConfidenceInterval>,
    /// Number of pairs.
    pub n: usize,
}

/// The line second = intercept + slope · first of Passing & Bablok (1983, Journal of Clinical Chemistry and Clinical
/// Biochemistry 21, 709–720): for two methods that both have errors, in constant ratio, without a distribution of
/// them.
///
/// The slope is the shifted median of the slopes Sᵢⱼ between all pairs of points: the K slopes below −1 move the
/// median by K places, slopes of −1 and points that are equal are left out, vertical slopes count as +∞ (the paper
/// gives them a sign that depends on the order of the points; the shift by K makes both the same). The intercept is
/// the median of second − slope · first. So both methods are treated alike: exchanging them gives the inverse line up
/// to ties. Ends of the slope are the slopes of the ranks (N ∓ C)/2 + K with C = z·√(n(n − 1)(2n + 5)/18), rounded as
/// in the paper; those of the intercept are the medians at the ends of the slope. Values of one sample that agree in
/// 12 significant digits are equal.
///
/// The method needs a linear relation with a positive slope (see [`spearman`](super::spearman())) and intervals are
/// approximate: use 30 pairs or more. Time O(n² log n), up to 5,000 pairs.
///
/// # Errors
/// Fewer than three pairs, more than 5,000, samples of different length, values that are NaN, infinite or beyond 1e140, a constant
/// sample, a median slope that is vertical, a confidence outside (0, 1).
pub fn passing_bablok(
    first: &[f64],
    second: &[f64],
    confidence: f64,
) -> Result<PassingBablok, StatsError> {
    require_level("confidence", confidence)?;
    require_pairs(first, second, 3)?;
    require_squarable(first)?;
    require_squarable(second)?;
    if first.len() > LARGEST_N {
        // All slopes between two pairs are sorted.
        return Err(StatsError::TooMany {
            test: "Passing-Bablok regression",
            limit: LARGEST_N,
            found: first.len(),
        });
    }
    let clean = |v: &[f64]| without_noise(v, &tolerances(v));
    let (x, y) = (clean(first), clean(second));
    let constant = |v: &[f64]| v.windows(2).all(|pair| pair[0] == pair[1]);
    if constant(&x) || constant(&y) {
        return Err(StatsError::Undefined(
            "a sample is constant: a regression needs a spread of both",
        ));
    }
    let slopes = Slopes::of(&x, &y);
    let slope = slopes.shifted_median().filter(|slope| slope.is_finite());
    let slope = slope.ok_or(StatsError::Undefined(
        "the median slope is vertical or does not exist: the samples are not linearly related",
    ))?;
    let intercept = |slope: f64| {
        let rest: Vec<f64> = x.iter().zip(&y).map(|(x, y)| y - slope * x).collect();
        median(&rest).ok_or(StatsError::Empty)
    };
    let ends = slopes.ends(x.len() as f64, confidence);
    let interval = |low, high| ConfidenceInterval {
        low,
        high,
        confidence,
    };
    let intercept_interval = match ends {
        Some((low, high)) => Some(interval(intercept(high)?, intercept(low)?)),
        None => None,
    };
    let intercept = intercept(slope)?;
    let finite = |i: &ConfidenceInterval| i.low.is_finite() && i.high.is_finite();
    if !intercept.is_finite() {
        return Err(StatsError::Undefined(
            "the intercept leaves the range of f64: the samples differ too much in size",
        ));
    }
    Ok(PassingBablok {
        slope,
        slope_interval: ends.map(|(low, high)| interval(low, high)),
        intercept,
        intercept_interval: intercept_interval.filter(finite),
        n: x.len(),
    })
}

/// The slopes between all pairs of points, sorted.
struct Slopes {
    sorted: Vec<f64>,
    /// Number of slopes below −1.
    below: usize,
}

impl Slopes {
    fn of(x: &[f64], y: &[f64]) -> Self {
        let mut sorted = Vec::with_capacity(x.len() * (x.len() - 1) / 2);
        for i in 0..x.len() {
            for j in 0..i {
                let (dx, dy) = (x[i] - x[j], y[i] - y[j]);
                let slope = if dx == 0.0 { f64::INFINITY } else { dy / dx };
                if (dx != 0.0 || dy != 0.0) && slope != -1.0 {
                    sorted.push(slope);
                }
            }
        }
        sorted.sort_unstable_by(f64::total_cmp);
        let below = sorted.partition_point(|slope| *slope < -1.0);
        Self { sorted, below }
    }

    /// The slope of a rank from 1, moved by the number of slopes below −1.
    fn at(&self, rank: usize) -> Option<f64> {
        self.sorted
            .get((rank + self.below).checked_sub(1)?)
            .copied()
    }

    fn shifted_median(&self) -> Option<f64> {
        let n = self.sorted.len();
        if n % 2 == 1 {
            return self.at(n.div_ceil(2));
        }
        Some(f64::midpoint(self.at(n / 2)?, self.at(n / 2 + 1)?))
    }

    fn ends(&self, n: f64, confidence: f64) -> Option<(f64, f64)> {
        let z = -normal::quantile((1.0 - confidence) / 2.0);
        let reach = z * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
        let rank = ((self.sorted.len() as f64 - reach) / 2.0).round();
        if rank < 1.0 {
            return None;
        }
        let rank = rank as usize;
        let ends = self.at(rank).zip(self.at(self.sorted.len() + 1 - rank));
        ends.filter(|(low, high)| low.is_finite() && high.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const X: [f64; 14] = [
        69.3, 27.1, 61.3, 50.8, 34.4, 92.3, 57.5, 45.5, 33.3, 60.9, 56.3, 49.9, 29.7, 28.9,
    ];
    const Y: [f64; 14] = [
        74.1, 27.9, 66.4, 53.2, 36.7, 94.5, 60.9, 47.1, 33.4, 60.8, 66.5, 48.2, 28.3, 29.3,
    ];

    // R 4.2, own code of the paper's formulas: S of all i < j by outer(), K <- sum(S < -1), sort(S)[ranks + K],
    // median(y - b * x)
    #[test]
    fn slope_and_intercept_are_those_of_r() {
        let r = passing_bablok(&X, &Y, 0.95).unwrap();
        let (slope, intercept) = (r.slope_interval.unwrap(), r.intercept_interval.unwrap());
        let close = |got: f64, expected: f64| {
            assert!((got - expected).abs() < 1e-10, "{got} {expected} {r:?}");
        };
        close(r.slope, 1.104_895_104_895_11);
        close(slope.low, 1.006_097_560_975_61);
        close(slope.high, 1.180_094_786_729_86);
        close(r.intercept, -2.780_069_930_069_92);
        close(intercept.low, -6.671_563_981_042_66);
        close(intercept.high, 1.479_878_048_780_49);
    }

    #[test]
    fn a_line_is_found_exactly_with_vertical_pairs_and_equal_points() {
        let x = [1.0, 2.0, 2.0, 3.0, 4.0, 4.0];
        let y = x.map(|v| 2.0 * v + 1.0);
        let r = passing_bablok(&x, &y, 0.95).unwrap();
        assert!(
            (r.slope - 2.0).abs() < 1e-12 && (r.intercept - 1.0).abs() < 1e-12,
            "{r:?}"
        );
        let three = passing_bablok(&x[..3], &[3.0, 5.0, 6.0], 0.95).unwrap();
        assert_eq!(
            (three.slope_interval, three.intercept_interval),
            (None, None)
        );
    }

    #[test]
    fn bad_input_is_refused() {
        let of = |a: &[f64], b: &[f64]| passing_bablok(a, b, 0.95);
        assert_eq!(of(&[], &[]), Err(StatsError::Empty));
        assert!(matches!(
            of(&[1.0, 2.0], &[1.0, 2.0]),
            Err(StatsError::TooFew { .. })
        ));
        assert!(of(&[1.0], &[]).is_err());
        assert!(matches!(
            of(&[1.0; 4], &[1.0, 2.0, 3.0, 4.0]),
            Err(StatsError::Undefined(_))
        ));
        assert!(of(&[1.0, 2.0, f64::NAN], &[1.0, 2.0, 3.0]).is_err());
        assert!(of(&[1.0, 2.0, f64::INFINITY], &[1.0, 2.0, 3.0]).is_err());
        assert!(of(&[0.0; 5001], &[0.0; 5001]).is_err());
        assert!(passing_bablok(&X, &Y, 1.0).is_err());
        // A falling line: all slopes are −1.
        assert!(of(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]).is_err());
    }

    proptest! {
        #[test]
        fn order_and_unit_change_nothing_and_exchange_inverts(
            noise in prop::collection::vec(-9i32..9, 11),
        ) {
            let x: Vec<f64> = (0..11).map(|i| f64::from(i * 7 + i * i % 5)).collect();
            let y: Vec<f64> = x.iter().zip(&noise).map(|(x, e)| x * 1.3 + f64::from(*e) * 0.77).collect();
            let r = passing_bablok(&x, &y, 0.9).unwrap();
            let scaled = |v: &[f64]| v.iter().rev().map(|v| v * 1e-3).collect::<Vec<f64>>();
            let s = passing_bablok(&scaled(&x), &scaled(&y), 0.9).unwrap();
            prop_assert!((r.slope - s.slope).abs() < 1e-9);
            prop_assert!((r.intercept * 1e-3 - s.intercept).abs() < 1e-9);
            let inverse = passing_bablok(&y, &x, 0.9).unwrap();
            // 55 slopes: the median is one of them, and none is 0 or vertical.
            prop_assert!((inverse.slope * r.slope - 1.0).abs() < 1e-9);
            let i = r.slope_interval.unwrap();
            prop_assert!(i.low <= r.slope && r.slope <= i.high);
        }
    }
}
