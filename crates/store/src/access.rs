//! Who may read and write in a store: whoever may in its folder.

use std::path::Path;

/// What a path is, as far as its mode is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Folder,
    /// A file that is written again: the mark, the lock.
    File,
    /// A file that never changes.
    Content,
}

/// Gives a new part of a store the mode of the folder of the store, so that a group that may write there may use all of it. Parts of
/// others keep theirs.
#[cfg(unix)]
pub(crate) fn inherit(root: &Path, path: &Path, part: Part) {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let Ok(of_root) = std::fs::metadata(root) else {
        return;
    };
    let mode = match part {
        // With the bit that hands the group on to what is made inside.
        Part::Folder => of_root.mode() & 0o2777,
        Part::File => of_root.mode() & 0o666,
        Part::Content => of_root.mode() & 0o444,
    };
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
pub(crate) fn inherit(_root: &Path, _path: &Path, _part: Part) {}
