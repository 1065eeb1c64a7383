//! Values of scipy 1.17 and R 4.2 on 17 paired samples with ties and zeros.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_parameters::Choice;
use rsom_stats::repeated::friedman;
use rsom_stats::{
    Adjustment, Alternative, Method, WilcoxonConfig, ZeroMethod, adjust, hodges_lehmann, wilcoxon,
};
use rsom_testing::golden;
use serde_json::Value;

fn reference() -> Value {
    let text = std::fs::read(golden("stats/wilcoxon.json")).unwrap();
    serde_json::from_slice(&text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect()
}

fn samples(case: &Value) -> (Vec<f64>, Vec<f64>) {
    (numbers(&case["a"]), numbers(&case["b"]))
}

fn config(method: Method, zero_method: ZeroMethod) -> WilcoxonConfig {
    WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method,
        method,
        continuity_correction: false,
    }
}

fn assert_close(got: f64, expected: f64, relative: f64, what: &str) {
    let error = (got - expected).abs() / expected.abs().max(1e-300);
    assert!(
        error <= relative,
        "{what}: {got} instead of {expected} ({error:e})"
    );
}

#[test]
fn every_option_of_scipy_gives_scipys_statistic_z_and_p() {
    let golden = reference();
    let mut compared = 0;
    for case in golden["cases"].as_array().unwrap() {
        let (a, b) = samples(case);
        for entry in case["scipy"].as_array().unwrap() {
            let word = |key: &str, default: &str| entry[key].as_str().unwrap_or(default).to_owned();
            let exact = entry["method"] == "exact";
            let config = WilcoxonConfig {
                alternative: Alternative::from_word(&word("alternative", "")).unwrap(),
                zero_method: ZeroMethod::from_word(&word("zero_method", "wilcox")).unwrap(),
                method: if exact { Method::Exact } else { Method::Normal },
                continuity_correction: entry["correction"].as_bool().unwrap_or(false),
            };
            let what = format!("{} {config:?}", case["name"]);
            let got = wilcoxon(&a, &b, config).unwrap();
            assert_eq!(
                got.statistic,
                entry["statistic"].as_f64().unwrap(),
                "{what}"
            );
            assert_close(got.p_value, entry["p"].as_f64().unwrap(), 1e-11, &what);
            if let Some(z) = entry["z"].as_f64() {
                assert!((got.z.unwrap() - z).abs() < 1e-12, "{what}");
            }
            compared += 1;
        }
    }
    assert!(compared > 300, "only {compared} values");
}

#[test]
fn exact_p_is_that_of_coin_and_of_exact_rank_tests() {
    let golden = reference();
    for case in golden["cases"].as_array().unwrap() {
        let (a, b) = samples(case);
        let (name, r) = (&case["name"], &case["R"]);
        let wilcox = wilcoxon(&a, &b, config(Method::Exact, ZeroMethod::Wilcox)).unwrap();
        let pratt = wilcoxon(&a, &b, config(Method::Exact, ZeroMethod::Pratt)).unwrap();
        let zsplit = wilcoxon(&a, &b, config(Method::Exact, ZeroMethod::Zsplit)).unwrap();
        let number = |key: &str| r[key].as_f64().unwrap();
        assert_close(
            wilcox.p_value,
            number("wilcoxon_exact_p"),
            1e-12,
            &format!("{name} coin"),
        );
        assert_close(
            pratt.p_value,
            number("pratt_exact_p"),
            1e-12,
            &format!("{name} Pratt"),
        );
        assert_eq!(zsplit.p_value, pratt.p_value);
        assert_eq!(wilcox.w_plus, number("er_V"), "{name}");
        assert_eq!(wilcox.n_zero as u64, case["zeros"].as_u64().unwrap());
        assert_eq!(wilcox.w_plus, case["w_plus"].as_f64().unwrap(), "{name}");
        assert_eq!(wilcox.w_minus, case["w_minus"].as_f64().unwrap(), "{name}");
        assert_close(
            wilcox.rank_biserial,
            case["rank_biserial"].as_f64().unwrap(),
            1e-12,
            &format!("{name} effect"),
        );
        // exactRankTests approximates from 50 differences on, without continuity correction.
        let normal = wilcoxon(&a, &b, config(Method::Normal, ZeroMethod::Wilcox)).unwrap();
        let expected = if wilcox.n - wilcox.n_zero < 50 {
            &wilcox
        } else {
            &normal
        };
        assert_close(
            expected.p_value,
            number("er_p"),
            1e-12,
            &format!("{name} er"),
        );
    }
}

// R's interval comes from a root finder with tolerance 1e-4, and from the normal approximation with continuity
// correction, unless the sample is small, untied and without zeros.
#[test]
fn shift_and_interval_are_those_of_r() {
    let golden = reference();
    for case in golden["cases"].as_array().unwrap() {
        let (a, b) = samples(case);
        let r = &case["R"];
        let exact = case["zeros"] == 0 && case["ties"] == false && a.len() < 50;
        let (method, tolerance) = if exact {
            (Method::Exact, 1e-12)
        } else {
            (Method::Normal, 1e-4)
        };
        let config = WilcoxonConfig {
            continuity_correction: true,
            ..config(method, ZeroMethod::Wilcox)
        };
        let got = hodges_lehmann(&a, &b, 0.95, config).unwrap().unwrap();
        for (value, key) in [(got.estimate, "hl"), (got.low, "lo"), (got.high, "hi")] {
            let error = (value - r[key].as_f64().unwrap()).abs();
            assert!(
                error <= tolerance,
                "{} {key}: {value} instead of {}",
                case["name"],
                r[key]
            );
        }
    }
}

// R 4.2: exactRankTests::wilcox.exact(c(d, 0), conf.int = TRUE)$conf.int, and wilcox.test(d, conf.int = TRUE) with its
// attribute conf.level; all differences differ in size.
#[test]
fn a_zero_difference_does_not_change_the_interval() {
    let d = [0.1, 0.12, 0.2, 0.15, 0.11, 0.13, 0.0];
    for n in [6, 7] {
        let config = config(Method::Exact, ZeroMethod::Wilcox);
        let got = hodges_lehmann(&d[..n], &vec![0.0; n], 0.95, config).unwrap();
        let got = got.unwrap();
        assert_eq!((got.low, got.high, got.confidence), (0.1, 0.2, 0.968_75));
    }
}

#[test]
fn adjusted_p_values_are_those_of_r() {
    let golden = reference();
    let p_values = numbers(&golden["p_values"]);
    for (key, adjustment) in [
        ("holm", Adjustment::Holm),
        ("benjamini_hochberg", Adjustment::BenjaminiHochberg),
        ("bonferroni", Adjustment::Bonferroni),
    ] {
        let got = adjust(&p_values, adjustment).unwrap();
        for (value, expected) in got.iter().zip(numbers(&golden["adjusted"][key])) {
            assert_close(*value, expected, 1e-13, key);
        }
    }
}

#[test]
fn friedman_is_that_of_scipy() {
    let golden = reference();
    for case in golden["friedman"].as_array().unwrap() {
        let blocks: Vec<Vec<f64>> = case["table"]
            .as_array()
            .unwrap()
            .iter()
            .map(numbers)
            .collect();
        let got = friedman(&blocks).unwrap();
        assert_close(got.chi2, case["chi2"].as_f64().unwrap(), 1e-12, "chi2");
        assert_close(got.p_value, case["p"].as_f64().unwrap(), 1e-11, "p");
    }
}
