//! The likelihood-ratio test of two nested models.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::matrix::dot;
use super::model::{MixedModel, State};
use crate::StatsError;

/// Largest part of a column of the smaller model that may be left when it counts as a combination of the larger one's.
const NOT_NESTED: f64 = 1e-7;

/// Result of a likelihood-ratio test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LikelihoodRatio {
    /// 2·(ln L of the larger model − ln L of the smaller one); not negative.
    pub chi2: f64,
    /// Number of parameters that only the larger model has.
    pub df: usize,
    /// Upper tail probability of χ², in (0, 1].
    pub p_value: f64,
    /// Whether one of these parameters is a variance. It lies at the boundary under the null hypothesis, so p is too large:
    /// up to twice the right one for a single variance (Self & Liang 1987, JASA 82, 605–610).
    pub at_boundary: bool,
}

/// Compares two nested models that were fitted to the same rows by maximum likelihood (Wilks 1938). Equal to
/// `anova(smaller, larger)` of lme4, which fits again by ML when needed; here the fits must be by ML.
///
/// # Errors
/// Fits by REML; models of other rows or outcomes; models that are not nested, or that are equal.
pub fn likelihood_ratio(
    smaller: &MixedModel,
    larger: &MixedModel,
) -> Result<LikelihoodRatio, StatsError> {
    let refuse = |problem: &str| Err(StatsError::BadModel(problem.to_owned()));
    if smaller.reml || larger.reml {
        return refuse(
            "a likelihood-ratio test needs both models fitted by maximum likelihood (ML)",
        );
    }
    if smaller.rows != larger.rows || smaller.state.outcome != larger.state.outcome {
        return refuse(
            "a likelihood-ratio test needs both models fitted to the same rows; leave out rows with a missing value in either model first",
        );
    }
    if !nested(&smaller.state, &larger.state) {
        return refuse(
            "the first model is not nested in the second: it has a fixed or random effect that the second lacks",
        );
    }
    let df = larger.n_parameters.saturating_sub(smaller.n_parameters);
    if df == 0 {
        return refuse("the two models are the same; there is nothing to test");
    }
    let chi2 = (2.0 * (larger.log_likelihood - smaller.log_likelihood)).max(0.0);
    let p_value = ChiSquared::new(df as f64)
        .map_err(|e| StatsError::BadModel(e.to_string()))?
        .sf(chi2);
    Ok(LikelihoodRatio {
        chi2,
        df,
        p_value: p_value.clamp(f64::MIN_POSITIVE, 1.0),
        at_boundary: larger.state.levels > smaller.state.levels,
    })
}

fn nested(smaller: &State, larger: &State) -> bool {
    let random = smaller.levels <= larger.levels
        && smaller
            .groups
            .iter()
            .zip(&larger.groups)
            .all(|(a, b)| a == b);
    // Columns have length 1.
    let inside = |column: &[f64]| {
        let mut rest = column.to_vec();
        for direction in &larger.q {
            let part = dot(direction, &rest);
            for (value, d) in rest.iter_mut().zip(direction) {
                *value -= part * d;
            }
        }
        dot(&rest, &rest).sqrt() < NOT_NESTED
    };
    random && smaller.q.iter().all(|column| inside(column))
}
