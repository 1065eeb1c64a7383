//! The paths in a store.

use std::path::{Path, PathBuf};

/// The paths in a store.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
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

    /// The file that marks the folder as a store.
    pub fn mark(&self) -> PathBuf {
        self.root.join("rsom-store.json")
    }

    /// The file whose lock keeps those that remove from those that add or take.
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The folder of claims on what is computed now.
    pub fn claims(&self) -> PathBuf {
        self.root.join("running")
    }

    /// The folder of the entries.
    pub fn entries(&self) -> PathBuf {
        self.root.join("tasks")
    }

    /// The folder of the contents.
    pub fn contents(&self) -> PathBuf {
        self.root.join("files")
    }

    /// The file of an entry.
    pub fn entry(&self, key: &str) -> PathBuf {
        self.entries().join(&key[..2]).join(format!("{key}.json"))
    }

    /// The file of a content.
    pub fn content(&self, sha256: &str) -> PathBuf {
        self.contents().join(&sha256[..2]).join(sha256)
    }
}
