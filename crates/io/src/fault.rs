//! Which exit code an error of a library gets.

use std::fmt::Display;
use std::path::Path;

use rsom_stage::{StageError, atomic};

/// Who can mend an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// Nobody: the caller asked to stop.
    Caller,
    /// The person who chose the parameters.
    Settings,
    /// The person who made the weights file or, for a new network, chose its parameters.
    Network,
    /// The person who made the file.
    File,
    /// The authors of this program.
    Program,
}

/// An error of a library, as a command line reports it.
pub trait Fault: Display {
    /// Who can mend it.
    fn blame(&self) -> Blame;
}

/// The error of a command for an error that occurred while it used the file at `path`.
pub fn of_file(path: &Path, error: impl Fault) -> StageError {
    match error.blame() {
        Blame::Caller => StageError::interrupted(),
        Blame::Settings => StageError::usage(error),
        Blame::Program => StageError::failure(error),
        Blame::File | Blame::Network => StageError::input(path, error),
    }
}

/// The error of a command for an error that occurred after all files were read.
pub fn of_run(error: impl Fault) -> StageError {
    match error.blame() {
        Blame::Caller => StageError::interrupted(),
        Blame::Settings | Blame::Network => StageError::usage(error),
        Blame::File | Blame::Program => StageError::failure(error),
    }
}

/// Reads a weights file and parses its bytes.
///
/// # Errors
/// Exit code 3: the file cannot be read, or `parse` refuses it.
pub fn load_weights<M, E: Fault>(
    path: &Path,
    parse: impl Fn(&[u8]) -> Result<M, E>,
) -> Result<M, StageError> {
    let bytes = std::fs::read(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
    if bytes.is_empty() {
        return Err(StageError::input(path, "the file is empty"));
    }
    parse(&bytes).map_err(|e| of_file(path, e))
}
