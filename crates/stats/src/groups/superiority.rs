//! The probability of superiority of one group over another, and its confidence interval.

use crate::confidence::require_level;
use crate::groups::placements::Placements;
use crate::groups::pooled::Pooled;
use crate::tails::normal;
use crate::{ConfidenceInterval, StatsError};

/// Steps of bisection; each halves an interval within [0, 1].
const STEPS: usize = 60;

/// The probability of superiority, and Cliff's delta, which is twice this minus one, with confidence intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Superiority {
    /// P(first > second) + ½ P(first = second), the share of pairs; in [0, 1].
    pub estimate: f64,
    /// Its interval, within [0, 1].
    pub interval: ConfidenceInterval,
    /// Cliff's delta 2·estimate − 1, in [−1, 1] (Cliff 1993).
    pub cliffs_delta: f64,
    /// Its interval, within [−1, 1].
    pub cliffs_delta_interval: ConfidenceInterval,
}

/// The probability of superiority of the first group with the score interval of Newcombe (2006, Statistics in Medicine 25,
/// 559–573, method 5), widened where the groups vary differently.
///
/// The interval holds all θ with |θ̂ − θ| ≤ z·√(r·V(θ)), where
/// V(θ) = θ(1 − θ)·(1 + c·(1 − θ)/(2 − θ) + c·θ/(1 + θ))/(m·n) with c = (m + n)/2 − 1 (Hanley & McNeil 1982). Newcombe has
/// r = 1. Here r is the ratio of the variance of Brunner & Munzel (2000), which allows groups of different spread, to
/// V(θ̂), where this ratio exceeds 1.
///
/// The interval stays within the range and has a length also when the groups are separated (θ̂ is 0 or 1), unlike that of
/// Cliff (1996), which then is a point. Simulated coverage of 95 % intervals for normal values, groups of 5 to 50, θ from
/// 0.5 to 0.97: 95 to 98 % for equal standard deviations; 94 to 99 % for a ratio of three, where Newcombe's own has 87 to
/// 99 %; 95 to 98 % on a scale of five points.
///
/// # Errors
/// A group without values, values that are NaN or infinite, a confidence outside (0, 1).
pub fn superiority(
    first: &[f64],
    second: &[f64],
    confidence: f64,
) -> Result<Superiority, StatsError> {
    require_level("confidence", confidence)?;
    let pooled = Pooled::of(&[first, second], 1, "the probability of superiority")?;
    let placements = Placements::of(&pooled.ranks, first.len());
    let theta = placements.superiority();
    let model = Model {
        pairs: first.len() as f64 * second.len() as f64,
        others: (first.len() + second.len()) as f64 / 2.0 - 1.0,
    };
    let expected = model.variance(theta);
    let ratio = match placements.variance() {
        Some(variance) if expected > 0.0 => (variance / expected).max(1.0),
        _ => 1.0,
    };
    let z = -normal::quantile((1.0 - confidence) / 2.0) * ratio.sqrt();
    let high = model.upper(theta, z);
    let low = 1.0 - model.upper(1.0 - theta, z);
    let delta = |theta: f64| 2.0 * theta - 1.0;
    let interval = |low, high| ConfidenceInterval {
        low,
        high,
        confidence,
    };
    Ok(Superiority {
        estimate: theta,
        interval: interval(low, high),
        cliffs_delta: delta(theta),
        cliffs_delta_interval: interval(delta(low), delta(high)),
    })
}

/// The variance of Hanley & McNeil as a function of θ.
struct Model {
    pairs: f64,
    others: f64,
}

impl Model {
    fn variance(&self, theta: f64) -> f64 {
        let shared = (1.0 - theta) / (2.0 - theta) + theta / (1.0 + theta);
        theta * (1.0 - theta) * (1.0 + self.others * shared) / self.pairs
    }

