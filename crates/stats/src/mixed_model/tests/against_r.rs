//! Estimates and tests are those of R 4.2 with lme4 1.1-31, lmerTest 3.1-3, pbkrtest 0.5.2 and performance 0.10.2.
//!
//! `stats/mixed_model.json` was made from the data of `data.rs`, factors with treatment contrasts, by `m <- lmer(formula, data,
//! REML = …, control = lmerControl("nloptwrap", optCtrl = list(xtol_abs = 1e-15, ftol_abs = 1e-16, xtol_rel = 1e-15,
//! ftol_rel = 1e-16, maxeval = 1e5)))`, or `lm(formula, data)` without random intercepts. Keys, after `reml.` or `ml.`:
//!
//! - `fixef`, `se`: `fixef(m)`, `sqrt(diag(vcov(m)))`; `variances`: `VarCorr(m)`, subject first, residual last
//! - `log_likelihood`, `aic`, `bic`: `logLik(m)`, `AIC(m)`, `BIC(m)`; for `lm`: `logLik(m, REML = …)`
//! - `r2`: `performance::r2_nakagawa(m)`, `summary(lm)$r.squared`; `ranef`: `ranef(m)`, subject first
//! - `coefficients`: `coef(summary(m, ddf = …))`, row by row: estimate, standard error, df, t, p; for `lm` without df
//! - `type2`, `type3`: `anova(m, type = …, ddf = …)`, row by row: numerator and denominator df, F, p
//! - `means`, `pairs`: `ls_means(m, which = factor, pairwise = …, ddf = …)`, row by row: estimate, standard error, df, t, lower
//!   and upper end, p
//!
//! `sat` is Satterthwaite, `kr` Kenward–Roger.

use super::super::{
    DfMethod, Estimate, Likelihood, MixedModel, TestType, coefficient_tests, likelihood_ratio,
    marginal_means, r_squared, term_tests,
};
use super::study::Study;
use rsom_testing::golden;
use serde_json::Value;

const METHODS: [(&str, DfMethod); 2] = [
    ("sat", DfMethod::Satterthwaite),
    ("kr", DfMethod::KenwardRoger),
];

fn error(got: f64, expected: f64) -> f64 {
    (got - expected).abs() / expected.abs()
}

/// Compares lists; `tolerance` of each place in a row of this length.
fn assert_close(what: &str, got: &[f64], expected: &[f64], tolerances: &[f64]) {
    assert_eq!(got.len(), expected.len(), "{what}");
    for (place, (got, expected)) in got.iter().zip(expected).enumerate() {
        let tolerance = tolerances[place % tolerances.len()];
        // R's singular variances are not exactly 0.
        let may_be_zero = what.ends_with("ranef") || what.ends_with("variances");
        let zero = may_be_zero && (got - expected).abs() < 1e-9;
        let close = zero || got == expected || error(*got, *expected) <= tolerance;
        assert!(close, "{what}[{place}]: {got} instead of {expected}");
    }
}

fn columns(e: &Estimate) -> [f64; 7] {
    [
        e.estimate,
        e.standard_error,
        e.df,
        e.t,
        e.interval.low,
        e.interval.high,
        e.p_value,
    ]
}

/// A result by its key, with the tolerances of its columns. R's derivatives for Satterthwaite are numerical, and its
/// optimum has about 8 digits; the test with dense matrices compares more.
fn result(model: &MixedModel, key: &str, factor: &str) -> (Vec<f64>, Vec<f64>) {
    if let Some((method, key)) = key.split_once('.') {
        let method = METHODS.iter().find(|(name, _)| *name == method).unwrap().1;
        return test_result(model, key, factor, method);
    }
    match key {
        "fixef" => (model.coefficients.clone(), vec![1e-6]),
        "se" => (model.standard_errors.clone(), vec![1e-7]),
        "variances" => {
            let variances = model.random_intercepts.iter().map(|r| r.variance);
            (
                variances.chain([model.residual_variance]).collect(),
                vec![1e-6],
            )
        }
        "log_likelihood" => (vec![model.log_likelihood], vec![1e-11]),
        "aic" => (vec![model.aic], vec![1e-11]),
        "bic" => (vec![model.bic], vec![1e-11]),
        "r2" => {
            let r2 = r_squared(model);
            (vec![r2.marginal, r2.conditional], vec![1e-7])
        }
        "ranef" => {
            let effects = model.random_intercepts.iter().flat_map(|r| &r.effects);
            (effects.map(|(_, effect)| *effect).collect(), vec![1e-4])
        }
        _ => panic!("{key}"),
    }
}

