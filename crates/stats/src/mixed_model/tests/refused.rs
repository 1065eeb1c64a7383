//! Models that the data do not determine are refused with the reason.

use super::super::{
    Column, DfMethod, FitConfig, Formula, Likelihood, Table, TestType, coefficient_tests, fit,
    marginal_means, term_tests,
};
use super::study::{Study, config};

fn numbers(n: usize, f: impl Fn(usize) -> usize) -> Vec<f64> {
    (0..n).map(|i| f(i) as f64).collect()
}

/// 12 rows: 4 subjects, 2 visits of each, and an outcome without a pattern.
fn small() -> Study {
    Study {
        numbers: vec![
            ("y", numbers(12, |i| (i * 7 + i * i) % 13)),
            ("x", numbers(12, |i| i * 5 % 12)),
            ("twice", numbers(12, |i| i * 5 % 12 * 2 + 1)),
            ("one", vec![1.0; 12]),
            ("zero", vec![0.0; 12]),
            ("subject", numbers(12, |i| i / 3)),
            ("visit", numbers(12, |i| i % 3 / 2)),
            ("row", numbers(12, |i| i)),
            ("by_subject", numbers(12, |i| i / 3 * (i / 3))),
        ],
        texts: vec![
            (
                "group",
                vec!["a", "a", "a", "a", "a", "a", "b", "b", "b", "b", "b", "b"],
            ),
            ("same", vec!["k"; 12]),
        ],
    }
}

fn message(formula: &str) -> String {
    let error = small().fit(formula, Likelihood::Reml).unwrap_err();
    let ml = small().fit(formula, Likelihood::Ml).unwrap_err();
    assert_eq!(error, ml);
    let text = error.to_string();
    assert!(!text.contains('\n') && !text.contains("NaN"), "{text}");
    text
}

#[test]
fn each_bad_model_has_an_error_that_says_why() {
    for (formula, words) in [
        ("y ~ depth", vec!["no column depth", "by_subject"]),
        ("y ~ x + (1|mouse)", vec!["no column mouse"]),
        ("depth ~ x", vec!["no column depth"]),
        ("group ~ x", vec!["group", "text"]),
        ("y ~ x + twice", vec!["twice", "aliased"]),
        ("y ~ zero", vec!["zero", "aliased"]),
        ("y ~ one", vec!["one", "aliased"]),
        ("y ~ C(x)", vec!["12 rows", "12 coefficients"]),
        ("y ~ group*C(subject)", vec!["aliased"]),
        ("y ~ same", vec!["same", "only the level k"]),
        ("y ~ C(one)", vec!["only the level 1"]),
        ("one ~ x", vec!["one is 1 in every row"]),
        ("zero ~ x", vec!["zero is 0 in every row"]),
        ("twice ~ x", vec!["explain", "twice"]),
        (
            "y ~ x + (1|row)",
            vec!["every row has one row", "remove (1|row)"],
        ),
        (
            "y ~ x + (1|subject/row)",
            vec!["row of a subject", "write (1|subject)"],
        ),
        ("y ~ x + (1|one)", vec!["same one", "remove (1|one)"]),
        (
            "y ~ x + (1|subject/group)",
            vec!["one group", "write (1|subject)"],
        ),
        (
            "y ~ C(subject) + (1|subject)",
            vec!["already distinguish every subject"],
        ),
        (
            "by_subject ~ x + (1|subject)",
            vec!["no variation", "subject"],
        ),
        ("by_subject ~ (1|subject)", vec!["no variation", "subject"]),
    ] {
        let text = message(formula);
        for word in words {
            assert!(text.contains(word), "{formula}: {text}");
        }
    }
}

#[test]
fn references_must_be_levels_of_factors() {
    for (column, level, words) in [
        ("group", "c", "its levels are a, b"),
        ("x", "1", "C(x)"),
        ("depth", "1", "names no factor"),
    ] {
        let config = FitConfig {
            likelihood: Likelihood::Reml,
            references: vec![(column.to_owned(), level.to_owned())],
        };
        let error = small().fit_with("y ~ group + x", &config).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_table_without_complete_rows_is_refused() {
    let mut study = small();
    study.column("x").fill(f64::NAN);
    let error = study
        .fit("y ~ x", Likelihood::Reml)
        .unwrap_err()
        .to_string();
    assert!(error.contains("no row has a value"), "{error}");
    let table = Table::new(vec![
        ("y", Column::Numbers(&[])),
        ("x", Column::Numbers(&[])),
    ])
    .unwrap();
    let formula = Formula::parse("y ~ x").unwrap();
    assert!(fit(&formula, &table, &config(Likelihood::Reml)).is_err());
    study.column("x").fill(f64::INFINITY);
    assert!(study.fit("y ~ x", Likelihood::Reml).is_err());
}

#[test]
fn values_whose_squares_overflow_are_refused() {
    for factor in [1e200, 1e-200] {
        let mut study = small();
        study.column("y").iter_mut().for_each(|y| *y *= factor);
        let error = study
            .fit("y ~ x + (1|subject)", Likelihood::Reml)
            .unwrap_err();
        assert!(error.to_string().contains("another unit"), "{error}");
    }
    // Those of covariates do not overflow.
    for factor in [1e200, 1e-200] {
        let mut study = small();
        study.column("x").iter_mut().for_each(|x| *x *= factor);
        let model = study.fit("y ~ x + (1|subject)", Likelihood::Reml).unwrap();
        let plain = small()
            .fit("y ~ x + (1|subject)", Likelihood::Reml)
            .unwrap();
        for method in [DfMethod::Satterthwaite, DfMethod::KenwardRoger] {
            let p = |m| {
                coefficient_tests(m, method, 0.95).unwrap()[1]
                    .estimate
                    .p_value
            };
            assert!((p(&model) / p(&plain) - 1.0).abs() < 1e-10);
            let f = |m| term_tests(m, TestType::Iii, method).unwrap()[0].p_value;
            assert!((f(&model) / f(&plain) - 1.0).abs() < 1e-10);
        }
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let model = small()
        .fit("y ~ x + group + (1|subject)", Likelihood::Reml)
        .unwrap();
    for confidence in [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(coefficient_tests(&model, DfMethod::Satterthwaite, confidence).is_err());
        assert!(marginal_means(&model, "group", DfMethod::Satterthwaite, confidence).is_err());
    }
    let error = marginal_means(&model, "x", DfMethod::Satterthwaite, 0.95).unwrap_err();
    assert!(
        error.to_string().contains("its factors are group"),
        "{error}"
    );
    let ml = small().fit("y ~ x + (1|subject)", Likelihood::Ml).unwrap();
    let error = coefficient_tests(&ml, DfMethod::KenwardRoger, 0.95).unwrap_err();
    assert!(error.to_string().contains("REML"), "{error}");
}

#[test]
fn a_formula_is_quoted_in_its_error() {
    let error = small()
        .fit("y ~ log(x)", Likelihood::Reml)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`y ~ log(x)`") && error.contains("log(…)"),
        "{error}"
    );
}
