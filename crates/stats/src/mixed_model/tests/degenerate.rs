//! Whatever small and coarse data are given, there is an error or finite results.

use proptest::prelude::*;

use super::super::{
    DfMethod, Likelihood, MixedModel, TestType, coefficient_tests, marginal_means, r_squared,
    term_tests,
};
use super::study::Study;

const FORMULAS: [&str; 8] = [
    "y ~ x",
    "y ~ (1|subject)",
    "y ~ x + (1|subject)",
    "y ~ g * x + (1|subject)",
    "y ~ 0 + g:C(x) + (1|subject)",
    "y ~ x + (1|subject/visit)",
    "y ~ g + x + (1|subject/visit)",
    "y ~ g * h + (1|subject/visit)",
];

fn assert_finite(what: &str, values: &[f64]) {
    assert!(values.iter().all(|v| v.is_finite()), "{what}: {values:?}");
}

fn check(model: &MixedModel) {
    assert_finite("coefficients", &model.coefficients);
    assert_finite("standard errors", &model.standard_errors);
    assert!(model.standard_errors.iter().all(|e| *e > 0.0));
    assert_finite("fitted", &model.fitted);
    assert_finite("fit", &[model.log_likelihood, model.aic, model.bic]);
    assert!(model.residual_variance > 0.0);
    for intercept in &model.random_intercepts {
        assert!(intercept.variance >= 0.0 && intercept.variance.is_finite());
        let effects: Vec<f64> = intercept.effects.iter().map(|e| e.1).collect();
        assert_finite("effects", &effects);
    }
    let r2 = r_squared(model);
    assert!(0.0 <= r2.marginal && r2.marginal <= r2.conditional && r2.conditional <= 1.0);
    for method in [DfMethod::Satterthwaite, DfMethod::KenwardRoger] {
        let means = marginal_means(model, "g", method, 0.95);
        let means = means.iter().flat_map(|m| &m.contrasts).map(|c| c.estimate);
        let tests = coefficient_tests(model, method, 0.95).unwrap_or_default();
        for e in tests.into_iter().map(|c| c.estimate).chain(means) {
            assert_finite(
                "test",
                &[e.estimate, e.t, e.df, e.interval.low, e.interval.high],
            );
            assert!(e.p_value > 0.0 && e.p_value <= 1.0 && e.standard_error > 0.0);
            assert!(e.interval.low <= e.estimate && e.estimate <= e.interval.high);
        }
        for test_type in [TestType::Ii, TestType::Iii] {
            for test in term_tests(model, test_type, method).unwrap_or_default() {
                assert_finite("F", &[test.f, test.denominator_df]);
                assert!(test.p_value > 0.0 && test.p_value <= 1.0);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_result_is_nan(
        rows in prop::collection::vec((0..4i32, 0..3i32, -2..3i32, 0..3i32, 0..8usize), 1..24),
        formula in 0..FORMULAS.len(),
        ml in any::<bool>(),
    ) {
        let column = |f: fn(&(i32, i32, i32, i32, usize)) -> i32| {
            rows.iter().map(|row| f64::from(f(row))).collect()
        };
        let study = Study {
            numbers: vec![
                ("subject", column(|r| r.0)),
                ("visit", column(|r| r.1)),
                ("y", column(|r| r.2)),
                ("x", column(|r| r.3)),
            ],
            texts: vec![
                ("g", rows.iter().map(|r| ["a", "b"][r.4 % 2]).collect()),
                ("h", rows.iter().map(|r| ["u", "v", "w", ""][r.4 / 2]).collect()),
            ],
        };
        let likelihood = if ml { Likelihood::Ml } else { Likelihood::Reml };
        match study.fit(FORMULAS[formula], likelihood) {
            Ok(model) => check(&model),
            Err(error) => prop_assert!(!error.to_string().contains('\n')),
        }
    }
}
