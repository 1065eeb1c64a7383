//! The Mann–Whitney U test, also called Wilcoxon rank-sum test.

use crate::groups::pooled::Pooled;
use crate::groups::rank_sum_distribution::RankSum;
use crate::tails::normal::upper_tail;
use crate::{Alternative, Method, StatsError};

/// Largest number of values, both groups together, for the exact distribution; larger samples use the normal
/// approximation.
pub const RANK_SUM_EXACT_LIMIT: usize = 200;

/// Settings of a Mann–Whitney test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankSumConfig {
    /// The alternative: values of the first group differ, are smaller, or are greater.
    pub alternative: Alternative,
    /// Distribution for the p-value; more than [`RANK_SUM_EXACT_LIMIT`] values always use the normal approximation.
    pub method: Method,
    /// Move U by ½ towards its mean in the normal approximation.
    pub continuity_correction: bool,
}

/// Result of a Mann–Whitney test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// Number of values of the first group.
    pub n_first: usize,
    /// Number of values of the second group.
    pub n_second: usize,
    /// U of the first group: the number of pairs in which its value is greater, equal pairs counting ½; in [0, m·n].
    pub u: f64,
    /// Standard score of U, positive when the first group is greater; `None` for the exact method, and when all values are
    /// equal.
    pub z: Option<f64>,
    /// Probability under the null hypothesis of a U at least as extreme; in (0, 1].
    pub p_value: f64,
    /// Probability of superiority U/(m·n): that a value of the first group exceeds one of the second, plus half the
    /// probability that they are equal; in [0, 1]. Also called common-language effect size, A of Vargha & Delaney (2000).
    pub superiority: f64,
    /// Cliff's delta 2·U/(m·n) − 1, in [−1, 1]; equal to the rank-biserial correlation of independent groups.
    pub cliffs_delta: f64,
    /// The method that computed the p-value; differs from the configuration above [`RANK_SUM_EXACT_LIMIT`].
    pub method: Method,
    /// The smallest p-value that this method gives for these sizes and ties: when the groups are separated as far as the
    /// values allow. For example, two untied groups of three cannot get below 0.1 two-sided.
    pub smallest_attainable_p: f64,
}

/// Tests whether two independent samples have the same distribution, against a tendency to greater values in one of them
/// (Wilcoxon 1945; Mann & Whitney 1947).
///
/// Values that agree in 12 significant digits tie. All are ranked together with midranks; U = R − m(m + 1)/2 with the sum R
/// of the ranks of the first group of m.
///
/// *Exact*: the distribution of R over all choices of m from the m + n values, given their midranks, so it is exact with
/// ties. The two-sided p is the probability that R is at least as far from its mean as observed, in either direction. This
/// is the definition of `coin::wilcox_test(distribution = "exact")` and `exactRankTests::wilcox.exact`, and equals them.
/// Without ties it is twice the smaller tail, as in R's `wilcox.test` and scipy's `mannwhitneyu(method="exact")`. With
/// ties, scipy's exact method still uses the distribution of untied ranks, which is not exact; R's `wilcox.test` changes to
/// the approximation. A p below the smallest positive normal f64 (2.2e-308) is reported as that number.
///
/// *Normal*: z = (U − mn/2) / σ with σ² = mn/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))), N = m + n; equal to R's
/// `wilcox.test(exact = FALSE)` and scipy's `method="asymptotic"`, with and without continuity correction. It replaces the
/// exact method above [`RANK_SUM_EXACT_LIMIT`] values; `method` states it.
///
/// When all values are equal, p is 1 (R gives NaN). A group of one value is tested; its smallest attainable p says what it
/// can show.
///
/// # Errors
/// A group without values, values that are NaN or infinite.
pub fn mann_whitney(
    first: &[f64],
    second: &[f64],
    config: RankSumConfig,
) -> Result<MannWhitney, StatsError> {
    let pooled = Pooled::of(&[first, second], 1, "the Mann-Whitney test")?;
    let (m, n) = (first.len(), second.len());
    let sum: u64 = pooled.ranks.iter().take(m).sum();
    let smallest_sum = (m * (m + 1)) as u64;
    let u = (sum - smallest_sum) as f64 / 2.0;
    let pairs = m as f64 * n as f64;
    let method = if m + n > RANK_SUM_EXACT_LIMIT {
        Method::Normal
    } else {
        config.method
    };
    let (p_value, z, smallest) = match method {
        Method::Exact => {
            let (p_value, smallest) = exact(&pooled.ranks, m, sum, config.alternative);
            (p_value, None, smallest)
        }
        Method::Normal => normal(&pooled, u, config),
    };
    Ok(MannWhitney {
        n_first: m,
        n_second: n,
        u,
        z,
        p_value: p_value.clamp(f64::MIN_POSITIVE, 1.0),
        superiority: u / pairs,
        cliffs_delta: (2.0 * u - pairs) / pairs,
        method,
        smallest_attainable_p: smallest.clamp(f64::MIN_POSITIVE, 1.0),
    })
}

