//! The likelihood-ratio test of two nested models.

use super::matrix::dot;
use super::model::{MixedModel, State};
use crate::StatsError;
use crate::tails::chi_squared;

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
    /// The p-value for a variance among these parameters, if there is exactly one: under the null hypothesis it lies at the
    /// boundary 0, so the statistic is χ² with `df` and with `df` − 1 degrees of freedom with probability ½ each (Self & Liang
    /// 1987, JASA 82, 605–610), and `p_value` is too large. `None` if no parameter is a variance, or two are: then
    /// `p_value` is conservative.
    pub boundary_p_value: Option<f64>,
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
    let p_value = upper_tail(chi2, df);
    let variances = larger.state.levels - smaller.state.levels;
    Ok(LikelihoodRatio {
        chi2,
        df,
        p_value,
        boundary_p_value: match variances {
            1 => Some(0.5 * (p_value + upper_tail(chi2, df - 1))),
            _ => None,
        },
    })
}

/// P(χ² ≥ chi2); without degrees of freedom χ² is 0.
fn upper_tail(chi2: f64, df: usize) -> f64 {
    let p = if df == 0 {
        f64::from(u8::from(chi2 == 0.0))
    } else {
        chi_squared::upper_tail(chi2, df as f64)
    };
    p.clamp(f64::MIN_POSITIVE, 1.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_degrees_of_freedom_only_zero_is_possible() {
        assert_eq!(upper_tail(0.0, 0), 1.0);
        assert_eq!(upper_tail(1.0, 0), f64::MIN_POSITIVE);
        // R 4.2: pchisq(3, 1, lower.tail = FALSE)
        assert!((upper_tail(3.0, 1) - 0.083_264_516_663_550_56).abs() < 1e-14);
    }
}
