//! The command line `rsom-stats`: `compare` and `table`.

mod compare;
mod compared_table;
mod factor;
mod measurements;
mod one_subject;
mod sampling;
mod table;

use rsom_stage::{Definition, StageError};

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
