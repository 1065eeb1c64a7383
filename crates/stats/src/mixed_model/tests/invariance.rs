//! What must not change the results, and what changes them in a known way.

use proptest::prelude::*;

use super::super::{
    DfMethod, FitConfig, Likelihood, MixedModel, TestType, coefficient_tests, likelihood_ratio,
    marginal_means, r_squared, term_tests,
};
use super::study::Study;

const NESTED: &str = "ra_um ~ C(s)*group + age + (1|subject/visit)";

fn close(a: f64, b: f64, tolerance: f64) -> bool {
    (a - b).abs() <= tolerance * a.abs().max(b.abs())
}

fn reml(study: &Study, formula: &str) -> MixedModel {
    study.fit(formula, Likelihood::Reml).unwrap()
}

/// F, degrees of freedom and p of all terms.
fn tests(model: &MixedModel, test_type: TestType, method: DfMethod) -> Vec<f64> {
    let tests = term_tests(model, test_type, method).unwrap();
    tests
        .iter()
        .flat_map(|t| [t.f, t.denominator_df, t.p_value])
        .collect()
}

fn assert_same(a: &[f64], b: &[f64], tolerance: f64) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!(close(*a, *b, tolerance), "{a} {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_unit_of_the_outcome_changes_no_test(exponent in -60i32..60, shift in -50.0..50.0f64) {
        let study = Study::named("VISITS");
        let factor = 10f64.powi(exponent);
        let mut other = study.clone();
        for y in other.column("ra_um") {
            *y = (*y + shift) * factor;
        }
        let (model, moved) = (reml(&study, NESTED), reml(&other, NESTED));
        for method in [DfMethod::Satterthwaite, DfMethod::KenwardRoger] {
            let (a, b) = (
                tests(&model, TestType::Iii, method),
                tests(&moved, TestType::Iii, method),
            );
            assert_same(&a, &b, 1e-6);
        }
        prop_assert!(close(moved.residual_variance, model.residual_variance * factor * factor, 1e-8));
        prop_assert!(close(moved.coefficients[1], model.coefficients[1] * factor, 1e-8));
        prop_assert!(close(moved.coefficients[0], (model.coefficients[0] + shift) * factor, 1e-7));
        prop_assert!(close(r_squared(&model).marginal, r_squared(&moved).marginal, 1e-8));
    }

    #[test]
    fn the_order_of_rows_and_names_of_groups_do_not_matter(
        order in Just((0..94usize).collect::<Vec<_>>()).prop_shuffle(),
        offset in 1..50i32,
    ) {
        let study = Study::named("VISITS");
        let mut other = study.clone();
        for (_, values) in &mut other.numbers {
            *values = order.iter().map(|row| values[*row]).collect();
        }
        for (_, values) in &mut other.texts {
            *values = order.iter().map(|row| values[*row]).collect();
        }
        for subject in other.column("subject") {
            *subject = f64::from(offset) - 3.0 * *subject;
        }
        let (model, moved) = (reml(&study, NESTED), reml(&other, NESTED));
        assert_same(&model.coefficients, &moved.coefficients, 1e-9);
        assert_same(&model.standard_errors, &moved.standard_errors, 1e-9);
        for (place, row) in order.iter().enumerate() {
            prop_assert!(close(model.fitted[*row], moved.fitted[place], 1e-9));
        }
        let df = |m: &MixedModel| tests(m, TestType::Ii, DfMethod::Satterthwaite);
        assert_same(&df(&model), &df(&moved), 1e-7);
    }

    #[test]
    fn a_shift_and_a_unit_of_a_covariate_change_its_coefficient_only(
        shift in -100.0..100.0f64, factor in 0.001..1000.0f64,
    ) {
        let study = Study::named("VISITS");
        let mut other = study.clone();
        for age in other.column("age") {
            *age = (*age + shift) * factor;
        }
        let (model, moved) = (reml(&study, NESTED), reml(&other, NESTED));
        let age = model.coefficient_names.iter().position(|n| n == "age").unwrap();
        prop_assert!(close(moved.coefficients[age] * factor, model.coefficients[age], 1e-8));
        assert_same(&model.fitted, &moved.fitted, 1e-8);
        let f = |m: &MixedModel| tests(m, TestType::Iii, DfMethod::KenwardRoger);
        assert_same(&f(&model), &f(&moved), 1e-6);
    }
}

