//! Linear mixed models with random intercepts, and linear models.
//!
//! [`Formula::parse`] reads a formula, [`fit`] estimates it from a [`Table`]. Tests follow from the fitted model:
//! [`coefficient_tests`], [`term_tests`], [`marginal_means`], [`likelihood_ratio`], [`r_squared`].

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
mod student;
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
