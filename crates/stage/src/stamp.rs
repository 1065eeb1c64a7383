//! The stamp of a file: metadata that changes when the file is written.

use std::fs::Metadata;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Two writes within one tick of the file system's clock may give the same time to different contents.
pub const TICK: Duration = Duration::from_millis(20);

/// Metadata of a file or folder that changes when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Size in bytes.
    size: u64,
    /// Times of the last change of the content and of the metadata, in nanoseconds since 1970.
    changed_ns: [i128; 2],
    inode: u64,
}

impl Stamp {
    /// The stamp of a file or folder. Follows links.
    ///
    /// # Errors
    /// The metadata cannot be read.
    pub fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| Self::from_metadata(&metadata))
    }

    /// The stamp of a regular file. Follows links.
    ///
    /// # Errors
    /// The metadata cannot be read, or the path names a folder, a pipe, a device or a socket: reading these may block.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        Self::of_regular(&std::fs::metadata(path)?)
    }

    /// The stamp of a regular file with this metadata.
    ///
    /// # Errors
    /// The metadata are those of a folder, a pipe, a device or a socket: reading these may block.
    pub fn of_regular(metadata: &Metadata) -> io::Result<Self> {
        if metadata.is_file() {
            return Ok(Self::from_metadata(metadata));
        }
        let what = if metadata.is_dir() {
            "it is a folder"
        } else {
            "it is no regular file (a pipe or a device)"
        };
        Err(io::Error::other(what))
    }

    /// Size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// The stamp of what stands at a path itself: of a link, and not of its file.
    ///
    /// # Errors
    /// Nothing stands there.
    pub fn of_entry(path: &Path) -> io::Result<Self> {
        std::fs::symlink_metadata(path).map(|metadata| Self::from_metadata(&metadata))
    }

    /// Whether the content was written between the other stamp and this one, or another file stands there.
    pub(crate) fn is_rewritten(&self, earlier: &Self) -> bool {
        let content = |stamp: &Self| (stamp.size, stamp.changed_ns[0], stamp.inode);
        content(self) != content(earlier)
    }

    /// Whether the time of the metadata moved and that of the content did not.
    pub(crate) fn metadata_moved(&self, earlier: &Self) -> bool {
        self.changed_ns[0] == earlier.changed_ns[0] && self.changed_ns[1] != earlier.changed_ns[1]
    }

    /// Whether both stamps are of the same file or folder.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        self.inode == other.inode
    }

    /// Whether the last change is so recent that a later one might give the same stamp.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let [modified, changed] = self.changed_ns;
        now.as_nanos() as i128 - modified.max(changed) < TICK.as_nanos() as i128
    }

    pub(crate) fn from_metadata(metadata: &Metadata) -> Self {
        let modified = metadata
            .modified()
            .ok()
            .and_then(|t| t.duration_since(UNIX_EPOCH).ok());
        let modified = modified.map_or(0, |d| d.as_nanos() as i128);
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt;
            let nanoseconds =
                i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
            (nanoseconds, metadata.ino())
        };
        // Windows tells neither: there, size and time of the content must do.
        #[cfg(not(unix))]
        let (changed, inode) = (modified, 0);
        Self {
            size: metadata.len(),
            changed_ns: [modified, changed],
            inode,
        }
    }
}
