//! Which exit code an error of a library has.

use std::fmt::Display;
use std::path::Path;

use rsom_stage::{StageError, atomic};

use crate::TrainingError;

/// Who can mend an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// Nobody: the caller asked to stop.
    Caller,
    /// Whoever chose the parameters.
    Settings,
    /// Whoever made the file, or chose the parameters of a network that is not from a file.
    Network,
    /// Whoever made the file.
    File,
    /// Whoever wrote this program.
    Program,
}

/// An error of a library, as a command line reports it.
pub trait Fault: Display {
    /// Who can mend it.
    fn blame(&self) -> Blame;
}

impl Fault for TrainingError {
    fn blame(&self) -> Blame {
        match self {
            Self::Stopped => Blame::Caller,
            Self::Settings(_) => Blame::Settings,
            _ => Blame::File,
        }
    }
}

/// An error that the file at `path` causes, or that is nobody's file's.
pub fn of_file(path: &Path, error: impl Fault) -> StageError {
    match error.blame() {
        Blame::Caller => StageError::interrupted(),
        Blame::Settings => StageError::usage(error),
        Blame::Program => StageError::failure(error),
        Blame::File | Blame::Network => StageError::input(path, error),
    }
}

/// An error of a run whose files are all fine.
pub fn of_run(error: impl Fault) -> StageError {
    match error.blame() {
        Blame::Caller => StageError::interrupted(),
        Blame::Settings | Blame::Network => StageError::usage(error),
        Blame::File | Blame::Program => StageError::failure(error),
    }
}

/// What `read` makes of the bytes of a weights file.
///
/// # Errors
/// Exit code 3: the file cannot be read, or `read` refuses it.
pub fn load_weights<M, E: Fault>(
    path: &Path,
    read: impl Fn(&[u8]) -> Result<M, E>,
) -> Result<M, StageError> {
    let bytes = std::fs::read(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
    read(&bytes).map_err(|e| of_file(path, e))
}
