//! The share of variance that a model explains.

use super::matrix::dot;
use super::model::MixedModel;

/// Shares of variance, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RSquared {
    /// Share of the fixed effects.
    pub marginal: f64,
    /// Share of fixed effects and random intercepts.
    pub conditional: f64,
}

/// R² of Nakagawa & Schielzeth (2013, Methods in Ecology and Evolution 4, 133–142): with the sample variance (n − 1) of the
/// values fitted by fixed effects, σ_f², the marginal R² is σ_f² / (σ_f² + Σσ_b² + σ²), the conditional one
/// (σ_f² + Σσ_b²) / (σ_f² + Σσ_b² + σ²). Equal to `performance::r2_nakagawa` and `MuMIn::r.squaredGLMM`. For a singular fit
/// the former leaves all random intercepts out and gives no conditional R²; here both are the formula's.
///
/// For a model without random intercepts both are the ordinary R² of `lm`: 1 − RSS / TSS, with TSS about the mean, or about
/// zero if the formula has no intercept.
#[must_use]
pub fn r_squared(model: &MixedModel) -> RSquared {
    let scale = model.state.scale;
    let scaled = |values: &[f64]| values.iter().map(|v| v / scale).collect::<Vec<f64>>();
    if model.random_intercepts.is_empty() {
        let residuals = scaled(&model.residuals);
        let outcome = scaled(&model.state.outcome);
        let total = if model.state.design.intercept {
            sum_of_squares_about_mean(&outcome)
        } else {
            dot(&outcome, &outcome)
        };
        let share = (1.0 - dot(&residuals, &residuals) / total).clamp(0.0, 1.0);
        return RSquared {
            marginal: share,
            conditional: share,
        };
    }
    let fitted = scaled(&model.fitted_fixed);
    // Without terms all fitted values are equal, up to noise.
    let fixed = if model.state.design.terms.is_empty() {
        0.0
    } else {
        sum_of_squares_about_mean(&fitted) / (fitted.len() as f64 - 1.0)
    };
    let random = model.state.variance * (model.state.ratios.inner + model.state.ratios.outer);
    let total = fixed + random + model.state.variance;
    RSquared {
        marginal: fixed / total,
        conditional: (fixed + random) / total,
    }
}

fn sum_of_squares_about_mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean: f64 = values.iter().map(|v| v / n).sum();
    values.iter().map(|v| (v - mean) * (v - mean)).sum()
}
