//! Records that workers of a cluster leave for the next run, one file for each task: no two workers write the same file.

use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic, fingerprint};

/// A folder of records.
#[derive(Debug)]
pub(crate) struct Inbox {
    folder: PathBuf,
}

impl Inbox {
    /// The inbox in a folder, which need not exist.
    pub fn at(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The records with the names of their files, the oldest first.
    pub fn read(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = std::fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .flatten();
        let files = entries.map(|entry| entry.path());
        let is_record =
            |path: &PathBuf| path.extension().is_some_and(|e| e == "json") && path.is_file();
        let mut files: Vec<PathBuf> = files.filter(is_record).collect();
        // The later of two records of a path is the one that counts.
        let time = |path: &PathBuf| path.metadata().and_then(|m| m.modified()).ok();
        files.sort_by_cached_key(|path| (time(path), path.clone()));
        let content = |path: PathBuf| Some((path.clone(), std::fs::read(path).ok()?));
        files.into_iter().filter_map(content).collect()
    }

    /// Writes the record of a task, which `key` identifies.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written.
    pub fn write(&self, key: &str, record: &[u8]) -> Result<(), StageError> {
        let name = fingerprint::of_bytes(key.as_bytes());
        atomic::write_bytes(&self.folder.join(format!("{name:.32}.json")), record)
    }

    /// Removes a record that was taken over. One that stays does no harm.
    pub fn remove(&self, file: &Path) {
        let _ = std::fs::remove_file(file);
    }
}
