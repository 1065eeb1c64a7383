//! Hashes of files for those who prepare a run: what the run will ask for again is then known to it.

use std::io;
use std::path::Path;

use rsom_stage::StageError;

use crate::assess::hashes::Hashes;
use crate::assess::workdir::Workdir;

/// sha256 of files, remembered in a workdir as long as a file is not written to, replaced or moved.
#[derive(Debug)]
pub struct FileHashes(Hashes);

impl FileHashes {
    /// Those that a workdir remembers.
    #[must_use]
    pub fn of_workdir(folder: &Path) -> Self {
        let workdir = Workdir::new(folder);
        Self(Hashes::read(&workdir.hashes(), workdir.root()))
    }

    /// The sha256 of a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn of_path(&mut self, path: &Path) -> io::Result<String> {
        self.0.of_path(path)
    }

    /// Remembers them for the run.
    ///
    /// # Errors
    /// Exit code 4: the workdir cannot be written.
    pub fn save(&mut self) -> Result<(), StageError> {
        self.0.save(true)
    }
}
