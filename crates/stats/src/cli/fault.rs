//! Faults of a test, as exit codes.

use rsom_stage::StageError;

use crate::StatsError;

/// What a user asked for does not fit the table, or the table breaks the contract.
pub(super) fn stage_error(error: &StatsError) -> StageError {
    match error {
        StatsError::NoBaseline { .. }
        | StatsError::NoMetric { .. }
        | StatsError::BadLevel { .. }
        | StatsError::SeveralValues { .. } => StageError::usage(error),
        _ => StageError::inputs(error),
    }
}
