//! Which exit code an error of the library has.

use std::path::Path;

use rsom_stage::StageError;

use crate::PreprocessError;

/// An error of a step on the file at `path`: a wrong setting is the caller's fault, anything else the file's.
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
