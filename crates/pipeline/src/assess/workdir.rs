//! The workdir: the folder with outputs, `run.json` and the engine's own records.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic};

/// Folder of the engine's own records.
pub(crate) const FOLDER: &str = ".rsom";
/// The report of the last run.
pub(crate) const REPORT: &str = "run.json";

/// The paths inside a workdir.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workdir {
    root: PathBuf,
}

/// Excludes other runs from a workdir until it is dropped or its process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// A run that uses a workdir.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ActiveRun {
    /// Id of its process. `None` if the lock file does not contain one.
    process: Option<u32>,
    /// Whether it only takes over what workers recorded. Such a one ends soon, and others wait for it.
    pub collects: bool,
}

/// The word after the process id in the lock file of one that collects.
const COLLECTS: &str = "collects";

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

    /// The file of cached hashes.
    pub fn hashes(&self) -> PathBuf {
        self.root.join(FOLDER).join("hashes.json")
    }

    /// The file of the records of finished tasks.
    pub fn records(&self) -> PathBuf {
        self.root.join(FOLDER).join("records.jsonl")
    }

    /// Folder of records that workers of a cluster wrote, one file for each task. The next run takes them over.
    pub fn inbox(&self) -> PathBuf {
        self.root.join(FOLDER).join("inbox")
    }

    /// Folder of the locks by which workers of a cluster claim tasks.
    pub fn claims(&self) -> PathBuf {
        self.root.join(FOLDER).join("claims")
    }

    /// Folder of notes on tasks that started and were not recorded.
    pub fn started(&self) -> PathBuf {
        self.root.join(FOLDER).join("started")
    }

    /// Folder of copies of the user's files in output folders and at the paths of sidecars, while their tasks run.
    pub fn copies(&self) -> PathBuf {
        self.root.join(FOLDER).join("copies")
    }

    /// Folder in which the outputs of a task are put together before they take their places.
    pub fn taken(&self, label: &str) -> PathBuf {
        self.all_taken().join(Self::file_name(label))
    }

    /// The folder of all of these.
    pub fn all_taken(&self) -> PathBuf {
        self.root.join(FOLDER).join("taken")
    }

    /// Folder of files that were moved out of the way.
    pub fn kept(&self) -> PathBuf {
        self.root.join(FOLDER).join("kept")
    }

    /// Folder of notes on running processes.
    pub fn running(&self) -> PathBuf {
        self.root.join(FOLDER).join("running")
    }

    /// Folder of the files in which running tasks report how far they are.
    pub fn reports(&self) -> PathBuf {
        self.root.join(FOLDER).join("progress")
    }

    /// The path of the file in which a running task reports how far it is, relative to the workdir.
    pub fn progress(label: &str) -> String {
        format!("{FOLDER}/progress/{}", Self::file_name(label))
    }

    /// The path of a task's log, relative to the workdir. Different labels have different logs.
    pub fn log(label: &str) -> String {
        format!("{FOLDER}/logs/{}.log", Self::file_name(label))
    }

    /// A name for a file of a task. Different labels have different names.
    fn file_name(label: &str) -> String {
        /// In bytes. File systems allow 255 bytes for a name.
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
        name
    }

    /// Creates the folders and takes the lock.
    ///
    /// The operating system holds the lock on an open file. It ends with the process, so that a killed run leaves no lock.
    ///
    /// # Errors
    /// Exit code 4 if the folder cannot be written. Exit code 1 if another run uses it.
    pub fn lock(&self) -> Result<Lock, StageError> {
        self.lock_as("")?.ok_or_else(|| {
            let run = ActiveRun::read(&self.root.join(FOLDER).join("lock"));
            let root = self.root.display();
            StageError::failure(format_args!(
                "{root}: another run uses this folder{run}, or a task of a cluster"
            ))
        })
    }

    /// Like [`Self::lock`], for taking over what workers recorded: workers wait for its end. `None` if a run or a worker uses the folder.
    ///
    /// # Errors
    /// Exit code 4 if the folder cannot be written.
    pub fn lock_to_collect(&self) -> Result<Option<Lock>, StageError> {
        self.lock_as(COLLECTS)
    }

    fn lock_as(&self, what: &str) -> Result<Option<Lock>, StageError> {
        let path = self.root.join(FOLDER).join("lock");
        let failed = |e: std::io::Error| StageError::output(&path, atomic::plain(&e));
        let logs = self.root.join(FOLDER).join("logs");
        std::fs::create_dir_all(&logs).map_err(|e| StageError::output(&logs, atomic::plain(&e)))?;
        let mut file = (File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true))
        .open(&path)
        .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0).map_err(failed)?;
        writeln!(file, "{} {what}", std::process::id()).map_err(failed)?;
        Ok(Some(Lock { _file: file }))
    }

    /// Creates the folders, and keeps runs out of the workdir, but not other workers. `None` if a run uses it.
    ///
    /// # Errors
    /// Exit code 4 if the folder cannot be written.
    pub fn share(&self) -> Result<Option<Lock>, StageError> {
        let path = self.root.join(FOLDER).join("lock");
        let failed = |e: std::io::Error| StageError::output(&path, atomic::plain(&e));
        let logs = self.root.join(FOLDER).join("logs");
        std::fs::create_dir_all(&logs).map_err(|e| StageError::output(&logs, atomic::plain(&e)))?;
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        let file = options.open(&path).map_err(failed)?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // A file system of a cluster may have no locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Lock { _file: file })),
        }
    }

    /// The run that uses this workdir now, if there is one.
    pub fn active_run(&self) -> Option<ActiveRun> {
        let path = self.root.join(FOLDER).join("lock");
        let file = File::open(&path).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(ActiveRun::read(&path)),
            _ => None,
        }
    }
}

impl ActiveRun {
    /// Reads the process id from a lock file.
    fn read(lock: &Path) -> Self {
        let text = std::fs::read_to_string(lock).unwrap_or_default();
        let mut words = text.split_whitespace();
        Self {
            process: words.next().and_then(|word| word.parse().ok()),
            collects: words.next() == Some(COLLECTS),
        }
    }
}

impl fmt::Display for ActiveRun {
    /// ` (process 12)`, or nothing if the id is unknown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.process {
            Some(process) => write!(f, " (process {process})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_is_kept_out_and_a_dead_one_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let workdir = Workdir::new(folder.path());
        assert_eq!(workdir.active_run(), None);
        // What a killed run leaves: a lock file with the id of a process that has ended.
        std::fs::create_dir_all(folder.path().join(FOLDER)).unwrap();
        std::fs::write(folder.path().join(FOLDER).join("lock"), "4194304999\n").unwrap();
        let lock = workdir.lock().unwrap();
        let error = workdir.lock().unwrap_err().to_string();
        assert!(
            error.contains("another run uses this folder (process "),
            "{error}"
        );
        let process = Some(std::process::id());
        let collects = false;
        let run = ActiveRun { process, collects };
        assert_eq!(workdir.active_run(), Some(run));
        assert!(workdir.share().unwrap().is_none());
        drop(lock);
        let lock = workdir.lock_to_collect().unwrap().unwrap();
        assert!(workdir.active_run().is_some_and(|run| run.collects));
        drop(lock);
        assert!(workdir.lock().is_ok());
        let workers = [workdir.share().unwrap(), workdir.share().unwrap()];
        assert!(workers.iter().all(Option::is_some));
        assert!(workdir.lock().is_err());
        assert!(workdir.lock_to_collect().unwrap().is_none());
        assert_eq!(workdir.active_run(), None);
        drop(workers);
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
