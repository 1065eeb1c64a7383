//! Agreement of two methods, and of raters.

mod bland_altman;
mod bland_altman_repeated;
mod concordance;
mod icc;
mod limits;
mod measures;
mod passing_bablok;
mod spearman;
mod spearman_exact;

pub use bland_altman::{BlandAltman, ProportionalBias, bland_altman};
pub use bland_altman_repeated::{RepeatedBlandAltman, bland_altman_repeated};
pub use concordance::{Concordance, concordance};
pub use icc::{Icc, IccForm, icc};
pub use limits::{AgreementConfig, Limit};
pub use measures::{
    AgreementMeasure, AgreementMeasures, agreement_measures, rater_measures,
    repeated_agreement_measures,
};
pub use passing_bablok::{PassingBablok, passing_bablok};
pub use spearman::{Spearman, SpearmanMethod, spearman};
