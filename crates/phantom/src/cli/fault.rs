//! Which exit code an error of the library has.

use rsom_stage::StageError;

use crate::PhantomError;

/// A phantom is made of settings alone: whatever is wrong with it is a wrong setting.
#[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
pub(super) fn of_settings(error: PhantomError) -> StageError {
    StageError::usage(error)
}
