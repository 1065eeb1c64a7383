//! The fitted model.

use super::blocks::Ratios;
use super::design::Design;
use super::estimable::EstimableFunctions;
use super::matrix::Matrix;
use super::moments::Moments;

/// Estimates of a linear mixed model, or of a linear model when the formula has no random intercept.
#[derive(Debug, Clone)]
pub struct MixedModel {
    /// Rows that were used.
    pub n_rows: usize,
    /// Rows that were left out because a column of the formula has no value.
    pub n_missing: usize,
    /// Index in the table of each row that was used.
    pub rows: Vec<usize>,
    /// Whether the variances are those of restricted maximum likelihood.
    pub reml: bool,
    /// Names of the coefficients as in R: `(Intercept)`, `age`, `groupB` (level B of the factor group), `age:groupB`.
    pub coefficient_names: Vec<String>,
    /// Fixed effects, in the order of their names.
    pub coefficients: Vec<f64>,
    /// Standard errors of the fixed effects: roots of the diagonal of (XᵀV⁻¹X)⁻¹, not adjusted for small samples.
    pub standard_errors: Vec<f64>,
    /// Random intercepts, the subject first.
    pub random_intercepts: Vec<RandomIntercept>,
    /// Variance of the residuals, in the squared unit of the outcome. By REML and without random intercepts RSS / (n − p);
    /// by ML and without random intercepts RSS / n in the likelihood, but RSS / (n − p) here and in standard errors.
    pub residual_variance: f64,
    /// Whether the estimate of a variance is zero: the model is larger than the data support (`isSingular` of lme4).
    pub singular: bool,
    /// Logarithm of the likelihood, of the restricted one if `reml`.
    pub log_likelihood: f64,
    /// Estimated numbers: coefficients and variances.
    pub n_parameters: usize,
    /// Akaike's criterion −2·ln L + 2·`n_parameters`.
    pub aic: f64,
    /// Bayes criterion −2·ln L + ln(n)·`n_parameters`.
    pub bic: f64,
    /// Fitted values of the rows that were used, random intercepts included.
    pub fitted: Vec<f64>,
    /// Fitted values by fixed effects only.
    pub fitted_fixed: Vec<f64>,
    /// Outcome − fitted value.
    pub residuals: Vec<f64>,
    pub(crate) state: State,
}

/// One level of random intercepts.
#[derive(Debug, Clone, PartialEq)]
pub struct RandomIntercept {
    /// The grouping column, or `subject/visit` when nested.
    pub name: String,
    /// Variance, in the squared unit of the outcome; 0 at the boundary.
    pub variance: f64,
    /// Each group with its predicted intercept (best linear unbiased predictor), sorted by level.
    pub effects: Vec<(String, f64)>,
}

/// What tests of the fixed effects need.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub design: Design,
    /// The design matrix is Q·R.
    pub r: Matrix,
    /// Orthonormal columns of the design.
    pub q: Vec<Vec<f64>>,
    /// What contrasts of type III are made of.
    pub estimable: EstimableFunctions,
    /// The outcome of the rows.
    pub outcome: Vec<f64>,
    /// Group of each row at each level of random intercepts.
    pub groups: Vec<Vec<usize>>,
    /// Sums at the estimates, of the orthonormal columns and of residuals divided by `scale`.
    pub moments: Moments,
    /// Estimated variance ratios.
    pub ratios: Ratios,
    /// The size of the residuals: a power of two.
    pub scale: f64,
    /// Coefficients of the orthonormal columns, divided by `scale`.
    pub scaled: Vec<f64>,
    /// Variance of the residuals, divided by the square of `scale`.
    pub variance: f64,
    /// Levels of random intercepts.
    pub levels: usize,
}
