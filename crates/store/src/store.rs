//! Opens a store, adds to it and takes from it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use rsom_stage::{StageError, atomic, fingerprint};

use crate::access::{Part, inherit};
use crate::content::{Way, put};
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

/// Keeps others from removing what is about to be taken.
#[derive(Debug)]
pub struct Guard {
    _lock: Lock,
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
            let mark = Mark::read(&layout)?.ok_or_else(|| {
                let fault =
                    "it is no store of rsom and holds other files; name a new or empty folder";
                StageError::input(folder, fault)
            })?;
            return Ok(Self { layout, mark });
        }
        let mark = Mark::new();
        mark.write(&layout)?;
        inherit(folder, &layout.mark(), Part::File);
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
            None => Err(StageError::input(folder, "it is no store of rsom")),
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
        self.mark.write(&self.layout)?;
        inherit(self.folder(), &self.layout.mark(), Part::File);
        Ok(())
    }

    /// Sets whether files are second names of those of the store where their bytes would be copied otherwise.
    ///
    /// # Errors
    /// Exit code 4: the store cannot be written.
    pub fn set_links(&mut self, links: bool) -> Result<(), StageError> {
        self.mark.links = links;
        self.mark.write(&self.layout)?;
        inherit(self.folder(), &self.layout.mark(), Part::File);
        Ok(())
    }

    /// Keeps others from removing anything until it is dropped.
    #[must_use]
    pub fn guard(&self) -> Guard {
        Guard {
            _lock: Lock::shared(&self.layout),
        }
    }

    /// Whether there is an entry of a key, also a broken one.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.layout.entry(key.as_str()).exists()
    }

    /// The entry of a key. `None` if there is none, or if it is broken.
    #[must_use]
    pub fn find(&self, key: &Key) -> Option<Entry> {
        let json = fs::read(self.layout.entry(key.as_str())).ok()?;
        Entry::parse(&json)
    }

    /// Puts a content at its place, where nothing of anyone stands. Who takes it must hash it.
    ///
    /// # Errors
    /// It is missing or cannot be read, or the place cannot be written.
    pub fn take(&self, stored: &Stored, path: &Path) -> io::Result<()> {
        put(&self.layout.content(&stored.sha256), path, self.way())
    }

    /// Notes that an entry was used. Only the order in which outputs are removed hangs on it; the store may be read-only.
    pub fn touch(&self, key: &Key) {
        let entry = self.layout.entry(key.as_str());
        if let Ok(file) = fs::File::options().append(true).open(entry) {
            let _ = file.set_modified(SystemTime::now());
        }
    }

    /// Adds an entry, with the file of each output. A content that is there already is not stored again.
    ///
    /// # Errors
    /// Exit code 4: a file cannot be read, or the store cannot be written.
    pub fn add<'a>(
        &self,
        key: &Key,
        entry: &Entry,
        files: impl Iterator<Item = (&'a Stored, &'a Path)>,
    ) -> Result<(), StageError> {
        let _guard = self.guard();
        for (stored, path) in files {
            let content = self.layout.content(&stored.sha256);
            // What is there may be damaged.
            if fingerprint::of_file(&content).is_ok_and(|found| found == stored.sha256) {
                continue;
            }
            self.write(&content, Part::Content, &|new| put(path, new, self.way()))?;
        }
        let json = serde_json::to_vec(entry).map_err(StageError::failure)?;
        let path = self.layout.entry(key.as_str());
        self.write(&path, Part::File, &|new| fs::write(new, &json))
    }

    /// Removes an entry with contents that are not what they should be, so that they are made again.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn discard(&self, key: &Key, damaged: &[Stored]) -> io::Result<()> {
        let contents = damaged.iter();
        let contents = contents.map(|stored| self.layout.content(&stored.sha256));
        let entry = self.layout.entry(key.as_str());
        std::iter::once(entry).chain(contents).try_for_each(|path| {
            let removed = match path.symlink_metadata().is_ok_and(|found| found.is_dir()) {
                true => fs::remove_dir_all(path),
                false => fs::remove_file(path),
            };
            removed.or_else(|e| match e.kind() {
                io::ErrorKind::NotFound => Ok(()),
                _ => Err(e),
            })
        })
    }

    fn way(&self) -> Way {
        match self.mark.links {
            true => Way::Link,
            false => Way::Own,
        }
    }

    /// Writes a file under a new name, and renames it. Not to the disk at once: what a power failure damages is noticed when it is
    /// taken.
    fn write(
        &self,
        path: &Path,
        part: Part,
        write: &dyn Fn(&Path) -> io::Result<()>,
    ) -> Result<(), StageError> {
        let (root, folder) = (self.folder(), path.parent().unwrap_or(path));
        let failed = |e: &io::Error| StageError::output(path, atomic::plain(e));
        for folder in [folder.parent().unwrap_or(folder), folder] {
            match fs::create_dir(folder) {
                Ok(()) => inherit(root, folder, Part::Folder),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
                Err(e) => return Err(failed(&e)),
            }
        }
        let new = new_name(folder);
        let written = write(&new).and_then(|()| {
            // Something that is no file of ours.
            if path.is_dir() {
                fs::remove_dir_all(path)?;
            }
            inherit(root, &new, part);
            fs::rename(&new, path)
        });
        written.map_err(|e| {
            let _ = fs::remove_file(&new);
            failed(&e)
        })
    }
}

/// A name that no other process, also of another machine, and no other file of this process has.
fn new_name(folder: &Path) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let (time, process) = (now.unwrap_or_default().as_nanos(), std::process::id());
    folder.join(format!(".new-{time:x}-{process:x}-{count:x}"))
}

/// Whether a folder holds nothing but hidden files, such as a mark that another run writes now, or is missing.
fn is_empty(folder: &Path) -> Result<bool, StageError> {
    let failed = |e: io::Error| StageError::input(folder, atomic::plain(&e));
    let inside = match fs::read_dir(folder) {
        Ok(inside) => inside,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(true),
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
