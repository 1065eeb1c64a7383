//! Tests of linear combinations of the fixed effects.

use super::cholesky::Cholesky;
use super::degrees_of_freedom::{DfMethod, Distribution};
use super::eigen::symmetric_eigen;
use super::matrix::{Matrix, bilinear, dot};
use super::model::MixedModel;
use super::orthonormal::{contrast, power_of_two_above, scaled_contrast};
use crate::confidence::require_level;
use crate::tails::{student_t, variance_ratio};
use crate::{ConfidenceInterval, StatsError};

/// An estimated linear combination of the fixed effects, with its t-test against zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, in the unit of the outcome.
    pub estimate: f64,
    /// Its standard error; by Kenward–Roger the corrected one.
    pub standard_error: f64,
    /// Degrees of freedom of t.
    pub df: f64,
    /// estimate / standard_error.
    pub t: f64,
    /// Two-sided p-value, in (0, 1].
    pub p_value: f64,
    /// The interval estimate ± t-quantile · standard_error.
    pub interval: ConfidenceInterval,
}

/// An F-test that several linear combinations are zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct JointTest {
    pub f: f64,
    pub denominator_df: f64,
    pub p_value: f64,
}

/// Tests of one model by one method.
pub(crate) struct Tests<'a> {
    model: &'a MixedModel,
    method: DfMethod,
    distribution: Distribution,
}

impl<'a> Tests<'a> {
    pub(crate) fn of(model: &'a MixedModel, method: DfMethod) -> Result<Self, StatsError> {
        Ok(Self {
            model,
            method,
            distribution: Distribution::of(model, method)?,
        })
    }

    /// Estimates a combination of the coefficients.
    pub(crate) fn estimate(
        &self,
        weights: &[f64],
        confidence: f64,
    ) -> Result<Estimate, StatsError> {
        require_level("confidence", confidence)?;
        let state = &self.model.state;
        let (direction, size) = scaled_contrast(&state.r, weights);
        let unit = size * state.scale;
        let estimate = dot(&direction, &state.scaled);
        let error = bilinear(&direction, &self.distribution.adjusted, &direction).sqrt();
        let df = self.distribution.of_contrast(&direction);
        require_df(df)?;
        let t = estimate / error;
        let half = student_t::upper_quantile((1.0 - confidence) / 2.0, df) * error;
        Ok(Estimate {
            estimate: estimate * unit,
            standard_error: error * unit,
            df,
            t,
            p_value: student_t::two_sided(t, df).max(f64::MIN_POSITIVE),
            interval: ConfidenceInterval {
                low: (estimate - half) * unit,
                high: (estimate + half) * unit,
                confidence,
            },
        })
    }

    /// Tests that all combinations, which are linearly independent, are zero.
    pub(crate) fn joint(&self, combinations: &[Vec<f64>]) -> Result<JointTest, StatsError> {
        let state = &self.model.state;
        let directions: Vec<Vec<f64>> = combinations
            .iter()
            .map(|weights| contrast(&state.r, weights))
            .collect();
        let size = power_of_two_above(&directions.concat());
        let directions = Matrix::from_rows(&directions).scaled(1.0 / size);
        let estimates = directions.times_vector(&state.scaled);
        let (f, df) = if self.distribution.of_variances.is_none() {
            let f = quadratic(
                &directions.sandwich(&self.distribution.covariance),
                &estimates,
            )?;
            (f, self.distribution.residual)
        } else {
            match self.method {
                DfMethod::Satterthwaite => self.satterthwaite(&directions, &estimates),
                DfMethod::KenwardRoger => self.kenward_roger(&directions, &estimates)?,
            }
        };
        require_df(df)?;
        let numerator = combinations.len() as f64;
        Ok(JointTest {
            f,
            denominator_df: df,
            p_value: variance_ratio::upper_tail(f, numerator, df).max(f64::MIN_POSITIVE),
        })
    }

