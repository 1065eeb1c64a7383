//! Parameters, shared by both commands, that turn rows of a table into samples.

use std::collections::BTreeMap;

use rsom_parameters::Parameters;

use super::measurements::MeasuredPer;
use crate::Aggregate;

/// Selects rows, and aggregates values of one unit.
#[derive(Debug, Parameters)]
pub(super) struct Sampling {
    /// Rows to use: measures of whole scans (no slice) or of single slices.
    #[parameter(default = MeasuredPer::Scan, advanced)]
    pub measured_per: MeasuredPer,
    /// Aggregation of several values of one unit; 'none' refuses them.
    #[parameter(default = Aggregate::Mean, advanced)]
    pub aggregate: Aggregate,
    /// Columns to aggregate over within a unit, in addition to scan and slice, such as seed.
    #[parameter(default = Vec::new(), advanced)]
    pub average_over: Vec<String>,
    /// Use only rows with this value in a column, such as label=4, or with one of several: slice=1|2|9.
    #[parameter(advanced)]
    pub r#where: BTreeMap<String, String>,
}

/// Check of a parameter that lists columns.
pub(super) fn at_least_one(columns: &[String]) -> Result<(), String> {
    match columns.is_empty() {
        true => Err("give at least one column".into()),
        false => Ok(()),
    }
}