#[test]
fn the_reference_level_changes_no_test_of_a_term() {
    let study = Study::named("GROWTH");
    let formula = "y ~ sex * g + age + (1|id)";
    let model = reml(&study, formula);
    let config = FitConfig {
        likelihood: Likelihood::Reml,
        references: vec![
            ("g".to_owned(), "c".to_owned()),
            ("sex".to_owned(), "M".to_owned()),
        ],
    };
    let other = study.fit_with(formula, &config).unwrap();
    assert_eq!(other.coefficient_names[1..4], ["sexF", "ga", "gb"]);
    assert!(close(other.log_likelihood, model.log_likelihood, 1e-12));
    for test_type in [TestType::Ii, TestType::Iii] {
        let f = |m: &MixedModel| tests(m, test_type, DfMethod::KenwardRoger);
        assert_same(&f(&model), &f(&other), 1e-8);
    }
    let pairs = |m: &MixedModel| {
        let means = marginal_means(m, "g", DfMethod::Satterthwaite, 0.9).unwrap();
        let find = |a: &str, b: &str| {
            let c = means.contrasts.iter().find(|c| {
                let names = [c.level.to_string(), c.baseline.to_string()];
                names == [a, b] || names == [b, a]
            });
            let e = &c.unwrap().estimate;
            [e.estimate.abs(), e.standard_error, e.df, e.p_value]
        };
        [find("a", "b"), find("a", "c"), find("b", "c")].concat()
    };
    assert_same(&pairs(&model), &pairs(&other), 1e-8);
}

#[test]
fn rows_with_missing_values_are_left_out_and_counted() {
    let study = Study::named("GROWTH");
    let mut other = study.clone();
    for (name, values) in &mut other.numbers {
        let missing = if *name == "age" { f64::NAN } else { 1.0 };
        values.insert(0, missing);
        values.push(if *name == "y" { f64::NAN } else { 2.0 });
        values.insert(50, 3.0);
    }
    for (name, values) in &mut other.texts {
        values.insert(0, "M");
        values.push("a");
        values.insert(50, if *name == "g" { " " } else { "F" });
    }
    let formula = "y ~ sex * g + age + (1|id)";
    let (model, with_missing) = (reml(&study, formula), reml(&other, formula));
    assert_eq!((model.n_rows, model.n_missing), (97, 0));
    assert_eq!((with_missing.n_rows, with_missing.n_missing), (97, 3));
    assert_eq!(model.coefficients, with_missing.coefficients);
    assert_eq!(with_missing.rows[0], 1);
    // A column that the formula does not name may miss values.
    let by_age = reml(&other, "y ~ age + (1|id)");
    assert_eq!(by_age.n_missing, 2);
}

#[test]
fn a_variance_at_the_boundary_is_zero_and_reported() {
    let alike = reml(&Study::named("ALIKE"), "y ~ x + g + (1|id)");
    assert!(alike.singular);
    assert_eq!(alike.random_intercepts[0].variance, 0.0);
    assert!(
        alike.random_intercepts[0]
            .effects
            .iter()
            .all(|(_, e)| *e == 0.0)
    );
    // Without its variance the model is that of least squares.
    let plain = reml(&Study::named("ALIKE"), "y ~ x + g");
    assert_same(&alike.coefficients, &plain.coefficients, 1e-12);
    assert!(close(alike.log_likelihood, plain.log_likelihood, 1e-12));
    let of = |m: &MixedModel| coefficient_tests(m, DfMethod::Satterthwaite, 0.95).unwrap();
    for (a, b) in of(&alike).iter().zip(of(&plain)) {
        assert!(close(a.estimate.df, b.estimate.df, 1e-10));
        assert!(close(a.estimate.p_value, b.estimate.p_value, 1e-9));
    }
}

