//! The files into which running tasks write how far they are.

use std::path::{Path, PathBuf};

use rsom_stage::Reported;

/// The file of one running task. It is removed when dropped.
#[derive(Debug)]
pub(crate) struct ReportFile(PathBuf);

impl ReportFile {
    /// The file at a path, which need not exist.
    pub fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The last report of the task, if it wrote one.
    pub fn read(&self) -> Option<Reported> {
        Reported::read(&self.0)
    }
}

impl Drop for ReportFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// An empty folder for the files of a run. Those of a killed run go.
///
/// # Errors
/// The folder cannot be written.
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)
}
