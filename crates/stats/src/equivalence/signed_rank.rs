//! Equivalence of paired samples by two one-sided signed-rank tests.

use super::margin::check;
use crate::{
    Alternative, Method, Shift, StatsError, Wilcoxon, WilcoxonConfig, hodges_lehmann, wilcoxon,
};

/// Result of a test of equivalence by signed ranks.
#[derive(Debug, Clone, PartialEq)]
pub struct EquivalenceByRanks {
    /// Test that the differences exceed −margin.
    pub above_lower: Wilcoxon,
    /// Test that the differences are below +margin.
    pub below_upper: Wilcoxon,
    /// The larger of both p-values: p of the hypothesis that the shift is outside the margin.
    pub p_value: f64,
    /// Whether `p_value` ≤ α: the samples are equivalent within the margin.
    pub equivalent: bool,
    /// The Hodges–Lehmann shift with its interval of confidence 1 − 2α; `None` without a non-zero difference.
    pub shift: Option<Shift>,
    /// The margin, in the unit of the values.
    pub margin: f64,
    /// The smallest `p_value` that this number of pairs can give.
    pub smallest_attainable_p: f64,
}

/// Tests whether the differences `first − second` are symmetric about a shift within ± `margin`: two one-sided
/// signed-rank tests (Schuirmann 1987; Wellek 2010, Testing Statistical Hypotheses of Equivalence and Noninferiority,
/// chapter 5).
///
/// The hypothesis that the shift is outside is rejected when the differences + margin are significantly above 0 and
/// the differences − margin are significantly below 0, each at level α. Zero method, exact distribution and
/// continuity correction are those of [`wilcoxon`](crate::wilcoxon()); a difference that is equal to the margin is a
/// zero of its test. The alternative of `test` is not used.
///
/// `shift` has the interval of confidence 1 − 2α that belongs to the test: without ties and zeros, the samples are
/// equivalent exactly when the closed interval lies strictly within the margin, as long as the sample reaches that
/// confidence. Without a significant result the samples are not shown to be equivalent; that they are different does
/// not follow.
///
/// # Errors
/// A margin that is not positive and finite, α outside (0, ½), no pairs, samples of different length, values that are
/// NaN or infinite.
pub fn equivalence_by_ranks(
    first: &[f64],
    second: &[f64],
    margin: f64,
    alpha: f64,
    test: WilcoxonConfig,
) -> Result<EquivalenceByRanks, StatsError> {
    check(margin, alpha)?;
    let one_sided = |offset: f64, alternative| {
        // The offset goes to one side of the pairs, so that equal differences keep their ties.
        let moved: Vec<f64> = first.iter().map(|v| v + offset).collect();
        let config = WilcoxonConfig {
            alternative,
            ..test
        };
        wilcoxon(&moved, second, config)
    };
    let above_lower = one_sided(margin, Alternative::Greater)?;
    let below_upper = one_sided(-margin, Alternative::Less)?;
    let p_value = above_lower.p_value.max(below_upper.p_value);
    Ok(EquivalenceByRanks {
        p_value,
        equivalent: p_value <= alpha,
        shift: hodges_lehmann(first, second, 1.0 - 2.0 * alpha, test)?,
        margin,
        smallest_attainable_p: above_lower
            .smallest_attainable_p
            .max(below_upper.smallest_attainable_p),
        above_lower,
        below_upper,
    })
}

