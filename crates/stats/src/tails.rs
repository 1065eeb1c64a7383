//! Tail probabilities and quantiles of the distributions that test statistics have.

pub(crate) mod chi_squared;
pub(crate) mod incomplete_beta;
pub(crate) mod noncentral_t;
pub(crate) mod normal;
pub(crate) mod student_t;
pub(crate) mod variance_ratio;
