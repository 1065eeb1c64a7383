//! Brings a file to another place without a second copy of its bytes, where the file system can do that.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rsom_stage::{StageError, atomic};

/// Puts the content of a file at another place: as a clone, if the file system shares the blocks of two files; else as a second name
/// of the same file, which is then read-only; else as a copy. Replaces what stands there, except a
/// second name of the same file, which it would leave twice. Creates missing folders.
///
/// # Errors
/// Exit code 4: the place cannot be written. Exit code 3: the file cannot be read.
pub(crate) fn put(from: &Path, to: &Path) -> Result<(), StageError> {
    let source = File::open(from).map_err(|e| StageError::input(from, atomic::plain(&e)))?;
    atomic::write(to, |temporary| {
        if clone(&source, temporary) || link(from, temporary) {
            return Ok(());
        }
        copy(&source, temporary).map_err(|e| StageError::output(to, atomic::plain(&e)))
    })
}

/// Makes the file at `to` a clone, as Btrfs, XFS and others can.
#[cfg(target_os = "linux")]
fn clone(from: &File, to: &Path) -> bool {
    let target = File::options().write(true).truncate(true).open(to);
    target.is_ok_and(|target| rustix::fs::ioctl_ficlone(target, from).is_ok())
}

/// On other systems, the copy of the standard library clones where it can.
#[cfg(not(target_os = "linux"))]
fn clone(_from: &File, _to: &Path) -> bool {
    false
}

/// Makes `to` a second name of a file, which becomes read-only: who writes it would change it at all its places.
#[cfg(unix)]
fn link(from: &Path, to: &Path) -> bool {
    let linked = fs::remove_file(to).and_then(|()| fs::hard_link(from, to));
    if linked.is_err() {
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

fn copy(from: &File, to: &Path) -> io::Result<()> {
    let mut target = File::create(to)?;
    io::copy(&mut &*from, &mut target)?;
    Ok(())
}

/// Takes the right to write from everyone.
#[cfg(unix)]
pub(crate) fn make_read_only(path: &Path) -> io::Result<()> {
    let mut permissions = fs::metadata(path)?.permissions();
    if permissions.readonly() {
        return Ok(());
    }
    permissions.set_readonly(true);
    fs::set_permissions(path, permissions)
}

/// Programs on Windows cannot remove read-only files.
#[cfg(not(unix))]
pub(crate) fn make_read_only(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_replaces_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "content").unwrap();
        fs::create_dir(at("d")).unwrap();
        fs::write(at("d/b"), "old").unwrap();
        put(&at("a"), &at("d/b")).unwrap();
        assert_eq!(fs::read_to_string(at("d/b")).unwrap(), "content");
        assert_eq!(fs::read_dir(at("d")).unwrap().count(), 1);
        let missing = put(&at("none"), &at("d/b")).unwrap_err();
        assert_eq!(missing.exit_code(), rsom_stage::ExitCode::BadInput);
        assert_eq!(fs::read_to_string(at("d/b")).unwrap(), "content");
    }

    #[test]
    fn a_copy_is_a_file_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "content").unwrap();
        copy(&File::open(at("a")).unwrap(), &at("b")).unwrap();
        fs::write(at("b"), "other").unwrap();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), "content");
    }

    #[test]
    #[cfg(unix)]
    fn two_names_of_one_file_are_read_only() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a"), "content").unwrap();
        fs::write(at("b"), "").unwrap();
        assert!(link(&at("a"), &at("b")));
        for name in ["a", "b"] {
            assert!(fs::metadata(at(name)).unwrap().permissions().readonly());
        }
    }
}