    /// F from the uncorrelated combinations, whose t² have the degrees of freedom νₘ: 2E / (E − q) with E = Σ νₘ/(νₘ − 2)
    /// (Fai & Cornelius 1996, Journal of Statistical Computation and Simulation 54, 363–378). As in lmerTest, equal νₘ are
    /// taken as they are, and E is infinite when one is at most 2.
    fn satterthwaite(&self, directions: &Matrix, estimates: &[f64]) -> (f64, f64) {
        let q = estimates.len() as f64;
        let covariance = directions.sandwich(&self.distribution.covariance);
        let transposed = directions.transposed();
        let (mut f, mut dfs) = (0.0, Vec::new());
        for (value, vector) in symmetric_eigen(&covariance) {
            let along = dot(&vector, estimates);
            f += along * along / value / q;
            let direction = transposed.times_vector(&vector);
            dfs.push(self.distribution.of_contrast(&direction));
        }
        let equal = dfs.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 1e-8);
        let df = if equal {
            dfs.iter().sum::<f64>() / q
        } else if dfs.iter().any(|df| *df <= 2.0) {
            2.0
        } else {
            let excess: f64 = dfs.iter().map(|df| 2.0 / (df - 2.0)).sum();
            2.0 * (excess + q) / excess
        };
        (f, df)
    }

    /// The scaled F and its degrees of freedom (Kenward & Roger 1997, section 3.2; Halekoh & Højsgaard 2014, Journal of
    /// Statistical Software 59(9), section 4.2).
    fn kenward_roger(
        &self,
        directions: &Matrix,
        estimates: &[f64],
    ) -> Result<(f64, f64), StatsError> {
        let q = estimates.len() as f64;
        let wald = quadratic(&directions.sandwich(&self.distribution.adjusted), estimates)?;
        let plain = Cholesky::of(&directions.sandwich(&self.distribution.covariance))
            .ok_or_else(singular)?
            .inverse();
        let relative: Vec<Matrix> = self
            .distribution
            .slopes
            .iter()
            .map(|slope| plain.times(&directions.sandwich(slope)))
            .collect();
        let (mut a1, mut a2) = (0.0, 0.0);
        if let Some(weights) = &self.distribution.of_variances {
            let identity = Matrix::identity(estimates.len());
            for (r, one) in relative.iter().enumerate() {
                for (s, two) in relative.iter().enumerate() {
                    let traces = one.trace_of_product(&identity) * two.trace_of_product(&identity);
                    a1 += weights[(r, s)] * traces;
                    a2 += weights[(r, s)] * one.trace_of_product(two);
                }
            }
        }
        let (df, scale) = matched_f(q, a1, a2);
        Ok((scale * wald, df))
    }
}

/// Degrees of freedom m and factor λ so that λ·F has the mean and variance of an F distribution with q and m, and is exact
/// where it can be.
fn matched_f(q: f64, a1: f64, a2: f64) -> (f64, f64) {
    if q == 1.0 {
        return (2.0 / a2, 1.0);
    }
    let b = (a1 + 6.0 * a2) / (2.0 * q);
    let g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2);
    let d = 3.0 * q + 2.0 * (1.0 - g);
    let (c1, c2, c3) = (g / d, (q - g) / d, (q + 2.0 - g) / d);
    let near_zero = |x: f64, limit: f64| x.abs() < limit;
    let (v0, v1, v2) = (1.0 + c1 * b, 1.0 - c2 * b, 1.0 - c3 * b);
    let v0 = if near_zero(v0, 1e-10) { 0.0 } else { v0 };
    let mean = 1.0 - a2 / q;
    let ratio = if near_zero(mean, 1e-14) && near_zero(v1, 1e-14) {
        1.0
    } else {
        mean / v1
    };
    let rho = ratio * ratio * v0 / v2 / q;
    let df = 4.0 + (q + 2.0) / (q * rho - 1.0);
    // pbkrtest leaves F as it is where the factor has a pole.
    let scale = if near_zero(df - 2.0, 1e-2) {
        1.0
    } else {
        df * mean / (df - 2.0)
    };
    (df, scale)
}

/// xᵀ·covariance⁻¹·x / length.
fn quadratic(covariance: &Matrix, x: &[f64]) -> Result<f64, StatsError> {
    let factor = Cholesky::of(covariance).ok_or_else(singular)?;
    Ok(dot(x, &factor.solve(x)) / x.len() as f64)
}

fn singular() -> StatsError {
    StatsError::BadModel("the combinations of coefficients to test are aliased".to_owned())
}

fn require_df(df: f64) -> Result<(), StatsError> {
    if df > 0.0 && df.is_finite() {
        return Ok(());
    }
    Err(StatsError::BadModel(format!(
        "the approximation of degrees of freedom fails (it gives {df}); there are too few groups for this model"
    )))
}