fn test_result(
    model: &MixedModel,
    key: &str,
    factor: &str,
    method: DfMethod,
) -> (Vec<f64>, Vec<f64>) {
    let df = if method == DfMethod::KenwardRoger {
        1e-6
    } else {
        1e-5
    };
    let of_term = |test_type| {
        let tests = term_tests(model, test_type, method).unwrap();
        let rows = tests
            .iter()
            .flat_map(|t| [t.numerator_df as f64, t.denominator_df, t.f, t.p_value]);
        (rows.collect(), vec![0.0, df, 1e-6, 1e-4])
    };
    let means = || marginal_means(model, factor, method, 0.95).unwrap();
    let of_mean = vec![1e-6, 1e-7, df, 1e-6, 1e-5, 1e-5, 1e-4];
    match key {
        "coefficients" => {
            let tests = coefficient_tests(model, method, 0.95).unwrap();
            let rows = tests.iter().map(|c| columns(&c.estimate));
            if model.random_intercepts.is_empty() {
                let rows = rows.flat_map(|e| [e[0], e[1], e[3], e[6]]);
                return (rows.collect(), vec![1e-11, 1e-11, 1e-11, 1e-9]);
            }
            let rows = rows.flat_map(|e| [e[0], e[1], e[2], e[3], e[6]]);
            (rows.collect(), vec![1e-6, 1e-7, df, 1e-6, 1e-4])
        }
        "type2" => of_term(TestType::Ii),
        "type3" => of_term(TestType::Iii),
        "means" => {
            let rows = means().means;
            (
                rows.iter().flat_map(|m| columns(&m.estimate)).collect(),
                of_mean,
            )
        }
        // R subtracts the later level.
        "pairs" => {
            let rows = means().contrasts;
            let rows = rows.iter().map(|c| columns(&c.estimate));
            let rows = rows.flat_map(|e| [-e[0], e[1], e[2], -e[3], -e[5], -e[4], e[6]]);
            (rows.collect(), of_mean)
        }
        _ => panic!("{key}"),
    }
}

#[test]
fn every_model_has_the_results_of_r() {
    let text = std::fs::read(golden("stats/mixed_model.json")).unwrap();
    let golden: Value = serde_json::from_slice(&text).unwrap();
    let mut compared = 0;
    for case in golden["models"].as_array().unwrap() {
        let word = |key: &str| case[key].as_str().unwrap();
        let study = Study::named(word("data"));
        for (likelihood, prefix) in [(Likelihood::Reml, "reml."), (Likelihood::Ml, "ml.")] {
            let model = study.fit(word("formula"), likelihood).unwrap();
            for (key, expected) in case["results"].as_object().unwrap() {
                let Some(key) = key.strip_prefix(prefix) else {
                    continue;
                };
                let expected = expected.as_array().unwrap().iter();
                let expected: Vec<f64> = expected.map(|v| v.as_f64().unwrap()).collect();
                let (got, tolerances) = result(&model, key, word("factor"));
                let what = format!("{} {prefix}{key}", word("formula"));
                assert_close(&what, &got, &expected, &tolerances);
                compared += 1;
            }
        }
    }
    assert_eq!(compared, COUNT);
}

/// Lists of numbers in the file.
const COUNT: usize = 301;

