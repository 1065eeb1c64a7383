//! What a store holds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rsom_stage::StageError;
use walkdir::WalkDir;

use crate::entry::Entry;
use crate::key::Key;
use crate::store::Store;

/// What a store holds.
#[derive(Debug, Default)]
pub struct Usage {
    /// The entries, the one that was not used for longest first.
    pub entries: Vec<Used>,
    /// The sizes in bytes of all contents, by sha256.
    pub contents: BTreeMap<String, u64>,
    /// Files that belong to no entry and are no content: broken entries, and what killed programs left.
    pub broken: Vec<PathBuf>,
}

/// An entry in a store.
#[derive(Debug, Clone)]
pub struct Used {
    /// Its key.
    pub key: Key,
    /// The entry.
    pub entry: Entry,
    /// When it was added or last taken.
    pub last: SystemTime,
}

impl Usage {
    /// The size of all contents in bytes. Outputs that several entries have count once.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.contents.values().sum()
    }

    /// The contents that no entry names.
    #[must_use]
    pub fn unnamed(&self) -> Vec<String> {
        let entries = self.entries.iter();
        let named: BTreeSet<&String> = entries
            .flat_map(|used| used.entry.outputs.values())
            .map(|stored| &stored.sha256)
            .collect();
        let all = self.contents.keys();
        all.filter(|hash| !named.contains(hash)).cloned().collect()
    }
}

impl Store {
    /// Looks at all that the store holds.
    ///
    /// # Errors
    /// Exit code 3: a folder cannot be read.
    pub fn usage(&self) -> Result<Usage, StageError> {
        let mut usage = Usage::default();
        for (path, bytes) in files(&self.layout.contents())? {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let key = Key::parse(&name).filter(|_| path.is_file() && !path.is_symlink());
            match key.filter(|key| self.layout.content(key.as_str()) == path) {
                Some(key) => {
                    usage.contents.insert(key.as_str().to_owned(), bytes);
                }
                None => usage.broken.push(path),
            }
        }
        for (path, _) in files(&self.layout.entries())? {
            match self.used(&path) {
                Some(used) => usage.entries.push(used),
                None => usage.broken.push(path),
            }
        }
        // The key decides between equal times.
        usage
            .entries
            .sort_by(|a, b| (a.last, &a.key).cmp(&(b.last, &b.key)));
        Ok(usage)
    }

    fn used(&self, path: &Path) -> Option<Used> {
        let name = path.file_stem()?.to_str()?;
        let key = Key::parse(name).filter(|key| self.layout.entry(key.as_str()) == path)?;
        let last = std::fs::metadata(path).and_then(|found| found.modified());
        Some(Used {
            entry: self.find(&key)?,
            last: last.unwrap_or(SystemTime::UNIX_EPOCH),
            key,
        })
    }
}

/// The files and links below a folder with their sizes in bytes. None, if the folder is missing.
fn files(folder: &Path) -> Result<Vec<(PathBuf, u64)>, StageError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for found in WalkDir::new(folder).sort_by_file_name() {
        let failed = |e: walkdir::Error| StageError::input(folder, e);
        let found = found.map_err(failed)?;
        if !found.file_type().is_dir() {
            let bytes = found.metadata().map_err(failed)?.len();
            files.push((found.into_path(), bytes));
        }
    }
    Ok(files)
}
