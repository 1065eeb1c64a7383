//! Invariants of the tests and corrections, on random samples with ties and zeros.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use proptest::prelude::*;
use rsom_stats::{
    Adjustment, Alternative, Method, Wilcoxon, WilcoxonConfig, ZeroMethod, adjust, hodges_lehmann,
    wilcoxon,
};

const ZERO_METHODS: [ZeroMethod; 3] = [ZeroMethod::Wilcox, ZeroMethod::Pratt, ZeroMethod::Zsplit];
const METHODS: [Method; 2] = [Method::Exact, Method::Normal];

/// Values on a coarse grid, so that ties and zeros are common.
fn pairs(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
    let value = (-4i32..=4).prop_map(|v| f64::from(v) * 0.1);
    prop::collection::vec((value.clone(), value), 1..=most)
}

fn test(pairs: &[(f64, f64)], config: WilcoxonConfig) -> Wilcoxon {
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    wilcoxon(&a, &b, config).unwrap()
}

fn config(alternative: Alternative, zero_method: ZeroMethod, method: Method) -> WilcoxonConfig {
    WilcoxonConfig {
        alternative,
        zero_method,
        method,
        continuity_correction: false,
    }
}

fn each_config(alternative: Alternative) -> impl Iterator<Item = WilcoxonConfig> {
    ZERO_METHODS
        .into_iter()
        .flat_map(move |z| METHODS.map(|m| config(alternative, z, m)))
}

/// P(W+ ≤ w), P(W+ ≥ w) and the two-sided p by going through all signs of the ranked differences.
fn by_enumeration(pairs: &[(f64, f64)], zeros: ZeroMethod) -> [f64; 3] {
    let tenths = |v: f64| (v * 10.0).round() as i64;
    let mut d: Vec<i64> = pairs.iter().map(|(a, b)| tenths(*a) - tenths(*b)).collect();
    if zeros == ZeroMethod::Wilcox {
        d.retain(|v| *v != 0);
    }
    // Twice the midrank: those below count two, those equal one, and one for itself.
    let ranks: Vec<i64> = d
        .iter()
        .map(|v| {
            let rank = |o: &i64| match o.abs().cmp(&v.abs()) {
                std::cmp::Ordering::Less => 2,
                std::cmp::Ordering::Equal => 1,
                std::cmp::Ordering::Greater => 0,
            };
            d.iter().map(rank).sum::<i64>() + 1
        })
        .collect();
    let free: Vec<i64> = (0..d.len())
        .filter(|i| d[*i] != 0)
        .map(|i| ranks[i])
        .collect();
    let observed: i64 = (0..d.len()).filter(|i| d[*i] > 0).map(|i| ranks[i]).sum();
    let total: i64 = free.iter().sum();
    let mut hits = [0u32; 3];
    for signs in 0..1u32 << free.len() {
        let sum: i64 = (0..free.len())
            .filter(|i| signs >> i & 1 == 1)
            .map(|i| free[i])
            .sum();
        hits[0] += u32::from(sum <= observed);
        hits[1] += u32::from(sum >= observed);
        hits[2] += u32::from((2 * sum - total).abs() >= (2 * observed - total).abs());
    }
    hits.map(|h| f64::from(h) / f64::from(1u32 << free.len()))
}

fn exact() -> WilcoxonConfig {
    config(Alternative::TwoSided, ZeroMethod::Wilcox, Method::Exact)
}

