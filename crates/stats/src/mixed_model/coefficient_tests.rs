//! The table of coefficients.

use super::contrast_test::{Estimate, Tests};
use super::degrees_of_freedom::DfMethod;
use super::model::MixedModel;
use crate::StatsError;

/// A coefficient with its t-test.
#[derive(Debug, Clone, PartialEq)]
pub struct CoefficientTest {
    /// Name, as in [`MixedModel::coefficient_names`].
    pub name: String,
    /// Estimate and test.
    pub estimate: Estimate,
}

/// Tests each coefficient against zero, with confidence intervals.
///
/// Agrees with `coef(summary(lmerTest::lmer(…), ddf = "Satterthwaite"))` and `ddf = "Kenward-Roger"`, and with
/// `summary(lm(…))` for a model without random intercepts.
///
/// # Errors
/// A confidence outside (0, 1); Kenward–Roger after a fit by ML; variances without information on their precision.
pub fn coefficient_tests(
    model: &MixedModel,
    method: DfMethod,
    confidence: f64,
) -> Result<Vec<CoefficientTest>, StatsError> {
    let tests = Tests::of(model, method)?;
    let names = model.coefficient_names.iter().enumerate();
    names
        .map(|(j, name)| {
            let mut weights = vec![0.0; model.coefficients.len()];
            weights[j] = 1.0;
            Ok(CoefficientTest {
                name: name.clone(),
                estimate: tests.estimate(&weights, confidence)?,
            })
        })
        .collect()
}
