//! Maps errors of the library to exit codes.

use rsom_stage::StageError;

use crate::StatsError;

/// Exit code 2 when a parameter does not match the table, 3 when the table breaks the contract.
pub(super) fn stage_error(error: &StatsError) -> StageError {
    match error {
        StatsError::NoBaseline { .. }
        | StatsError::NoMetric { .. }
        | StatsError::BadLevel { .. }
        | StatsError::BadSetting { .. }
        | StatsError::BadFormula { .. }
        | StatsError::UnknownColumn { .. }
        | StatsError::NoMargin(_)
        | StatsError::NoPolicy(_)
        | StatsError::SharedUnits { .. }
        | StatsError::SeveralValues { .. } => StageError::usage(error),
        _ => StageError::inputs(error),
    }
}
