//! Hashes of files for callers that prepare a run: the run finds them in its cache.

use std::io;
use std::path::Path;

use rsom_stage::StageError;

use crate::assess::hashes::Hashes;
use crate::assess::workdir::Workdir;

/// sha256 of files, cached in a workdir until a file is written, replaced or moved.
#[derive(Debug)]
pub struct FileHashes(Hashes);

impl FileHashes {
    /// Reads the cache of a workdir.
    #[must_use]
    pub fn of_workdir(folder: &Path) -> Self {
        let workdir = Workdir::new(folder);
        Self(Hashes::read(&workdir.hashes(), workdir.root()))
    }

    /// The sha256 of a file.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_path(&mut self, path: &Path) -> io::Result<String> {
        self.0.of_path(path)
    }

    /// Stores the hashes for the run.
    ///
    /// # Errors
    /// Exit code 4: the workdir cannot be written.
    pub fn save(&mut self) -> Result<(), StageError> {
        self.0.save(true)
    }
}
