//! The folder of a run: outputs, `run.json`, and the engine's own records.

use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic};

/// Folder of the engine's own records.
pub(crate) const FOLDER: &str = ".rsom";
/// The report of the last run.
pub(crate) const REPORT: &str = "run.json";

/// Where things lie in a workdir.
#[derive(Debug, Clone)]
pub(crate) struct Workdir {
    root: PathBuf,
}

/// Keeps other runs out of a workdir until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Workdir {
    /// The layout under a folder.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The report of the last run.
    pub fn report(&self) -> PathBuf {
        self.root.join(REPORT)
    }

    /// Hashes of files that have not changed since.
    pub fn hashes(&self) -> PathBuf {
        self.root.join(FOLDER).join("hashes.json")
    }

    /// Folder of the records of finished tasks.
    pub fn records(&self) -> PathBuf {
        self.root.join(FOLDER).join("tasks")
    }

    /// Folder of notes on running processes.
    pub fn running(&self) -> PathBuf {
        self.root.join(FOLDER).join("running")
    }

    /// The log of a task, relative to the workdir.
    pub fn log(label: &str) -> String {
        /// File systems allow 255 bytes for a name.
        const LONGEST: usize = 180;
        let plain = |c: char| c.is_ascii_alphanumeric() || "=._-".contains(c);
        let replaced = |c| match c {
            ' ' => ',',
            c if plain(c) => c,
            _ => '-',
        };
        let mut name: String = label.chars().map(replaced).collect();
        if name.replace(',', " ") != label || name.len() > LONGEST {
            let hash = rsom_stage::fingerprint::of_bytes(label.as_bytes());
            name.truncate(LONGEST);
            name = format!("{name}-{}", &hash[..8]);
        }
        format!("{FOLDER}/logs/{name}.log")
    }

    /// Makes the folders and takes the lock.
    ///
    /// The lock is the operating system's, on an open file: it ends with the process, so that a killed run leaves none.
    ///
    /// # Errors
    /// Exit code 4 when the folder cannot be written; exit code 1 when another run is at work here.
    pub fn lock(&self) -> Result<Lock, StageError> {
        let path = self.root.join(FOLDER).join("lock");
        let failed = |e: std::io::Error| StageError::output(&path, atomic::plain(&e));
        for folder in [self.records(), self.root.join(FOLDER).join("logs")] {
            std::fs::create_dir_all(&folder)
                .map_err(|e| StageError::output(&folder, atomic::plain(&e)))?;
        }
        let mut file = (File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true))
        .open(&path)
        .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let by = holder(&path).map_or_else(String::new, |pid| format!(" (process {pid})"));
                let root = self.root.display();
                return Err(StageError::failure(format_args!(
                    "{root}: another run is at work here{by}"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).map_err(failed)?;
        writeln!(file, "{}", std::process::id()).map_err(failed)?;
        Ok(Lock { _file: file })
    }

    /// The process of the run that is at work here, if there is one.
    pub fn at_work(&self) -> Option<u32> {
        let path = self.root.join(FOLDER).join("lock");
        let file = File::open(&path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(holder(&path).unwrap_or_default()),
            _ => None,
        }
    }
}

fn holder(path: &Path) -> Option<u32> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_kept_out_and_a_dead_one_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let workdir = Workdir::new(folder.path());
        assert_eq!(workdir.at_work(), None);
        // What a killed run leaves: a file with the number of a process that is no more.
        std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        std::fs::write(folder.path().join(FOLDER).join("lock"), "4194304999\n").unwrap();
        let lock = workdir.lock().unwrap();
        let error = workdir.lock().unwrap_err().to_string();
        assert!(error.contains("another run is at work here"), "{error}");
        assert_eq!(workdir.at_work(), Some(std::process::id()));
        drop(lock);
        assert!(workdir.lock().is_ok());
    }

    #[test]
    fn logs_of_different_tasks_have_different_names() {
        assert_eq!(
            Workdir::log("train net=unet s=0.5"),
            ".rsom/logs/train,net=unet,s=0.5.log"
        );
        assert_ne!(Workdir::log("import a/b"), Workdir::log("import a:b"));
        assert!(Workdir::log(&"x".repeat(999)).len() < 240);
    }
}
