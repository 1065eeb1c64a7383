//! Fits a linear mixed model.

use std::f64::consts::PI;

use rsom_parameters::Choice;

use super::blocks::{Blocks, Ratios};
use super::coding::Coding;
use super::criterion::Criterion;
use super::design::Design;
use super::estimable::EstimableFunctions;
use super::formula::Formula;
use super::frame::frame;
use super::grouping::Grouping;
use super::identifiable::{require_identifiable, require_variation};
use super::matrix::bilinear;
use super::model::{MixedModel, State};
use super::moments::Moments;
use super::optimum::{Problem, optimum};
use super::orthonormal::{Orthonormal, coefficients, power_of_two_above, scaled_contrast};
use super::predictors::{named, predictors, sum_by_row};
use super::table::Table;
use crate::StatsError;

/// The likelihood that is maximized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Likelihood {
    /// Restricted maximum likelihood: variances without the bias of estimated fixed effects.
    Reml,
    /// Maximum likelihood: for likelihood-ratio tests of fixed effects.
    Ml,
}

/// Settings of a fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FitConfig {
    /// The likelihood.
    pub likelihood: Likelihood,
    /// The reference level of factors, as (column, level). The reference of any other factor is its first level: numbers
    /// by value, then texts by their characters.
    pub references: Vec<(String, String)>,
}

/// Fits y = Xβ + Zb + ε with random intercepts b ~ N(0, σ_b²) and residuals ε ~ N(0, σ²), all independent.
///
/// Rows with a missing value in a column of the formula are left out and counted. Factors have treatment contrasts, by
/// R's rules for interactions and for formulas without intercept. The likelihood is profiled over β and σ² and maximized
/// over the ratios σ_b²/σ² (Bates et al. 2015, Journal of Statistical Software 67(1)), by Newton's method with exact
/// derivatives; a variance at the boundary is exactly 0 and makes the fit `singular`. Time and memory grow linearly with
/// the rows: matrices of groups have closed inverses.
///
/// Estimates, standard errors, likelihood, AIC, BIC and predictors agree with lme4 1.1 to the accuracy of its optimizer:
/// 6 digits or more. Without random intercepts the result is R's `lm` (ordinary least squares), so that an analysis of
/// covariance is the model `y ~ group + covariate`.
///
/// # Errors
/// Unknown columns; no complete rows; as many coefficients as rows; a column of the model matrix that is a combination of
/// others, by name (lme4 drops it); a factor with one level; a constant outcome or one that the fixed effects explain
/// exactly; random intercepts that the data cannot tell from the residual or from the fixed effects.
pub fn fit(
    formula: &Formula,
    table: &Table<'_>,
    config: &FitConfig,
) -> Result<MixedModel, StatsError> {
    let frame = frame(formula, table)?;
    let design = Design::of(formula, &frame, &config.references)?;
    let names = design.names();
    let columns = design.matrix(&frame, Coding::Model);
    let (rows, fixed) = (frame.outcome.len(), columns.len());
    if rows <= fixed {
        return Err(StatsError::BadModel(format!(
            "{rows} rows cannot determine {fixed} coefficients and a residual variance; remove terms"
        )));
    }
    let orthonormal = Orthonormal::of(&columns).map_err(|column| aliased(&names, column))?;
    let (along, rest) = orthonormal.split(&frame.outcome);
    require_variation(&formula.outcome, &frame.outcome, &rest)?;
    let scale = power_of_two_above(&rest);
    let rest: Vec<f64> = rest.iter().map(|value| value / scale).collect();

    let grouping = Grouping::of(&formula.random, &frame.groups, rows)?;
    let mut sources: Vec<&[f64]> = orthonormal.q.iter().map(Vec::as_slice).collect();
    sources.push(&rest);
    let blocks = Blocks::of(&sources, &grouping);
    require_identifiable(&blocks, &formula.random)?;
    let problem = Problem {
        blocks: &blocks,
        reml: config.likelihood == Likelihood::Reml,
        levels: grouping.levels,
    };
    let ratios = optimum(problem).ok_or_else(no_optimum)?;
    let estimates = Estimates::at(problem, ratios)?;
    let scaled = estimates.moments.coefficients.iter().zip(&along);
    let scaled = scaled.map(|(b, a)| b + a / scale).collect();
    let state = State {
        estimable: EstimableFunctions::of(&design, &frame, &orthonormal),
        design,
        r: orthonormal.r,
        q: orthonormal.q,
        outcome: frame.outcome,
        groups: groups_of_rows(&grouping),
        moments: estimates.moments,
        ratios,
        scale,
        scaled,
        variance: estimates.variance,
        levels: grouping.levels,
    };
    let fitted = Fitted {
        state,
        deviance: estimates.deviance,
        reml: problem.reml,
        rows: frame.rows,
    };
    assemble(fitted, formula, (&blocks, &grouping), table.rows())
}

fn aliased(names: &[String], column: usize) -> StatsError {
    let name = names.get(column).map_or("", String::as_str);
    StatsError::BadModel(format!(
        "the coefficient {name} is aliased: its column of the model matrix is zero or a combination of the columns before it; remove a term, or join levels that have no rows"
    ))
}

fn no_optimum() -> StatsError {
    StatsError::BadModel(
        "the likelihood has no maximum at a positive residual variance: the random intercepts explain the outcome almost exactly"
            .to_owned(),
    )
}