// numpy 2 and scipy 1.17 with dense matrices: scipy.optimize.root on the analytical gradient of the restricted likelihood by
// the logarithms of the variances (tolerance 1e-14); degrees of freedom and Kenward and Roger's standard errors from the
// formulas of the papers.
#[test]
fn an_unbalanced_nested_model_has_the_exact_results_of_dense_matrices() {
    let study = Study::named("VISITS");
    let formula = "ra_um ~ C(s)*group + age + (1|subject/visit)";
    let model = study.fit(formula, Likelihood::Reml).unwrap();
    let close = |what: &str, got: &[f64], expected: &[f64]| {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!(error(*got, *expected) < 1e-10, "{what}: {got} {expected}");
        }
    };
    close("coefficients", &model.coefficients, &DENSE_COEFFICIENTS);
    close("standard errors", &model.standard_errors, &DENSE_ERRORS);
    let variances = model.random_intercepts.iter().map(|r| r.variance);
    let variances: Vec<f64> = variances.chain([model.residual_variance]).collect();
    close(
        "variances",
        &variances,
        &[4.110_893_187_825, 3.256_546_844_827, 1.364_866_402_062],
    );
    close("ln L", &[model.log_likelihood], &[-192.689_479_831_818]);
    let tests = |method| coefficient_tests(&model, method, 0.95).unwrap();
    let dfs = |method| {
        tests(method)
            .iter()
            .map(|t| t.estimate.df)
            .collect::<Vec<_>>()
    };
    close(
        "Satterthwaite",
        &dfs(DfMethod::Satterthwaite),
        &DENSE_SATTERTHWAITE,
    );
    close(
        "Kenward-Roger",
        &dfs(DfMethod::KenwardRoger),
        &DENSE_KENWARD_ROGER,
    );
    let errors = tests(DfMethod::KenwardRoger);
    let errors: Vec<f64> = errors.iter().map(|t| t.estimate.standard_error).collect();
    close("adjusted errors", &errors, &DENSE_ADJUSTED_ERRORS);
}

const DENSE_COEFFICIENTS: [f64; 7] = [
    18.53074404124,
    0.1149788093415,
    -1.525578262673,
    -3.947030890206,
    0.174975325533,
    -0.5485427052681,
    -0.02020711782483,
];
const DENSE_ERRORS: [f64; 7] = [
    3.906220917682,
    0.46209216428,
    0.5180489788196,
    1.393953528401,
    0.0815135709703,
    0.6415033027704,
    0.6741761946404,
];
const DENSE_SATTERTHWAITE: [f64; 7] = [
    9.410476824074,
    50.16243509259,
    49.85253476769,
    10.50978575052,
    9.149310259996,
    49.3262045937,
    49.54787518035,
];
const DENSE_KENWARD_ROGER: [f64; 7] = [
    9.1599438922,
    50.50300409042,
    50.18579072677,
    10.21588719583,
    8.902453962252,
    49.66690147928,
    49.88339346367,
];
const DENSE_ADJUSTED_ERRORS: [f64; 7] = [
    3.908985468007,
    0.4646474582545,
    0.5209206331037,
    1.39488945661,
    0.08155137154877,
    0.6445011818649,
    0.6776294935461,
];

// R 4.2, balanced data: MSE of aov(Reaction ~ Days + factor(Subject)), (MSB - MSE) / 10 with MSB of subjects.
#[test]
fn variances_of_balanced_data_are_those_of_the_analysis_of_variance() {
    let study = Study::named("SLEEPSTUDY");
    let model = study
        .fit("Reaction ~ Days + (1|Subject)", Likelihood::Reml)
        .unwrap();
    let y = &study.numbers[0].1;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let total = mean(y);
    let subjects: Vec<f64> = y.chunks(10).map(mean).collect();
    let between: f64 = subjects.iter().map(|m| (m - total).powi(2)).sum::<f64>() * 10.0 / 17.0;
    let slope = model.coefficients[1];
    let within = (0..180).map(|i| {
        let day = (i % 10) as f64 - 4.5;
        (y[i] - subjects[i / 10] - slope * day).powi(2)
    });
    let within = within.sum::<f64>() / (180.0 - 18.0 - 1.0);
    assert!(error(model.residual_variance, within) < 1e-12);
    let of_subjects = model.random_intercepts[0].variance;
    assert!(error(of_subjects, (between - within) / 10.0) < 1e-12);
    for method in [DfMethod::Satterthwaite, DfMethod::KenwardRoger] {
        let tests = coefficient_tests(&model, method, 0.95).unwrap();
        assert!(error(tests[1].estimate.df, 161.0) < 1e-10);
    }
}

