//! Values of R 4.2, scipy 1.17 and scikit-posthocs 0.17 on 200 random sets of groups and blocks with ties.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_stats::groups::{
    RankSumConfig, brunner_munzel, dunn, kruskal_wallis, kruskal_wallis_permutation,
    location_shift, mann_whitney,
};
use rsom_stats::repeated::{conover, friedman, friedman_permutation, nemenyi};
use rsom_stats::{Alternative, Method, PermutationConfig, Permutations, RankPair};
use rsom_testing::golden;
use serde_json::Value;

const ALTERNATIVES: [(&str, Alternative); 3] = [
    ("two-sided", Alternative::TwoSided),
    ("less", Alternative::Less),
    ("greater", Alternative::Greater),
];
const PERMUTATIONS: PermutationConfig = PermutationConfig {
    n_random: 100,
    seed: 0,
};

fn cases(test: &str) -> Vec<Value> {
    let text = std::fs::read(golden("stats/groups.json")).unwrap();
    let reference: Value = serde_json::from_slice(&text).unwrap();
    let cases = reference[test].as_array().unwrap().clone();
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    cases
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap().iter();
    list.map(|v| v.as_f64().unwrap()).collect()
}

fn rows(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn config(alternative: Alternative, method: Method, corrected: bool) -> RankSumConfig {
    RankSumConfig {
        alternative,
        method,
        continuity_correction: corrected,
    }
}

/// Equal to 11 digits; a statistic of zero may have noise.
fn assert_close(got: f64, expected: &Value, case: &Value) {
    let expected = expected.as_f64().unwrap();
    let error = (got - expected).abs();
    assert!(
        error <= 1e-11 * expected.abs() || error < 1e-14,
        "{got} instead of {expected}: {case}"
    );
}

fn assert_pairs(got: &[RankPair], expected: &Value, case: &Value) {
    let expected = expected.as_array().unwrap();
    assert_eq!(got.len(), expected.len());
    for (pair, expected) in got.iter().zip(expected) {
        assert_close(pair.p_value, expected, case);
    }
}

#[test]
fn mann_whitney_is_that_of_coin_and_of_wilcox_test() {
    for case in cases("mann_whitney") {
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let p = |config| mann_whitney(&x, &y, config).unwrap().p_value;
        for (word, alternative) in ALTERNATIVES {
            let exact = p(config(alternative, Method::Exact, false));
            assert_close(exact, &case["coin"][word], &case);
        }
        let two_sided = |corrected| config(Alternative::TwoSided, Method::Normal, corrected);
        assert_close(p(two_sided(false)), &case["normal_two_sided"], &case);
        assert_close(p(two_sided(true)), &case["corrected_two_sided"], &case);
        let less = config(Alternative::Less, Method::Normal, true);
        assert_close(p(less), &case["corrected_less"], &case);
    }
}

// The intervals of R's approximation come from a root finder with a tolerance of 1e-4.
#[test]
fn shifts_are_those_of_wilcox_test() {
    let (mut exact, mut normal) = (0, 0);
    for case in cases("mann_whitney") {
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let shift = |method| {
            let config = config(Alternative::TwoSided, method, true);
            location_shift(&x, &y, 0.95, config).unwrap()
        };
        if let Some(expected) = case["exact_interval"].as_array() {
            let got = shift(Method::Exact);
            assert_close(got.low, &expected[0], &case);
            assert_close(got.high, &expected[1], &case);
            assert_close(got.estimate, &expected[2], &case);
            exact += 1;
        }
        if let Some(expected) = case["normal_interval"].as_array() {
            let got = shift(Method::Normal);
            for (value, expected) in [got.low, got.high].iter().zip(expected) {
                assert!((value - expected.as_f64().unwrap()).abs() < 2e-4, "{case}");
            }
            normal += 1;
        }
    }
    assert!(exact > 15 && normal > 60, "{exact} {normal}");
}

#[test]
fn brunner_munzel_is_that_of_scipy() {
    for case in cases("brunner_munzel") {
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        for (word, alternative) in ALTERNATIVES {
            let got = brunner_munzel(&x, &y, alternative, 0.95).unwrap();
            let test = got.test.unwrap();
            assert_close(test.t, &case["t"], &case);
            assert_close(test.p_value, &case[word], &case);
        }
    }
}

#[test]
fn kruskal_wallis_and_dunn_are_those_of_scipy_and_scikit_posthocs() {
    for case in cases("kruskal_wallis") {
        let groups = rows(&case["groups"]);
        let got = kruskal_wallis(&groups).unwrap();
        assert_close(got.h, &case["h"], &case);
        assert_close(got.p_value, &case["p"], &case);
        let exact = kruskal_wallis_permutation(&groups, PERMUTATIONS).unwrap();
        assert_eq!(exact.permutations, Permutations::All);
        assert_close(exact.p_value, &case["exact_p"], &case);
        assert!(exact.smallest_attainable_p <= exact.p_value);
        assert_pairs(&dunn(&groups).unwrap(), &case["dunn"], &case);
    }
}

#[test]
fn friedman_and_its_pairs_are_those_of_scipy_and_scikit_posthocs() {
    let mut conovers = 0;
    for case in cases("friedman") {
        let blocks = rows(&case["table"]);
        let got = friedman(&blocks).unwrap();
        assert_close(got.chi2, &case["chi2"], &case);
        assert_close(got.p_value, &case["p"], &case);
        let exact = friedman_permutation(&blocks, PERMUTATIONS).unwrap();
        assert_eq!(exact.permutations, Permutations::All);
        assert_close(exact.p_value, &case["exact_p"], &case);
        assert!(exact.smallest_attainable_p <= exact.p_value);
        assert_pairs(&nemenyi(&blocks).unwrap(), &case["nemenyi"], &case);
        if !case["conover"].is_null() {
            assert_pairs(&conover(&blocks).unwrap(), &case["conover"], &case);
            conovers += 1;
        }
    }
    assert!(conovers > 30, "{conovers}");
}