impl EquivalenceByRanks {
    /// The method of the less exact of the two tests.
    #[must_use]
    pub fn method(&self) -> Method {
        match (self.above_lower.method, self.below_upper.method) {
            (Method::Exact, Method::Exact) => Method::Exact,
            _ => Method::Normal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ZeroMethod;
    use proptest::prelude::*;

    const CONFIG: WilcoxonConfig = WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method: ZeroMethod::Wilcox,
        method: Method::Exact,
        continuity_correction: false,
    };
    const D: [f64; 10] = [
        0.011, -0.004, 0.007, 0.013, -0.009, 0.002, 0.016, -0.001, 0.005, -0.006,
    ];

    // R 4.2: wilcox.test(d, mu = -0.015, alternative = "greater", exact = TRUE)$p.value, wilcox.test(d, mu = 0.015,
    // alternative = "less", exact = TRUE)$p.value, wilcox.test(d, conf.int = TRUE, conf.level = 0.9)
    #[test]
    fn both_p_and_the_interval_are_those_of_r() {
        let r = equivalence_by_ranks(&D, &[0.0; 10], 0.015, 0.05, CONFIG).unwrap();
        assert!(
            (r.above_lower.p_value - 0.000_976_562_5).abs() < 1e-15,
            "{r:?}"
        );
        assert!(
            (r.below_upper.p_value - 0.001_953_125).abs() < 1e-15,
            "{r:?}"
        );
        assert_eq!((r.p_value, r.equivalent), (r.below_upper.p_value, true));
        let shift = r.shift.unwrap();
        assert!(
            (shift.low + 0.002).abs() < 1e-12 && (shift.high - 0.009).abs() < 1e-12,
            "{shift:?}"
        );
        assert_eq!(r.smallest_attainable_p, 0.5f64.powi(10));
        assert_eq!(r.method(), Method::Exact);
    }

    #[test]
    fn equal_samples_are_equivalent_from_five_pairs_on() {
        let of = |n: usize| {
            equivalence_by_ranks(&vec![1.0; n], &vec![1.0; n], 0.1, 0.05, CONFIG).unwrap()
        };
        assert!(!of(4).equivalent);
        assert!(of(5).equivalent);
        assert_eq!((of(5).p_value, of(5).shift), (0.03125, None));
    }

    #[test]
    fn differences_at_the_margin_are_zeros_at_any_unit() {
        for unit in [1e-9, 1.0, 1e6] {
            let first = [1.3 * unit, 2.3 * unit, 5.1 * unit];
            let second = [1.0 * unit, 2.0 * unit, 5.0 * unit];
            let r = equivalence_by_ranks(&first, &second, 0.3 * unit, 0.05, CONFIG).unwrap();
            assert_eq!(r.below_upper.n_zero, 2);
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let of = |margin, alpha| equivalence_by_ranks(&D, &[0.0; 10], margin, alpha, CONFIG);
        for margin in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                of(margin, 0.05),
                Err(StatsError::BadSetting { .. })
            ));
        }
        for alpha in [0.0, 0.5, 0.9, f64::NAN] {
            assert!(of(0.1, alpha).is_err());
        }
        assert_eq!(
            equivalence_by_ranks(&[], &[], 0.1, 0.05, CONFIG),
            Err(StatsError::Empty)
        );
        assert!(equivalence_by_ranks(&[1.0], &[], 0.1, 0.05, CONFIG).is_err());
        assert!(equivalence_by_ranks(&[f64::NAN], &[0.0], 0.1, 0.05, CONFIG).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn swapping_changes_nothing_and_the_interval_decides_as_the_test(
            steps in prop::collection::vec(1i32..400, 6..16),
            signs in prop::collection::vec(any::<bool>(), 16),
            margin in 1i32..500,
        ) {
            // Sizes without ties; Walsh averages may tie.
            let mut size = 0;
            let d: Vec<f64> = steps.iter().zip(&signs).map(|(step, sign)| {
                size += step;
                f64::from(if *sign { size } else { -size })
            }).collect();
            let zero = vec![0.0; d.len()];
            let margin = f64::from(margin) + 0.25;
            let r = equivalence_by_ranks(&d, &zero, margin, 0.05, CONFIG).unwrap();
            let s = equivalence_by_ranks(&zero, &d, margin, 0.05, CONFIG).unwrap();
            prop_assert_eq!(r.p_value, s.p_value);
            let shift = r.shift.unwrap();
            // Shifted differences may tie even if the sizes do not; the interval is that of untied ranks.
            let untied = |offset: f64| {
                let mut sizes: Vec<f64> = d.iter().map(|d| (d + offset).abs()).collect();
                sizes.sort_by(f64::total_cmp);
                sizes.windows(2).all(|p| p[0] != p[1])
            };
            if untied(margin) && untied(-margin) {
                prop_assert_eq!(r.equivalent, -margin < shift.low && shift.high < margin);
            }
        }
    }
}