    /// The largest θ that lies within z standard deviations of the estimate.
    fn upper(&self, estimate: f64, z: f64) -> f64 {
        let (mut low, mut high) = (estimate, 1.0);
        for _ in 0..STEPS {
            let middle = low + (high - low) / 2.0;
            if middle - estimate <= z * self.variance(middle).sqrt() {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use proptest::prelude::*;

    fn assert_interval(x: &[f64], y: &[f64], confidence: f64, expected: [f64; 3]) {
        let got = superiority(x, y, confidence).unwrap();
        for (value, expected) in [got.estimate, got.interval.low, got.interval.high]
            .iter()
            .zip(expected)
        {
            assert!((value - expected).abs() < 1e-11, "{got:?} {expected}");
        }
        assert!((got.cliffs_delta_interval.low - (2.0 * got.interval.low - 1.0)).abs() < 1e-15);
        assert!((got.cliffs_delta_interval.high - (2.0 * got.interval.high - 1.0)).abs() < 1e-15);
    }

    // R 4.2: the definition above with uniroot(tol = 1e-15) on |θ̂ − θ| − z·sqrt(r·V(θ)), r from var(rowMeans(c)) and
    // var(colMeans(c)) of c = (sign(x − y) + 1)/2.
    #[test]
    fn intervals_solve_the_score_equation() {
        assert_interval(
            &[1.2, 3.4, 2.2, 5.1, 4.8],
            &[2.0, 0.3, 1.1, 2.1],
            0.95,
            [0.9, 0.499_924_032_306_456_8, 0.985_986_685_876_091_1],
        );
        // The ratio of variances is 1.21105.
        assert_interval(
            &[1.0, 1.0, 2.0, 3.0, 3.0, 5.0, 8.0],
            &[1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0, 5.0, 5.0],
            0.9,
            [
                0.454_545_454_545_454_5,
                0.239_035_985_865_440_4,
                0.691_059_615_738_712_8,
            ],
        );
        // 2.27368
        assert_interval(
            &[-10.0, 10.0, -20.0, 20.0, -5.0, 15.0],
            &[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2],
            0.95,
            [0.5, 0.178_359_950_524_204_5, 0.821_640_049_475_795_5],
        );
        assert_interval(
            &[2.0, 2.0],
            &[2.0, 2.0, 2.0],
            0.95,
            [0.5, 0.130_869_563_960_467_8, 0.869_130_436_039_532_3],
        );
    }

    #[test]
    fn separated_groups_have_an_interval_with_length() {
        assert_interval(
            &[1.0, 2.0, 3.0],
            &[4.0, 5.0, 6.0, 7.0],
            0.95,
            [0.0, 0.0, 0.4603083328032727],
        );
        assert_interval(&[2.0], &[1.0], 0.95, [1.0, 1.0 - 0.7934506856227627, 1.0]);
    }

    /// Share of intervals that cover θ, for uniform values of the first group, of this center and half width, and of the
    /// second group from −1 to 1.
    fn coverage([m, n]: [usize; 2], center: f64, half_width: f64, theta: f64) -> f64 {
        let mut random = Random::stream(17, 0);
        let mut uniform = || 2.0 * random.uniform() - 1.0;
        let covers = (0..2000).filter(|_| {
            let x: Vec<f64> = (0..m).map(|_| center + half_width * uniform()).collect();
            let y: Vec<f64> = (0..n).map(|_| uniform()).collect();
            let got = superiority(&x, &y, 0.95).unwrap();
            got.interval.low <= theta && theta <= got.interval.high
        });
        covers.count() as f64 / 2000.0
    }

    // The standard error of a coverage of 95 % is 0.5 %.
    #[test]
    fn intervals_cover_also_when_groups_vary_differently() {
        // P(x > y) of two uniform values of width 2, shifted by d: 1 − (2 − d)²/8.
        for (sizes, center, half_width, theta) in [
            ([8, 8], 0.0, 1.0, 0.5),
            ([8, 8], 1.0, 1.0, 0.875),
            ([10, 30], 0.0, 3.0, 0.5),
            ([30, 10], 1.5, 1.0, 1.0 - 0.25 / 8.0),
        ] {
            let got = coverage(sizes, center, half_width, theta);
            assert!((0.935..=0.99).contains(&got), "{sizes:?} {center}: {got}");
        }
    }

    #[test]
    fn bad_values_and_confidences_are_refused() {
        assert!(superiority(&[], &[1.0], 0.95).is_err());
        assert!(superiority(&[1.0], &[f64::INFINITY], 0.95).is_err());
        assert!(superiority(&[1.0], &[2.0], 0.0).is_err());
    }

    proptest! {
        #[test]
        fn exchanging_the_groups_mirrors_the_interval(
            x in prop::collection::vec(-4i32..=4, 1..=9),
            y in prop::collection::vec(-4i32..=4, 1..=9),
        ) {
            let of = |v: &[i32]| v.iter().map(|v| f64::from(*v) / 10.0).collect::<Vec<_>>();
            let a = superiority(&of(&x), &of(&y), 0.9).unwrap();
            let b = superiority(&of(&y), &of(&x), 0.9).unwrap();
            prop_assert!((a.interval.low - (1.0 - b.interval.high)).abs() < 1e-12);
            prop_assert!((a.cliffs_delta + b.cliffs_delta).abs() < 1e-12);
            prop_assert!(0.0 <= a.interval.low && a.interval.low <= a.estimate);
            prop_assert!(a.estimate <= a.interval.high && a.interval.high <= 1.0 && a.interval.low < a.interval.high);
            let wider = superiority(&of(&x), &of(&y), 0.95).unwrap();
            prop_assert!(wider.interval.low <= a.interval.low && a.interval.high <= wider.interval.high);
        }
    }
}