/// The interval of the shifts that the exact test keeps, by going through all signs at every gap between two Walsh
/// averages; differences in tenths, the result in twentieths: low, high, confidence.
fn interval_by_enumeration(pairs: &[(f64, f64)], confidence: f64) -> Option<(i64, i64, f64)> {
    // In fortieths, so that the middle between two averages is whole.
    let tenths = |v: f64| (v * 10.0).round() as i64;
    let d = pairs.iter().map(|(a, b)| 4 * (tenths(*a) - tenths(*b)));
    let d: Vec<i64> = d.filter(|v| *v != 0).collect();
    let of_pairs = |i: usize| d[..=i].iter().zip(vec![d[i]; i + 1]);
    let mut averages: Vec<i64> = (0..d.len())
        .flat_map(|i| of_pairs(i).map(|(a, b)| (a + b) / 2).collect::<Vec<_>>())
        .collect();
    averages.sort_unstable();
    averages.dedup();
    let (first, last) = (*averages.first()?, *averages.last()?);
    let mut gaps = vec![first - 1];
    gaps.extend(averages.windows(2).map(|w| (w[0] + w[1]) / 2));
    gaps.push(last + 1);
    let tail = (1.0 - confidence) / 2.0 * (1.0 - 1e-12);
    // For each gap: P(W+ ≥ w), P(W+ ≤ w) and the largest attainable level below the tail.
    let tests: Vec<[f64; 3]> = gaps
        .iter()
        .map(|shift| {
            let now: Vec<_> = d.iter().map(|v| ((v - shift) as f64 / 10.0, 0.0)).collect();
            let [less, greater, _] = by_enumeration(&now, ZeroMethod::Wilcox);
            let mut level = 0.5f64.powi(d.len() as i32);
            for signs in 0..1u32 << d.len() {
                let signed = now.iter().enumerate().map(|(i, (v, _))| {
                    (
                        if signs >> i & 1 == 1 {
                            v.abs()
                        } else {
                            -v.abs()
                        },
                        0.0,
                    )
                });
                let p = by_enumeration(&signed.collect::<Vec<_>>(), ZeroMethod::Wilcox)[0];
                if p < tail {
                    level = level.max(p);
                }
            }
            [greater, less, level]
        })
        .collect();
    let gaps = tests.len();
    let low = (1..gaps)
        .find(|gap| tests[*gap][0] >= tail)
        .unwrap_or(gaps - 1);
    let high = (0..gaps - 1)
        .rev()
        .find(|gap| tests[*gap][1] >= tail)
        .unwrap_or(0);
    let most = |tests: &[[f64; 3]]| tests.iter().map(|t| t[2]).fold(0.0, f64::max);
    let missed = most(&tests[..=low]) + most(&tests[high..]);
    let (low, high) = (averages[low - 1] / 2, averages[high] / 2);
    Some((low, high, (1.0 - missed).max(0.0)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exact_p_equals_going_through_all_signs(pairs in pairs(12)) {
        for zeros in ZERO_METHODS {
            let expected = by_enumeration(&pairs, zeros);
            let alternatives = [Alternative::Less, Alternative::Greater, Alternative::TwoSided];
            for (alternative, p) in alternatives.into_iter().zip(expected) {
                let got = test(&pairs, config(alternative, zeros, Method::Exact));
                prop_assert!((got.p_value - p).abs() < 1e-14, "{alternative:?} {zeros:?}: {} {p}", got.p_value);
            }
        }
    }

    #[test]
    fn p_is_a_probability_above_zero_and_at_least_the_smallest_attainable(pairs in pairs(60)) {
        for alternative in [Alternative::Less, Alternative::Greater, Alternative::TwoSided] {
            for config in each_config(alternative) {
                let got = test(&pairs, config);
                prop_assert!(got.p_value > 0.0 && got.p_value <= 1.0);
                prop_assert!(got.rank_biserial.abs() <= 1.0);
                prop_assert!(got.p_value >= got.smallest_attainable_p);
            }
        }
    }

    #[test]
    fn swapping_the_samples_keeps_two_sided_p_and_turns_the_effect(pairs in pairs(40)) {
        let swapped: Vec<_> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        for config in each_config(Alternative::TwoSided) {
            let (one, other) = (test(&pairs, config), test(&swapped, config));
            prop_assert_eq!(one.p_value, other.p_value);
            prop_assert_eq!(one.rank_biserial, -other.rank_biserial);
            prop_assert_eq!(one.w_plus, other.w_minus);
        }
    }

    #[test]
    fn less_of_one_order_is_greater_of_the_other(pairs in pairs(40)) {
        let swapped: Vec<_> = pairs.iter().map(|(a, b)| (*b, *a)).collect();
        for (less, greater) in each_config(Alternative::Less).zip(each_config(Alternative::Greater)) {
            let (one, other) = (test(&pairs, less).p_value, test(&swapped, greater).p_value);
            prop_assert!((one - other).abs() <= 1e-12 * one, "{one} {other}");
            // Both tails hold the observed sum itself, so together they exceed one.
            let both = one + test(&pairs, greater).p_value;
            prop_assert!(both >= 1.0 - 1e-12);
        }
    }

    #[test]
    fn the_order_of_pairs_does_not_matter(mut pairs in pairs(40), seed in any::<u64>()) {
        let before: Vec<_> = each_config(Alternative::TwoSided).map(|c| test(&pairs, c)).collect();
        let turn = (seed % pairs.len() as u64) as usize;
        pairs.rotate_left(turn);
        pairs.swap(0, turn);
        let after: Vec<_> = each_config(Alternative::TwoSided).map(|c| test(&pairs, c)).collect();
        prop_assert_eq!(before, after);
    }

    #[test]
    fn the_interval_holds_the_estimate_and_moves_with_the_data(pairs in pairs(70), shift in -20i32..20) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        if let Some(got) = hodges_lehmann(&a, &b, 0.95, exact()).unwrap() {
            prop_assert!(got.low <= got.estimate && got.estimate <= got.high);
            prop_assert!((0.0..1.0).contains(&got.confidence));
            let turned = hodges_lehmann(&b, &a, 0.95, exact()).unwrap().unwrap();
            prop_assert_eq!((turned.low, turned.estimate, turned.high), (-got.high, -got.estimate, -got.low));
        }
        // Beyond the range of the differences no zero turns up or goes away.
        let shift = f64::from(shift) + 21.0;
        let moved = |by: f64| {
            let a: Vec<f64> = a.iter().map(|v| v + by).collect();
            hodges_lehmann(&a, &b, 0.95, exact()).unwrap().unwrap()
        };
        let (near, far) = (moved(shift), moved(shift + 1.0));
        prop_assert!((far.estimate - near.estimate - 1.0).abs() < 1e-11);
    }

    #[test]
    fn the_interval_is_what_the_exact_test_keeps(pairs in pairs(6), confidence in 0.5..0.999f64) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        let got = hodges_lehmann(&a, &b, confidence, exact()).unwrap();
        let expected = interval_by_enumeration(&pairs, confidence);
        prop_assert_eq!(got.is_some(), expected.is_some());
        if let (Some(got), Some((low, high, achieved))) = (got, expected) {
            prop_assert!((got.low * 20.0 - low as f64).abs() < 1e-9, "{got:?} {low}");
            prop_assert!((got.high * 20.0 - high as f64).abs() < 1e-9, "{got:?} {high}");
            prop_assert!((got.confidence - achieved).abs() < 1e-12, "{got:?} {achieved}");
        }
    }

    #[test]
    fn the_interval_has_the_confidence_that_the_sample_allows(pairs in pairs(80)) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
        if let Some(got) = hodges_lehmann(&a, &b, 0.95, exact()).unwrap() {
            let kept = test(&pairs, exact());
            let most = 1.0 - kept.smallest_attainable_p;
            prop_assert!(got.confidence >= most.min(0.95) - 1e-12, "{got:?} {most}");
        }
    }

    #[test]
    fn the_unit_changes_neither_p_nor_ties_nor_zeros(pairs in pairs(40), offset in 0i32..6, factor in 0.1..10.0f64) {
        // Values far from zero: differences of tenths at up to 1e5.
        let base = if offset == 0 { 0.0 } else { 10f64.powi(offset) };
        let pairs: Vec<_> = pairs.iter().map(|(a, b)| (base + a, base + b)).collect();
        for config in each_config(Alternative::TwoSided) {
            let expected = test(&pairs, config);
            for unit in [1e-12, 1e-3, 1e9, factor] {
                let scaled: Vec<_> = pairs.iter().map(|(a, b)| (a * unit, b * unit)).collect();
                prop_assert_eq!(&test(&scaled, config), &expected, "{}", unit);
            }
        }
        let interval = |unit: f64| {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(a, b)| (a * unit, b * unit)).unzip();
            hodges_lehmann(&a, &b, 0.95, exact()).unwrap()
        };
        let expected = interval(1.0);
        for unit in [1e-12, 1e-3, 1e9, factor] {
            let scaled = interval(unit);
            prop_assert_eq!(scaled.is_some(), expected.is_some());
            if let (Some(scaled), Some(expected)) = (scaled, expected) {
                prop_assert_eq!(scaled.confidence, expected.confidence);
                for (scaled, expected) in [(scaled.low, expected.low), (scaled.high, expected.high), (scaled.estimate, expected.estimate)] {
                    prop_assert!((scaled / unit - expected).abs() <= 2e-12 * (base + 1.0), "{} {}", scaled / unit, expected);
                }
            }
        }
    }

    #[test]
    fn adjusted_p_is_no_smaller_and_keeps_the_order(p in prop::collection::vec(0.0..=1.0f64, 0..30)) {
        for adjustment in [Adjustment::Bonferroni, Adjustment::Holm, Adjustment::BenjaminiHochberg] {
            let adjusted = adjust(&p, adjustment).unwrap();
            for i in 0..p.len() {
                prop_assert!(adjusted[i] >= p[i] * (1.0 - 1e-15) && adjusted[i] <= 1.0);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || adjusted[i] <= adjusted[j]);
                }
            }
        }
        let bonferroni = adjust(&p, Adjustment::Bonferroni).unwrap();
        let holm = adjust(&p, Adjustment::Holm).unwrap();
        let bh = adjust(&p, Adjustment::BenjaminiHochberg).unwrap();
        for i in 0..p.len() {
            prop_assert!(bh[i] <= holm[i] * (1.0 + 1e-15) && holm[i] <= bonferroni[i]);
        }
    }
}

