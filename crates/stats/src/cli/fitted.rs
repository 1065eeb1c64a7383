//! A fitted model, and what is reported of it.

use super::model_data::ModelData;
use crate::mixed_model::{CoefficientTest, MarginalMeans, MixedModel, TermTest};

/// A fitted model, or the reason why there is none.
pub(super) struct Fitted {
    pub data: ModelData,
    pub n_subjects: Option<usize>,
    pub result: Result<Results, String>,
    pub notes: Vec<String>,
}

/// What is reported of a model.
pub(super) struct Results {
    pub model: MixedModel,
    pub coefficients: Vec<CoefficientTest>,
    pub terms: Vec<TermTest>,
    /// The adjusted p-value of each term.
    pub p_adjusted: Vec<Option<f64>>,
    /// The factors of `--means-of` with their means.
    pub means: Vec<(String, MarginalMeans)>,
}
