//! Equivalence of paired samples by two one-sided t tests.

use super::margin::check;
use crate::moments::{is_noise, largest, mean, require_pairs, require_squarable};
use crate::tails::student_t;
use crate::{ConfidenceInterval, StatsError, paired_differences};

/// Result of a test of equivalence by means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EquivalenceByMeans {
    /// Mean difference first − second.
    pub mean_difference: f64,
    /// Its t interval of confidence 1 − 2α: the samples are equivalent exactly when it lies within the margin.
    pub interval: ConfidenceInterval,
    /// p of the hypothesis that the mean difference is at most −margin.
    pub p_above_lower: f64,
    /// p of the hypothesis that it is at least +margin.
    pub p_below_upper: f64,
    /// The larger of both.
    pub p_value: f64,
    /// Whether `p_value` ≤ α.
    pub equivalent: bool,
    /// The margin, in the unit of the values.
    pub margin: f64,
    /// Degrees of freedom, n − 1.
    pub df: f64,
}

/// Tests whether the mean of the differences `first − second` lies within ± `margin`: two one-sided t tests
/// (Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15, 657–680).
///
/// t = (mean ± margin)/(sd/√n) with n − 1 degrees of freedom, as two calls of R's `t.test(mu = ∓margin)`. Assumes
/// normal differences, or many; otherwise see [`equivalence_by_ranks`](super::equivalence_by_ranks).
///
/// # Errors
/// A margin that is not positive and finite, α outside (0, ½), fewer than two pairs, samples of different length,
/// values that are NaN, infinite or beyond 1e140, differences that are all equal.
pub fn equivalence_by_means(
    first: &[f64],
    second: &[f64],
    margin: f64,
    alpha: f64,
) -> Result<EquivalenceByMeans, StatsError> {
    check(margin, alpha)?;
    require_pairs(first, second, 2)?;
    require_squarable(first)?;
    require_squarable(second)?;
    let d = paired_differences(first, second)?;
    let (n, center) = (d.len() as f64, mean(&d));
    let variance = d.iter().map(|v| (v - center) * (v - center)).sum::<f64>() / (n - 1.0);
    if is_noise(variance, largest(first.iter().chain(second).copied())) {
        return Err(StatsError::Undefined(
            "all differences are equal: a t test needs a spread",
        ));
    }
    let (se, df) = ((variance / n).sqrt(), n - 1.0);
    let p_above_lower = student_t::upper_tail((center + margin) / se, df);
    let p_below_upper = student_t::upper_tail((margin - center) / se, df);
    let half = student_t::upper_quantile(alpha, df) * se;
    let p_value = p_above_lower.max(p_below_upper);
    Ok(EquivalenceByMeans {
        mean_difference: center,
        interval: ConfidenceInterval {
            low: center - half,
            high: center + half,
            confidence: 1.0 - 2.0 * alpha,
        },
        p_above_lower,
        p_below_upper,
        p_value,
        equivalent: p_value <= alpha,
        margin,
        df,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const D: [f64; 10] = [
        0.011, -0.004, 0.007, 0.013, -0.009, 0.002, 0.016, -0.001, 0.005, -0.006,
    ];

    // R 4.2: t.test(d, mu = -0.01, alternative = "greater"), t.test(d, mu = 0.01, alternative = "less"), t.test(d,
    // conf.level = 0.9)$conf.int
    #[test]
    fn both_p_and_the_interval_are_those_of_r() {
        let r = equivalence_by_means(&D, &[0.0; 10], 0.01, 0.05).unwrap();
        assert!(
            (r.p_above_lower / 0.000_361_704_150_761_447_9 - 1.0).abs() < 1e-10,
            "{r:?}"
        );
        assert!(
            (r.p_below_upper / 0.017_774_272_982_066_32 - 1.0).abs() < 1e-10,
            "{r:?}"
        );
        assert!(
            (r.interval.low + 0.001_497_458_141_770_056).abs() < 1e-13,
            "{r:?}"
        );
        assert!(
            (r.interval.high - 0.008_297_458_141_770_055).abs() < 1e-13,
            "{r:?}"
        );
        assert!(r.equivalent && r.p_value == r.p_below_upper);
    }

    #[test]
    fn bad_input_is_refused() {
        let of = |a: &[f64], b: &[f64]| equivalence_by_means(a, b, 0.1, 0.05);
        assert!(equivalence_by_means(&D, &[0.0; 10], 0.0, 0.05).is_err());
        assert!(equivalence_by_means(&D, &[0.0; 10], 0.1, 0.5).is_err());
        assert_eq!(of(&[], &[]), Err(StatsError::Empty));
        assert!(matches!(of(&[1.0], &[1.0]), Err(StatsError::TooFew { .. })));
        assert!(matches!(
            of(&[1.1, 2.1], &[1.0, 2.0]),
            Err(StatsError::Undefined(_))
        ));
        assert!(of(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
        assert!(of(&[1.0, f64::INFINITY], &[1.0, 2.0]).is_err());
        assert!(of(&[1.0], &[]).is_err());
    }

    proptest! {
        #[test]
        fn the_interval_decides_as_the_test_and_the_unit_does_not_matter(
            d in prop::collection::vec(-30i32..30, 3..15),
            margin in 1i32..40,
            unit in prop::sample::select(vec![1e-6, 0.5, 1e4]),
        ) {
            let of = |unit: f64| {
                let d: Vec<f64> = d.iter().map(|v| f64::from(*v) * unit).collect();
                equivalence_by_means(&d, &vec![0.0; d.len()], f64::from(margin) * unit, 0.05)
            };
            let Ok(r) = of(1.0) else { return Ok(()) };
            let inside = r.interval.low.abs().max(r.interval.high.abs()) <= r.margin;
            prop_assert!(r.equivalent == inside || (r.p_value - 0.05).abs() < 1e-9);
            prop_assert!((of(unit).unwrap().p_value / r.p_value - 1.0).abs() < 1e-6);
        }
    }
}
