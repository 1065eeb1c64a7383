//! Which exit code an error of the library has.

use std::path::Path;

use rsom_stage::{StageError, atomic};

use crate::{Model, VesselsegError};

/// An error that the file at `path` causes, or that is nobody's file's.
pub(super) fn of_file(path: &Path, error: VesselsegError) -> StageError {
    match error {
        VesselsegError::Stopped => StageError::interrupted(),
        error @ VesselsegError::Tensor(_) => StageError::failure(error),
        fault => StageError::input(path, fault),
    }
}

/// An error of a run whose files are all fine.
pub(super) fn of_run(error: VesselsegError) -> StageError {
    match error {
        VesselsegError::Stopped => StageError::interrupted(),
        error @ (VesselsegError::Settings(_) | VesselsegError::Network(_)) => {
            StageError::usage(error)
        }
        error => StageError::failure(error),
    }
}

/// Reads a weights file.
pub(super) fn load(weights: &Path) -> Result<Model, StageError> {
    let bytes =
        std::fs::read(weights).map_err(|e| StageError::input(weights, atomic::plain(&e)))?;
    Model::from_bytes(&bytes).map_err(|e| of_file(weights, e))
}