#[test]
fn five_pairs_never_reach_five_percent() {
    let all_greater: Vec<_> = (1..=5).map(|i| (f64::from(i), 0.0)).collect();
    let got = test(
        &all_greater,
        config(Alternative::TwoSided, ZeroMethod::Wilcox, Method::Exact),
    );
    assert_eq!((got.p_value, got.smallest_attainable_p), (0.0625, 0.0625));
}

#[test]
fn equal_samples_have_p_one_under_every_method() {
    let pairs = [(0.1, 0.1), (0.5, 0.5), (0.7, 0.7)];
    for config in each_config(Alternative::TwoSided) {
        let got = test(&pairs, config);
        assert_eq!((got.p_value, got.rank_biserial), (1.0, 0.0));
        assert!(got.z.is_none_or(|z| z == 0.0));
        assert_eq!(got.smallest_attainable_p, 1.0);
    }
}

/// Differences whose sizes tie in threes, so that the doubled ranks share no divisor.
fn large_sample(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|i| {
            let size = (i / 3 + 1) as f64 * 0.5;
            let sign = if i * 2_654_435_761 % 100 < 47 {
                1.0
            } else {
                -1.0
            };
            (sign * size, 0.0)
        })
        .collect()
}

// At 2,000 pairs the exact and the approximate p agree to three digits; there is no other witness for so many ties.
#[test]
fn two_thousand_tied_pairs_are_tested_exactly() {
    let pairs = large_sample(2000);
    let at = |method| {
        test(
            &pairs,
            config(Alternative::TwoSided, ZeroMethod::Wilcox, method),
        )
    };
    let (exact, normal) = (at(Method::Exact), at(Method::Normal));
    assert_eq!(exact.method, Method::Exact);
    assert!(
        (exact.p_value / normal.p_value - 1.0).abs() < 2e-3,
        "{exact:?} {normal:?}"
    );
}

