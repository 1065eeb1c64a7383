//! The command line `rsom-stats`: `compare` and `table`.

mod compare;
mod compared_table;
mod factor;
mod measurements;
mod one_subject;
mod table;

use rsom_stage::{Definition, Parameter, StageError};

use crate::StatsError;

/// The stage `stats`.
#[must_use]
pub fn definition() -> Definition {
    Definition::new(
        "stats",
        env!("CARGO_PKG_VERSION"),
        "Paired tests and publication tables",
    )
    .revision(env!("RSOM_REVISION"))
    .command(compare::command())
    .command(table::command())
}

/// How rows of a table become samples; the same for both commands.
fn sampling_parameters() -> [Parameter; 4] {
    [
        Parameter::choice("measured_per", &["scan", "slice"], "Which rows count: those of whole scans (no slice) or those of single slices").default("scan"),
        Parameter::choice("aggregate", &["mean", "median", "none"], "How several scans or slices of one unit become one value; none: they are an error").default("mean"),
        Parameter::texts("average_over", "Columns beside scan and slice whose values are aggregated within a unit, such as a seed").default(Vec::<String>::new()),
        Parameter::map("where", "Only rows whose column has this value, such as label=4"),
    ]
}

/// What a user asked for does not fit the table, or the table breaks the contract.
fn stage_error(error: &StatsError) -> StageError {
    match error {
        StatsError::NoBaseline { .. }
        | StatsError::NoMetric { .. }
        | StatsError::BadLevel { .. }
        | StatsError::SeveralValues { .. } => StageError::usage(error),
        _ => StageError::inputs(error),
    }
}
