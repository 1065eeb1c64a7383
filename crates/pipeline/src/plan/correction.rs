//! A file of a user in the place of an output.

use std::path::PathBuf;

/// A file of a user in the place of an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Index of the task whose output is corrected.
    pub task: usize,
    /// Index of the output within that task.
    pub output: usize,
    /// Absolute path of the user's file.
    pub path: PathBuf,
    /// The note of the user. Empty if there is none.
    pub note: String,
}
