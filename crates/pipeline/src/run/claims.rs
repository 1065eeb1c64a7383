//! Claims of workers on tasks: two workers never run the same task at the same time.

use std::fs::{File, TryLockError};

use rsom_stage::{StageError, atomic};

use crate::assess::workdir::Workdir;

/// A claim on a task, until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Claim {
    _file: File,
}

impl Claim {
    /// Claims the task with this name of a note. `None` if another worker has it.
    ///
    /// # Errors
    /// Exit code 4: the workdir cannot be written.
    pub fn on(workdir: &Workdir, name: &str) -> Result<Option<Self>, StageError> {
        let folder = workdir.claims();
        let path = folder.join(name);
        let failed = |e: std::io::Error| StageError::output(&path, atomic::plain(&e));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        let file = options.open(&path).map_err(failed)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // A file system of a cluster may have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Self { _file: file })),
        }
    }
}
