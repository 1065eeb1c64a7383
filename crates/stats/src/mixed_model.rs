//! Linear mixed models with random intercepts, and linear models.
//!
//! [`Formula::parse`] reads a formula, [`fit`] estimates it from a [`Table`]. Tests follow from the fitted model:
//! [`coefficient_tests`], [`term_tests`], [`marginal_means`], [`likelihood_ratio`], [`r_squared`].
//!
//! ```
//! use rsom_stats::mixed_model::{
//!     Column, DfMethod, FitConfig, Formula, Likelihood, Table, coefficient_tests, fit,
//! };
//!
//! let table = Table::new(vec![
//!     ("subject", Column::Texts(&["a", "a", "a", "b", "b", "b", "c", "c", "c"])),
//!     ("s", Column::Numbers(&[0., 10., 30., 0., 10., 30., 0., 10., 30.])),
//!     ("ra_um", Column::Numbers(&[9.1, 8.0, 6.2, 11.3, 10.1, 9.2, 10.4, 8.7, 7.1])),
//! ])?;
//! let formula = Formula::parse("ra_um ~ s + (1|subject)")?;
//! let config = FitConfig {
//!     likelihood: Likelihood::Reml,
//!     references: Vec::new(),
//! };
//! let model = fit(&formula, &table, &config)?;
//! let tests = coefficient_tests(&model, DfMethod::KenwardRoger, 0.95)?;
//! assert!(tests[1].estimate.interval.high < 0.0);
//! # Ok::<(), rsom_stats::StatsError>(())
//! ```

mod blocks;
mod cholesky;
mod coding;
mod coefficient_tests;
mod contrast_test;
mod criterion;
mod degrees_of_freedom;
mod design;
mod eigen;
mod estimable;
mod fit;
mod formula;
mod frame;
mod grouping;
mod identifiable;
mod likelihood_ratio;
mod marginal_means;
mod matrix;
mod model;
mod moments;
mod optimum;
mod orthonormal;
mod parser;
mod predictors;
mod r_squared;
mod table;
mod term_tests;
#[cfg(test)]
mod tests;
mod token;

pub use coefficient_tests::{CoefficientTest, coefficient_tests};
pub use contrast_test::Estimate;
pub use degrees_of_freedom::DfMethod;
pub use fit::{FitConfig, Likelihood, fit};
pub use formula::{Formula, Term, Variable};
pub use likelihood_ratio::{LikelihoodRatio, likelihood_ratio};
pub use marginal_means::{MarginalMean, MarginalMeans, MeanContrast, marginal_means};
pub use model::{MixedModel, RandomIntercept};
pub use r_squared::{RSquared, r_squared};
pub use table::{Column, Table};
pub use term_tests::{TermTest, TestType, term_tests};
