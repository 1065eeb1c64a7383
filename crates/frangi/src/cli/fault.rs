//! Which exit code an error of the library has.

use std::path::Path;

use rsom_stage::{StageError, atomic};

use crate::{FrangiError, Model};

/// An error that the file at `path` causes, or that is nobody's file's.
pub(super) fn of_file(path: &Path, error: FrangiError) -> StageError {
    match error {
        FrangiError::Stopped => StageError::interrupted(),
        error @ FrangiError::Settings(_) => StageError::usage(error),
        fault => StageError::input(path, fault),
    }
}

/// Reads a weights file.
pub(super) fn load(weights: &Path) -> Result<Model, StageError> {
    let bytes =
        std::fs::read(weights).map_err(|e| StageError::input(weights, atomic::plain(&e)))?;
    Model::from_bytes(&bytes).map_err(|e| StageError::input(weights, e))
}