// anova(m0, m) of lme4: Chisq 116.4624150678, p 3.7644614765e-27; logLik of lm and lmer by ML.
#[test]
fn likelihood_ratios_are_those_of_lme4() {
    let study = Study::named("SLEEPSTUDY");
    let fit = |formula: &str| study.fit(formula, Likelihood::Ml).unwrap();
    let (null, model) = (
        fit("Reaction ~ (1|Subject)"),
        fit("Reaction ~ Days + (1|Subject)"),
    );
    let test = likelihood_ratio(&null, &model).unwrap();
    assert!(error(test.chi2, 116.462_415_067_832_8) < 1e-10);
    assert!(error(test.p_value, 3.764_461_476_545_64e-27) < 1e-8);
    assert_eq!((test.df, test.boundary_p_value), (1, None));

    let of_subject = likelihood_ratio(&fit("Reaction ~ Days"), &model).unwrap();
    assert!(
        error(
            of_subject.chi2,
            2.0 * (950.146_528_178_181_8 - 897.039_321_502_612_8)
        ) < 1e-9
    );
    let half = of_subject.p_value / 2.0;
    assert!(error(of_subject.boundary_p_value.unwrap(), half) < 1e-12);
    // 0.5 * pchisq(x, 1, lower = FALSE) + 0.5 * pchisq(x, 2, lower = FALSE)
    let both = likelihood_ratio(&fit("Reaction ~ 1"), &model).unwrap();
    let mean = (both.p_value + libm::exp(-both.chi2 / 2.0)) / 2.0;
    assert_eq!(both.df, 2);
    assert!(error(both.p_value, libm::exp(-both.chi2 / 2.0)) < 1e-10);
    assert!(both.boundary_p_value.unwrap() < mean);
}

// R 4.2: residual sums of squares of m <- lm(y ~ sex * g + age, contrasts = list(sex = "contr.sum", g = "contr.sum")) and
// drop1(m, . ~ ., test = "F") for type III; anova(lm(y ~ age + g), lm(y ~ age + g + sex), m) for type II.
#[test]
fn a_model_without_random_intercepts_is_ordinary_least_squares() {
    let model = Study::named("GROWTH")
        .fit("y ~ sex * g + age", Likelihood::Reml)
        .unwrap();
    let (rss, df) = (450.458_202_886, 90.0);
    assert!(error(model.residual_variance, rss / df) < 1e-11);
    let f = |rise: f64, terms: f64| rise / terms / (rss / df);
    let iii = [
        ("sex", f(547.409_513_565 - rss, 1.0), 2.9523e-5),
        ("g", f(455.520_897_986 - rss, 2.0), 0.604_75),
        ("age", f(769.705_477_351 - rss, 1.0), 4.3464e-12),
        ("sex:g", f(464.509_715_709 - rss, 2.0), 0.251_01),
    ];
    // The F-test of g after sex and age differs in R's type II; only sex is compared.
    let ii = [("sex", f(102.365_660_519_4, 1.0), f64::NAN)];
    for method in [DfMethod::Satterthwaite, DfMethod::KenwardRoger] {
        for (test_type, expected) in [(TestType::Iii, iii.as_slice()), (TestType::Ii, &ii)] {
            let tests = term_tests(&model, test_type, method).unwrap();
            for (term, f, p) in expected {
                let test = tests.iter().find(|t| t.term == *term).unwrap();
                assert!(error(test.f, *f) < 1e-9, "{term}: {} {f}", test.f);
                assert_eq!(test.denominator_df, df);
                assert!(p.is_nan() || error(test.p_value, *p) < 1e-4, "{term}");
            }
        }
    }
}

#[test]
fn the_test_of_type_three_of_a_factor_is_that_of_its_marginal_means() {
    let study = Study::named("GROWTH");
    let model = study.fit("y ~ sex * g + (1|id)", Likelihood::Reml).unwrap();
    let means = marginal_means(&model, "sex", DfMethod::KenwardRoger, 0.95).unwrap();
    let tests = term_tests(&model, TestType::Iii, DfMethod::KenwardRoger).unwrap();
    let contrast = &means.contrasts[0].estimate;
    assert!(error(contrast.t * contrast.t, tests[0].f) < 1e-10);
    assert!(error(contrast.df, tests[0].denominator_df) < 1e-10);
}
