//! Links in a workdir. What is behind a link belongs to the user: nothing is removed, moved or written through one.

use std::io;
use std::path::{Path, PathBuf};

use rsom_stage::{StageError, fingerprint, folder};

/// The first link among the folders around a path of a workdir, relative to it. The workdir itself may be one.
pub(crate) fn link_above(root: &Path, path: &str) -> Option<String> {
    let mut above: Vec<&Path> = Path::new(path).ancestors().skip(1).collect();
    // The last one is the workdir.
    above.pop();
    let link = above.into_iter().rev();
    let mut links = link.filter(|folder| root.join(folder).is_symlink());
    Some(folder::slashed(links.next()?))
}

/// The place of a path of a workdir, if something stands there that a run may remove or move: a file, or a link itself. `None` if nothing
/// or a folder stands there, or if a link leads to it.
pub(crate) fn own_file(root: &Path, path: &str) -> Option<PathBuf> {
    let place = root.join(path);
    let found = place.symlink_metadata().ok()?;
    (!found.is_dir() && link_above(root, path).is_none()).then_some(place)
}

/// Whether a link without a file is at a place: it leads to a folder, or nowhere.
pub(crate) fn is_link_without_file(place: &Path) -> bool {
    place.is_symlink() && !place.is_file()
}

/// The sha256 that stands for a link without a file: that of its target's name.
///
/// # Errors
/// It is no link.
pub(crate) fn hash_of_link(place: &Path) -> io::Result<String> {
    let target = std::fs::read_link(place)?;
    let text = format!("link to {}", target.display());
    Ok(fingerprint::of_bytes(text.as_bytes()))
}

/// Checks that no link leads to an output that a task is about to write.
///
/// # Errors
/// Exit code 4: a folder around the output is a link.
pub(crate) fn check_way(root: &Path, output: &str) -> Result<(), StageError> {
    match link_above(root, output) {
        None => Ok(()),
        Some(link) => Err(StageError::output(
            &root.join(&link),
            "it is a link, and outputs are not written through links; put a folder in its place, or choose the other place with --workdir",
        )),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_is_behind_a_link_is_no_own_file() {
        let folder = tempfile::tempdir().unwrap();
        let (root, other) = (folder.path().join("root"), folder.path().join("other"));
        for path in [root.join("a/b"), other.join("b")] {
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("x"), "x").unwrap();
        }
        symlink(&other, root.join("link")).unwrap();
        symlink(&root, folder.path().join("way")).unwrap();
        for root in [root, folder.path().join("way")] {
            assert_eq!(own_file(&root, "a/b/x"), Some(root.join("a/b/x")));
            assert_eq!(own_file(&root, "link"), Some(root.join("link")));
            for path in ["link/b/x", "a/b", "none"] {
                assert_eq!(own_file(&root, path), None, "{path}");
            }
            assert_eq!(link_above(&root, "link/b/x").as_deref(), Some("link"));
            assert!(check_way(&root, "link/b/x").is_err() && check_way(&root, "link").is_ok());
            assert!(is_link_without_file(&root.join("link")));
        }
    }
}
