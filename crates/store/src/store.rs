//! Opens a store, adds to it and takes from it.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use rsom_stage::{StageError, atomic};

use crate::content::{make_read_only, put};
use crate::entry::{Entry, Stored};
use crate::key::Key;
use crate::layout::Layout;
use crate::lock::Lock;
use crate::mark::Mark;

/// A store of task outputs.
#[derive(Debug)]
pub struct Store {
    pub(crate) layout: Layout,
    pub(crate) mark: Mark,
}

impl Store {
    /// Opens a store. Makes a new one in a folder that is missing or empty.
    ///
    /// # Errors
    /// Exit code 3: the folder holds something else, or a store of another version. Exit code 4: it cannot be written.
    pub fn open_or_create(folder: &Path) -> Result<Self, StageError> {
        let layout = Layout::new(folder);
        if let Some(mark) = Mark::read(&layout)? {
            return Ok(Self { layout, mark });
        }
        if !is_empty(folder)? {
            // Another run may have made it just now.
            let mark = Mark::read(&layout)?.ok_or_else(|| no_store(folder))?;
            return Ok(Self { layout, mark });
        }
        let mark = Mark::new();
        mark.write(&layout)?;
        Ok(Self { layout, mark })
    }

    /// Opens a store that exists.
    ///
    /// # Errors
    /// Exit code 3: the folder is no store, or one of another version.
    pub fn open(folder: &Path) -> Result<Self, StageError> {
        let layout = Layout::new(folder);
        match Mark::read(&layout)? {
            Some(mark) => Ok(Self { layout, mark }),
            None => Err(no_store(folder)),
        }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.layout.root()
    }

    /// The size in bytes above which the outputs that were not used for longest are removed, if there is one.
    #[must_use]
    pub fn limit_bytes(&self) -> Option<u64> {
        self.mark.limit_bytes
    }

    /// Sets the limit of the size.
    ///
    /// # Errors
    /// Exit code 4: the store cannot be written.
    pub fn set_limit(&mut self, bytes: Option<u64>) -> Result<(), StageError> {
        self.mark.limit_bytes = bytes;
        self.mark.write(&self.layout)
    }

    /// The entry of a key. `None` if there is none, or if it is broken.
    #[must_use]
    pub fn find(&self, key: &Key) -> Option<Entry> {
        let json = fs::read(self.layout.entry(key.as_str())).ok()?;
        Entry::parse(&json)
    }

    /// Puts the outputs of an entry at their places, each with the path that it is to have, and notes that the entry was used.
    /// Who takes an output must hash it.
    ///
    /// # Errors
    /// Exit code 3: a content is missing. Exit code 4: a place cannot be written.
    pub fn take<'a>(
        &self,
        key: &Key,
        outputs: impl Iterator<Item = (&'a Stored, &'a Path)>,
    ) -> Result<(), StageError> {
        let _lock = Lock::shared(&self.layout.lock());
        for (stored, path) in outputs {
            // It may be another name of the content itself.
            match fs::remove_file(path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StageError::output(path, atomic::plain(&e)));
                }
                _ => {}
            }
            put(&self.layout.content(&stored.sha256), path)?;
        }
        // Only the order in which outputs are removed hangs on it; the store may be read-only.
        let entry = self.layout.entry(key.as_str());
        if let Ok(file) = fs::File::options().append(true).open(entry) {
            let _ = file.set_modified(SystemTime::now());
        }
        Ok(())
    }

    /// Adds an entry. `path` gives the file of each output. A content that is there already is not stored again.
    ///
    /// # Errors
    /// Exit code 3: a file cannot be read. Exit code 4: the store cannot be written.
    pub fn add<'a>(
        &self,
        key: &Key,
        entry: &Entry,
        files: impl Iterator<Item = (&'a Stored, &'a Path)>,
    ) -> Result<(), StageError> {
        let _lock = Lock::shared(&self.layout.lock());
        for (stored, path) in files {
            let content = self.layout.content(&stored.sha256);
            // One of another size is damaged.
            let is_there = fs::metadata(&content).is_ok_and(|found| found.len() == stored.bytes);
            if !is_there {
                put(path, &content)?;
                make_read_only(&content)
                    .map_err(|e| StageError::output(&content, atomic::plain(&e)))?;
            }
        }
        let json = serde_json::to_vec(entry).map_err(StageError::failure)?;
        atomic::write_bytes(&self.layout.entry(key.as_str()), &json)
    }

    /// Removes an entry with contents that are not what they should be, so that they are made again.
    pub fn discard(&self, key: &Key, damaged: &[Stored]) {
        for stored in damaged {
            let _ = fs::remove_file(self.layout.content(&stored.sha256));
        }
        let _ = fs::remove_file(self.layout.entry(key.as_str()));
    }
}

/// Whether a folder holds nothing but hidden files, such as a mark that another run writes now, or is missing.
fn is_empty(folder: &Path) -> Result<bool, StageError> {
    let failed = |e: std::io::Error| StageError::input(folder, atomic::plain(&e));
    let inside = match fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(true),
        Err(e) => return Err(failed(e)),
    };
    for found in inside {
        let name = found.map_err(failed)?.file_name();
        if !name.as_encoded_bytes().starts_with(b".") {
            return Ok(false);
        }
    }
    Ok(true)
}

fn no_store(folder: &Path) -> StageError {
    StageError::input(
        folder,
        "it is no store of rsom and holds other files; name a new or empty folder",
    )
}
