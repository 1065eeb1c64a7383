//! Brings a file to another place, without a second copy of its bytes where that is possible and wanted.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// How a file comes to another place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A file of its own: a clone, if the file system shares the blocks of two files until one is written; else a copy.
    Own,
    /// A second name of the same file, where the file system allows it. The file becomes read-only.
    Link,
}

/// Puts the content of a file at a place where nothing stands, or a file that nobody else uses.
///
/// # Errors
/// The file is no regular file, it cannot be read, or the place cannot be written.
pub(crate) fn put(from: &Path, to: &Path, way: Way) -> io::Result<()> {
    if !fs::symlink_metadata(from)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    if way == Way::Link && link(from, to) {
        return Ok(());
    }
    let source = File::open(from)?;
    if clone(&source, to) {
        return Ok(());
    }
    let mut target = File::create(to)?;
    io::copy(&mut &source, &mut target)?;
    Ok(())
}

/// Makes the file at `to` a clone, as Btrfs, XFS and others can.
#[cfg(target_os = "linux")]
fn clone(from: &File, to: &Path) -> bool {
    let target = File::create(to);
    target.is_ok_and(|target| rustix::fs::ioctl_ficlone(target, from).is_ok())
}

/// On other systems, files are copied.
#[cfg(not(target_os = "linux"))]
fn clone(_from: &File, _to: &Path) -> bool {
    false
}

/// Makes `to` a second name of a file, which becomes read-only: who writes it would change it at all its places.
#[cfg(unix)]
fn link(from: &Path, to: &Path) -> bool {
    let _ = fs::remove_file(to);
    if fs::hard_link(from, to).is_err() {
        return false;
    }
    let is_read_only = make_read_only(to).is_ok();
    if !is_read_only {
        // The file of someone else: a copy is our own.
        let _ = fs::remove_file(to);
    }
    is_read_only
}

/// Programs on Windows cannot remove read-only files.
#[cfg(not(unix))]
fn link(_from: &Path, _to: &Path) -> bool {
    false
}

/// Takes the right to write from everyone.
#[cfg(unix)]
fn make_read_only(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Ok(());
    }
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_its_own_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "content").unwrap();
        fs::write(at("b"), "old and longer").unwrap();
        put(&at("a"), &at("b"), Way::Own).unwrap();
        assert_eq!(fs::read_to_string(at("b")).unwrap(), "content");
        fs::write(at("b"), "other").unwrap();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "content");
        assert!(put(&at("none"), &at("b"), Way::Own).is_err());
        assert!(put(folder.path(), &at("b"), Way::Own).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn two_names_of_one_file_are_read_only_and_links_to_files_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "content").unwrap();
        fs::write(at("b"), "").unwrap();
        put(&at("a"), &at("b"), Way::Link).unwrap();
        for name in ["a", "b"] {
            assert!(fs::metadata(at(name)).unwrap().permissions().readonly());
        }
        std::os::unix::fs::symlink(at("a"), at("l")).unwrap();
        assert!(put(&at("l"), &at("c"), Way::Own).is_err());
    }
}
