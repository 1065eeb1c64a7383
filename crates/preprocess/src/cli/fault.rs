//! Maps errors of the library to exit codes.

use std::path::Path;

use rsom_stage::StageError;

use crate::PreprocessError;

/// An error of a step on the file at `path`: exit code 2 for a wrong setting, 3 for a fault of the file.
pub(super) fn of_step(path: &Path) -> impl Fn(PreprocessError) -> StageError {
    move |error| match error {
        PreprocessError::Parameter(_)
        | PreprocessError::BadSetting { .. }
        | PreprocessError::BadSpacing(_)
        | PreprocessError::EmptyRange { .. }
        | PreprocessError::TooLarge { .. } => StageError::usage(error),
        error => StageError::input(path, error),
    }
}