#[test]
fn more_pairs_than_the_limit_are_approximated_and_the_outcome_says_so() {
    let pairs = large_sample(2001);
    let got = test(
        &pairs,
        config(Alternative::TwoSided, ZeroMethod::Wilcox, Method::Exact),
    );
    assert_eq!(got.method, Method::Normal);
    assert!(got.z.is_some());
}

#[test]
fn two_thousand_differences_of_one_sign_keep_p_above_zero() {
    let pairs: Vec<_> = (1..=2000).map(|i| (f64::from(i), 0.0)).collect();
    let got = test(
        &pairs,
        config(Alternative::TwoSided, ZeroMethod::Wilcox, Method::Exact),
    );
    assert_eq!(got.p_value, f64::MIN_POSITIVE);
}

/// A subject with a huge value at both levels has no difference, and changes nothing for the others.
#[test]
fn one_huge_value_changes_neither_p_nor_the_interval_of_the_others() {
    let ordinary = |unit: f64| -> (Vec<f64>, Vec<f64>) {
        let pair = |i: i32| {
            let i = f64::from(i);
            ((0.8 + i / 100.0) * unit, (0.7 + i / 90.0) * unit)
        };
        (0..9).map(pair).unzip()
    };
    for unit in [1e-12, 1.0, 1e9] {
        let (mut a, mut b) = ordinary(unit);
        let expected = wilcoxon(&a, &b, exact()).unwrap();
        let shift = hodges_lehmann(&a, &b, 0.95, exact()).unwrap().unwrap();
        assert_eq!(expected.p_value, 2f64.powi(-8));
        for huge in [1e12, 1e16, 1e20] {
            a.push(huge * unit);
            b.push(huge * unit);
            let got = wilcoxon(&a, &b, exact()).unwrap();
            assert_eq!((got.n, got.n_zero), (10, 1));
            assert_eq!(got.p_value, expected.p_value);
            let moved = hodges_lehmann(&a, &b, 0.95, exact()).unwrap().unwrap();
            assert_eq!(moved, shift);
            // A huge difference has the largest rank, and moves only the end of the interval on its side.
            *a.last_mut().unwrap() = 0.0;
            let got = wilcoxon(&a, &b, exact()).unwrap();
            assert_eq!((got.w_minus, got.n_zero), (10.0, 0));
            let moved = hodges_lehmann(&a, &b, 0.95, exact()).unwrap().unwrap();
            assert!((moved.high - shift.high).abs() < 0.02 * unit, "{moved:?}");
            assert!((moved.estimate - shift.estimate).abs() < 0.02 * unit);
            a.pop();
            b.pop();
        }
    }
}
