//! Subjects, and cohorts of them.

pub(crate) mod cohort;
pub(crate) mod subject;
