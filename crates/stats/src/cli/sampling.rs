//! How rows of a table become samples; the same for both commands.

use std::collections::BTreeMap;

use rsom_parameters::Parameters;

use super::measurements::MeasuredPer;
use crate::Aggregate;

/// Which rows count, and how values of one unit are condensed.
#[derive(Debug, Parameters)]
pub(super) struct Sampling {
    /// Rows to use: measures of whole scans (no slice) or of single slices.
    #[parameter(default = MeasuredPer::Scan)]
    pub measured_per: MeasuredPer,
    /// How to condense several values of one unit; 'none' refuses them.
    #[parameter(default = Aggregate::Mean)]
    pub aggregate: Aggregate,
    /// Further columns to aggregate over within a unit, in addition to scan and slice, such as seed.
    #[parameter(default = Vec::new())]
    pub average_over: Vec<String>,
    /// Use only the rows with this value in a column, such as label=4.
    pub r#where: BTreeMap<String, String>,
}

/// The rule of a parameter that names columns.
pub(super) fn at_least_one(columns: &Vec<String>) -> Result<(), String> {
    match columns.is_empty() {
        true => Err("name at least one column".into()),
        false => Ok(()),
    }
}
