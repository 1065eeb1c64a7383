//! The mark of a run on its processes.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rsom_stage::{StageError, atomic};

/// The environment variable that marks the processes of a run.
pub(crate) const RUN_VARIABLE: &str = "RSOM_RUN";

/// The mark of a run in the environment of its processes, and a file that names it. The file is removed when dropped, so that
/// it remains only if the run is killed. It is there before the first process: no process can escape.
#[derive(Debug)]
pub(crate) struct Mark(PathBuf);

impl Mark {
    /// Writes the mark of this run into a folder.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written.
    pub fn write(folder: &Path) -> Result<Self, StageError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_nanos();
        let path = folder.join(format!("{}-{now}", std::process::id()));
        atomic::write_bytes(&path, b"")?;
        Ok(Self(path))
    }

    /// The text of the mark.
    pub fn text(&self) -> String {
        name(&self.0)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The text of the mark in a file.
pub(crate) fn name(mark: &Path) -> String {
    let name = mark.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