#[test]
fn both_spellings_of_nested_intercepts_are_one_model() {
    let study = Study::named("VISITS");
    let a = reml(&study, "ra_um ~ s + (1|subject/visit)");
    let b = reml(&study, "ra_um ~ s + (1|subject) + (1|subject:visit)");
    assert_eq!(a.coefficients, b.coefficients);
    assert_eq!(a.random_intercepts, b.random_intercepts);
    assert_eq!(a.random_intercepts[1].name, "subject/visit");
    assert_eq!(a.random_intercepts[1].effects[0].0, "1/1");
}

#[test]
fn residuals_and_fitted_values_add_up_to_the_outcome() {
    let study = Study::named("VISITS");
    let model = reml(&study, NESTED);
    let y = &study.numbers.iter().find(|(n, _)| *n == "ra_um").unwrap().1;
    for (row, y) in y.iter().enumerate() {
        assert!(close(model.fitted[row] + model.residuals[row], *y, 1e-13));
    }
}

/// 20 000 rows of 2 000 subjects take a moment, and the estimates approach the truth.
#[test]
fn many_rows_are_fitted() {
    let noise = |seed: u64| {
        // Sums of twelve hashes are almost normal.
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut sum = -6.0;
        for _ in 0..12 {
            state ^= state >> 30;
            state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
            state ^= state >> 27;
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            sum += (state >> 11) as f64 / (1u64 << 53) as f64;
        }
        sum
    };
    let rows = 0..20_000u64;
    let x: Vec<f64> = rows.clone().map(|i| (i % 7) as f64).collect();
    let subject: Vec<f64> = rows.clone().map(|i| (i / 10) as f64).collect();
    let visit: Vec<f64> = rows.clone().map(|i| (i / 5 % 2) as f64).collect();
    let y = rows.map(|i| {
        2.0 * noise(i / 10) + noise(900_000 + i / 5) + noise(500_000 + i) + 0.5 * (i % 7) as f64
    });
    let study = Study {
        numbers: vec![
            ("x", x),
            ("subject", subject),
            ("visit", visit),
            ("y", y.collect()),
        ],
        texts: Vec::new(),
    };
    let model = reml(&study, "y ~ x + (1|subject/visit)");
    assert!((model.random_intercepts[0].variance - 4.0).abs() < 0.5);
    assert!((model.random_intercepts[1].variance - 1.0).abs() < 0.2);
    assert!((model.residual_variance - 1.0).abs() < 0.05);
    assert!((model.coefficients[1] - 0.5).abs() < 0.02);
    coefficient_tests(&model, DfMethod::KenwardRoger, 0.95).unwrap();
}

#[test]
fn nested_fits_are_compared_only_when_they_are_nested() {
    let study = Study::named("VISITS");
    let ml = |formula: &str| study.fit(formula, Likelihood::Ml).unwrap();
    let (small, large) = (
        ml("ra_um ~ s + (1|subject)"),
        ml("ra_um ~ C(s) + age + (1|subject)"),
    );
    // A slope is a combination of the levels.
    assert_eq!(likelihood_ratio(&small, &large).unwrap().df, 2);
    for (a, b) in [
        (&large, &small),
        (&small, &small),
        (&ml("ra_um ~ group + (1|subject)"), &large),
        (&ml("ra_um ~ (1|subject/visit)"), &large),
        (&ml("s ~ age + (1|subject)"), &large),
        (&reml(&study, "ra_um ~ (1|subject)"), &large),
    ] {
        assert!(likelihood_ratio(a, b).is_err());
    }
}