/// The exact p-value and the smallest attainable one.
fn exact(ranks: &[u64], m: usize, sum: u64, alternative: Alternative) -> (f64, f64) {
    let distribution = RankSum::of(ranks, m);
    let [lowest, highest, farthest] = distribution.smallest_probabilities();
    match alternative {
        Alternative::Less => (distribution.up_to(sum), lowest),
        Alternative::Greater => (distribution.from(sum), highest),
        Alternative::TwoSided => (distribution.as_far_as(sum), farthest),
    }
}

/// p, z, and the p of the greatest separation, by the normal approximation.
fn normal(pooled: &Pooled, u: f64, config: RankSumConfig) -> (f64, Option<f64>, f64) {
    let (m, n) = (pooled.sizes[0], pooled.sizes[1]);
    let pairs = m as f64 * n as f64;
    let sd = (pairs / (m + n) as f64 * pooled.rank_variance()).sqrt();
    if sd == 0.0 {
        return (1.0, None, 1.0);
    }
    let score = |u: f64| {
        let excess = u - pairs / 2.0;
        let correction = if config.continuity_correction {
            config.alternative.continuity_correction(excess)
        } else {
            0.0
        };
        (excess - correction) / sd
    };
    let p = |z: f64| match config.alternative {
        Alternative::Less => upper_tail(-z),
        Alternative::Greater => upper_tail(z),
        Alternative::TwoSided => 2.0 * upper_tail(z.abs()),
    };
    let mut sorted = pooled.ranks.clone();
    sorted.sort_unstable();
    let from_sum = |sum: u64| (sum as f64 - (m * (m + 1)) as f64) / 2.0;
    let lowest = from_sum(sorted.iter().take(m).sum());
    let highest = from_sum(sorted.iter().rev().take(m).sum());
    let smallest = p(score(lowest)).min(p(score(highest)));
    let z = score(u);
    (p(z), Some(z), smallest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALTERNATIVES: [Alternative; 3] = [
        Alternative::TwoSided,
        Alternative::Less,
        Alternative::Greater,
    ];

    fn config(alternative: Alternative, method: Method, corrected: bool) -> RankSumConfig {
        RankSumConfig {
            alternative,
            method,
            continuity_correction: corrected,
        }
    }

    fn test(first: &[f64], second: &[f64], config: RankSumConfig) -> MannWhitney {
        mann_whitney(first, second, config).unwrap()
    }

    /// Two samples, U, and for two-sided, less and greater: coin's exact p, and the normal approximation without and with
    /// continuity correction.
    type Case = (&'static [f64], &'static [f64], f64, [[f64; 3]; 3]);

    // R 4.2: coin::pvalue(wilcox_test(v ~ g, distribution = "exact", alternative = …)), equal to
    // exactRankTests::wilcox.exact(x, y)$p.value; wilcox.test(x, y, exact = FALSE, correct = …)$p.value.
    const CASES: [Case; 5] = [
        (
            &[1.2, 3.4, 2.2, 5.1, 4.8],
            &[2.0, 0.3, 1.1, 2.1],
            18.0,
            [
                [
                    0.063_492_063_492_063_5,
                    0.050_043_521_248_705_1,
                    0.066_192_579_722_193_5,
                ],
                [
                    0.984_126_984_126_984,
                    0.974_978_239_375_647,
                    0.981_331_792_039_669,
                ],
                [
                    0.031_746_031_746_031_7,
                    0.025_021_760_624_352_6,
                    0.033_096_289_861_096_7,
                ],
            ],
        ),
        (
            &[1.0, 1.0, 2.0, 3.0, 3.0, 5.0, 8.0],
            &[1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0, 5.0, 5.0],
            35.0,
            [
                [
                    0.759_678_230_266_466,
                    0.745_608_823_300_334,
                    0.780_945_550_293_525,
                ],
                [
                    0.383_295_625_942_685,
                    0.372_804_411_650_167,
                    0.390_472_775_146_763,
                ],
                [
                    0.640_428_607_340_372,
                    0.627_195_588_349_833,
                    0.644_600_309_567_406,
                ],
            ],
        ),
        (
            &[0.1, 0.1, 0.1, 0.1],
            &[0.1, 0.1, 0.7],
            4.0,
            [
                [
                    0.428_571_428_571_429,
                    0.248_213_078_989_923,
                    0.386_476_230_771_233,
                ],
                [
                    0.428_571_428_571_429,
                    0.124_106_539_494_962,
                    0.193_238_115_385_616,
                ],
                [1.0, 0.875_893_460_505_038, 0.925_542_663_410_617],
            ],
        ),
        (
            &[3.0, 3.0, 3.0, 3.0, 3.0, 9.0, 10.0, 11.0],
            &[3.0, 3.0, 1.0, 0.5, 0.25],
            35.0,
            [
                [
                    0.032_634_032_634_032_6,
                    0.016_983_753_024_796_2,
                    0.021_027_484_246_608_2,
                ],
                [1.0, 0.991_508_123_487_602, 0.993_180_399_730_275],
                [
                    0.016_317_016_317_016_3,
                    0.008_491_876_512_398_11,
                    0.010_513_742_123_304_1,
                ],
            ],
        ),
        (
            &[
                0.374, 1.184, 0.164, 2.595, 1.33, 0.18, 1.487, 1.738, 1.576, 0.695, 2.512, 1.39,
                0.379, -1.215, 2.125,
            ],
            &[
                -0.045, -0.016, 0.944, 0.821, 0.594, 0.919, 0.782, 0.075, -1.989, 0.62, -0.056,
                -0.156,
            ],
            141.0,
            [
                [
                    0.011_920_367_513_314_1,
                    0.012_826_693_645_485_4,
                    0.013_733_950_968_180_9,
                ],
                [
                    0.994_895_782_639_759,
                    0.993_586_653_177_257,
                    0.994_013_560_805_477,
                ],
                [
                    0.005_960_183_756_657_04,
                    0.006_413_346_822_742_72,
                    0.006_866_975_484_090_45,
                ],
            ],
        ),
    ];

    #[test]
    fn u_and_p_are_those_of_r() {
        for (first, second, u, expected) in CASES {
            for (alternative, [exact, plain, corrected]) in ALTERNATIVES.into_iter().zip(expected) {
                for (method, correct, expected) in [
                    (Method::Exact, false, exact),
                    (Method::Normal, false, plain),
                    (Method::Normal, true, corrected),
                ] {
                    let got = test(first, second, config(alternative, method, correct));
                    assert_eq!(got.u, u);
                    let error = (got.p_value / expected - 1.0).abs();
                    assert!(error < 1e-12, "{first:?} {alternative:?} {got:?}");
                }
            }
        }
    }

    // R 4.2: wilcox.test(x, y, exact = TRUE)$p.value = 0.0210053983227285, W = 4597
    #[test]
    fn exact_p_of_175_values_is_that_of_r() {
        let first: Vec<f64> = (0..90).map(|i| f64::from(1 + 3 * i)).collect();
        let second: Vec<f64> = (0..85).map(|i| 2.3 + 2.5 * f64::from(i)).collect();
        let got = test(
            &first,
            &second,
            config(Alternative::TwoSided, Method::Exact, false),
        );
        assert_eq!(got.u, 4597.0);
        assert!((got.p_value / 0.021_005_398_322_728_5 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn effects_are_shares_of_pairs() {
        let got = test(
            &[1.0, 2.0, 3.0],
            &[2.0, 0.0],
            config(Alternative::TwoSided, Method::Exact, false),
        );
        // 3 greater than 0, one greater than 2, one equal.
        assert_eq!((got.u, got.superiority), (4.5, 0.75));
        assert_eq!(got.cliffs_delta, 0.5);
    }

    #[test]
    fn the_smallest_attainable_p_is_that_of_separated_groups() {
        for method in [Method::Exact, Method::Normal] {
            for alternative in ALTERNATIVES {
                let config = config(alternative, method, false);
                let (low, high) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]);
                let mixed = test(&[1.0, 5.0, 3.0], &[4.0, 2.0, 6.0, 7.0], config);
                let separated = if alternative == Alternative::Greater {
                    test(&high, &low, config)
                } else {
                    test(&low, &high, config)
                };
                assert!((mixed.smallest_attainable_p - separated.p_value).abs() < 1e-15);
            }
        }
        let exact = config(Alternative::TwoSided, Method::Exact, false);
        let three = test(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], exact);
        assert!((three.smallest_attainable_p - 0.1).abs() < 1e-15);
        assert!((three.p_value - 0.1).abs() < 1e-15);
    }

    #[test]
    fn equal_values_show_nothing() {
        for method in [Method::Exact, Method::Normal] {
            let got = test(
                &[0.1 + 0.2, 0.3],
                &[0.3, 0.3],
                config(Alternative::TwoSided, method, true),
            );
            assert_eq!((got.p_value, got.z), (1.0, None));
            assert_eq!((got.cliffs_delta, got.smallest_attainable_p), (0.0, 1.0));
        }
    }

    #[test]
    fn large_samples_use_the_normal_approximation_and_say_so() {
        let values: Vec<f64> = (0..150).map(f64::from).collect();
        let config = config(Alternative::TwoSided, Method::Exact, false);
        assert_eq!(test(&values, &values, config).method, Method::Normal);
        assert_eq!(test(&values[..50], &values, config).method, Method::Exact);
    }

    #[test]
    fn empty_groups_nan_and_infinity_are_refused() {
        let config = config(Alternative::TwoSided, Method::Exact, false);
        assert!(mann_whitney(&[], &[1.0], config).is_err());
        assert!(mann_whitney(&[1.0], &[], config).is_err());
        assert!(mann_whitney(&[1.0], &[f64::NAN], config).is_err());
        assert!(mann_whitney(&[f64::INFINITY], &[1.0], config).is_err());
    }

    fn values() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec((-4i32..=4).prop_map(|v| f64::from(v) * 0.1), 1..=9)
    }

    proptest! {
        #[test]
        fn exchanging_the_groups_mirrors_the_test(x in values(), y in values()) {
            for method in [Method::Exact, Method::Normal] {
                for (one, other) in [
                    (Alternative::TwoSided, Alternative::TwoSided),
                    (Alternative::Less, Alternative::Greater),
                ] {
                    let a = test(&x, &y, config(one, method, true));
                    let b = test(&y, &x, config(other, method, true));
                    prop_assert!((a.p_value - b.p_value).abs() < 1e-13);
                    prop_assert!((a.smallest_attainable_p - b.smallest_attainable_p).abs() < 1e-13);
                    prop_assert_eq!(a.cliffs_delta, -b.cliffs_delta);
                    prop_assert!(a.p_value >= a.smallest_attainable_p * (1.0 - 1e-12));
                }
            }
        }

        #[test]
        fn shift_unit_and_order_do_not_matter(x in values(), y in values(), unit in -9i32..9) {
            let exact = config(Alternative::TwoSided, Method::Exact, false);
            let expected = test(&x, &y, exact);
            let scale = |v: &[f64]| v.iter().map(|v| v * 10f64.powi(unit)).collect::<Vec<_>>();
            prop_assert_eq!(test(&scale(&x), &scale(&y), exact), expected);
            let shift = |v: &[f64]| v.iter().map(|v| v + 17.3).collect::<Vec<_>>();
            prop_assert_eq!(test(&shift(&x), &shift(&y), exact), expected);
            let turned = |v: &[f64]| v.iter().rev().copied().collect::<Vec<_>>();
            prop_assert_eq!(test(&turned(&x), &turned(&y), exact), expected);
        }
    }
}
