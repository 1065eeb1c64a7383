//! A temporary folder for the files of a test.

use std::ops::Deref;
use std::path::Path;

/// A temporary folder. It is removed when dropped, and can be used like its path.
#[derive(Debug)]
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    /// An empty folder.
    ///
    /// # Panics
    /// The folder cannot be created.
    #[track_caller]
    #[must_use]
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    /// Writes a file. Creates missing folders.
    ///
    /// # Panics
    /// The file cannot be written.
    #[track_caller]
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.join(name);
        let above = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(above).unwrap_or_else(|e| panic!("{name}: {e}"));
        std::fs::write(&path, content).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// The bytes of a file.
    ///
    /// # Panics
    /// The file cannot be read.
    #[track_caller]
    #[must_use]
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The text of a file.
    ///
    /// # Panics
    /// The file cannot be read or is not UTF-8 text.
    #[track_caller]
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        self.folder.path()
    }
}

impl AsRef<Path> for Folder {
    fn as_ref(&self) -> &Path {
        self
    }
}

/// The names of all files and folders in a folder, sorted. Includes hidden ones.
///
/// # Panics
/// The folder cannot be read.
#[track_caller]
#[must_use]
pub fn names(folder: impl AsRef<Path>) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let name = |e: std::io::Result<std::fs::DirEntry>| {
        e.expect("an entry").file_name().to_string_lossy().into()
    };
    let mut names: Vec<String> = entries.map(name).collect();
    names.sort();
    names
}