/// What follows from the ratios.
struct Estimates {
    moments: Moments,
    deviance: f64,
    variance: f64,
}

impl Estimates {
    fn at(problem: Problem<'_>, ratios: Ratios) -> Result<Self, StatsError> {
        let (rows, fixed) = (problem.blocks.rows, problem.blocks.columns - 1);
        let moments = Moments::at(problem.blocks, ratios).ok_or_else(no_optimum)?;
        let criterion = Criterion::at(problem.blocks, ratios);
        let free = if problem.reml || problem.levels == 0 {
            rows - fixed
        } else {
            rows
        };
        Ok(Self {
            deviance: criterion
                .deviance(rows, problem.reml)
                .ok_or_else(no_optimum)?,
            variance: moments.rest / free as f64,
            moments,
        })
    }
}

fn groups_of_rows(grouping: &Grouping) -> Vec<Vec<usize>> {
    let inner = &grouping.inner_of_row;
    match grouping.levels {
        0 => Vec::new(),
        1 => vec![inner.clone()],
        _ => {
            let outer = inner.iter().map(|group| grouping.outer_of_inner[*group]);
            vec![outer.collect(), inner.clone()]
        }
    }
}

struct Fitted {
    state: State,
    deviance: f64,
    reml: bool,
    rows: Vec<usize>,
}

impl Fitted {
    /// ln L from the deviance of scaled residuals and orthonormal columns.
    fn log_likelihood(&self) -> f64 {
        let (rows, fixed) = (self.rows.len(), self.state.scaled.len());
        let free = if self.reml { rows - fixed } else { rows } as f64;
        let of_scale = 2.0 * libm::log(self.state.scale) - libm::log(free);
        let mut deviance = self.deviance + free * (libm::log(2.0 * PI) + 1.0 + of_scale);
        if self.reml {
            let of_columns = (0..fixed).map(|i| libm::log(self.state.r[(i, i)]));
            deviance += 2.0 * of_columns.sum::<f64>();
        }
        -0.5 * deviance
    }
}

fn assemble(
    fitted: Fitted,
    formula: &Formula,
    (blocks, grouping): (&Blocks, &Grouping),
    all_rows: usize,
) -> Result<MixedModel, StatsError> {
    let log_likelihood = fitted.log_likelihood();
    let state = fitted.state;
    let (rows, fixed, scale) = (fitted.rows.len(), state.scaled.len(), state.scale);
    let effects = predictors(blocks, &state);
    let random_intercepts = named(&effects, formula, grouping, &state);
    let fixed_part: Vec<f64> = (0..rows)
        .map(|row| {
            scale
                * state
                    .q
                    .iter()
                    .zip(&state.scaled)
                    .map(|(q, b)| q[row] * b)
                    .sum::<f64>()
        })
        .collect();
    let random_part = sum_by_row(&effects, &state.groups, rows);
    let fitted_values: Vec<f64> = fixed_part
        .iter()
        .zip(random_part)
        .map(|(f, r)| f + r * scale)
        .collect();
    let residuals = state.outcome.iter().zip(&fitted_values).map(|(y, f)| y - f);
    let n_parameters = fixed + state.levels + 1;
    let model = MixedModel {
        n_rows: rows,
        n_missing: all_rows - rows,
        rows: fitted.rows,
        reml: fitted.reml,
        coefficient_names: state.design.names(),
        coefficients: Basis(&state).coefficients(),
        standard_errors: Basis(&state).standard_errors(),
        singular: random_intercepts.iter().any(|r| r.variance == 0.0),
        random_intercepts,
        residual_variance: state.variance * scale * scale,
        log_likelihood,
        n_parameters,
        aic: -2.0 * log_likelihood + 2.0 * n_parameters as f64,
        bic: -2.0 * log_likelihood + libm::log(rows as f64) * n_parameters as f64,
        residuals: residuals.collect(),
        fitted: fitted_values,
        fitted_fixed: fixed_part,
        state,
    };
    require_representable(model)
}

struct Basis<'a>(&'a State);

impl Basis<'_> {
    /// Coefficients of the columns of the model matrix.
    fn coefficients(&self) -> Vec<f64> {
        let scaled = coefficients(&self.0.r, &self.0.scaled);
        scaled.iter().map(|b| b * self.0.scale).collect()
    }

    fn standard_errors(&self) -> Vec<f64> {
        let size = self.0.scaled.len();
        let errors = (0..size).map(|j| {
            let mut unit = vec![0.0; size];
            unit[j] = 1.0;
            let (direction, size) = scaled_contrast(&self.0.r, &unit);
            let variance = bilinear(&direction, &self.0.moments.inverse, &direction);
            (variance * self.0.variance).sqrt() * size * self.0.scale
        });
        errors.collect()
    }
}

/// Refuses results that overflow or underflow.
fn require_representable(model: MixedModel) -> Result<MixedModel, StatsError> {
    let variances = model.random_intercepts.iter().map(|r| r.variance);
    let sizes = model.coefficients.iter().chain(&model.standard_errors);
    let finite = sizes.copied().chain(variances).all(f64::is_finite);
    if finite && model.residual_variance.is_normal() && model.log_likelihood.is_finite() {
        return Ok(model);
    }
    Err(StatsError::BadModel(
        "the values are too large or too small for the squares of a mixed model; use another unit"
            .to_owned(),
    ))
}
