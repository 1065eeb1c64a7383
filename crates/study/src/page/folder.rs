//! A page with the files beside it, as a folder that appears as a whole.

use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic};
use tempfile::TempDir;

use super::ours;

/// The page in a folder.
pub(super) const PAGE: &str = "index.html";

/// Files of a folder that rsom writes.
const OURS: [&str; 3] = [PAGE, "pictures", "views"];

/// A folder that is written beside its place, and put there when it is whole.
pub(super) struct New {
    place: PathBuf,
    temporary: TempDir,
}

impl New {
    /// Begins a folder for `place`.
    ///
    /// # Errors
    /// Exit code 4: there is something else than a page of ours, and `force` is not set; a folder that cannot be written.
    pub fn beside(place: &Path, force: bool) -> Result<Self, StageError> {
        let failed = |e: std::io::Error| StageError::output(place, atomic::plain(&e));
        if !force && !is_free(place) {
            return Err(StageError::output(
                place,
                "it is there, and is not only a page that rsom wrote; add --force to replace it, or name another --folder",
            ));
        }
        let parent = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(parent).map_err(failed)?;
        let temporary = TempDir::with_prefix_in(".page-", parent).map_err(failed)?;
        for name in &OURS[1..] {
            std::fs::create_dir(temporary.path().join(name)).map_err(failed)?;
        }
        Ok(Self {
            place: place.to_path_buf(),
            temporary,
        })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        self.temporary.path()
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// Exit code 4: it cannot be put there.
    pub fn put(self) -> Result<(), StageError> {
        let failed = |e: std::io::Error| StageError::output(&self.place, atomic::plain(&e));
        let whole = self.temporary.keep();
        // An old page goes out of the way first: no system puts a folder over one that has files.
        let old = whole.with_extension("old");
        let had_old = self.place.exists();
        if had_old {
            std::fs::rename(&self.place, &old).map_err(failed)?;
        }
        if let Err(fault) = std::fs::rename(&whole, &self.place) {
            if had_old {
                std::fs::rename(&old, &self.place).map_err(failed)?;
            }
            return Err(failed(fault));
        }
        if had_old {
            std::fs::remove_dir_all(&old).map_err(failed)?;
        }
        Ok(())
    }
}

/// Whether nothing of the user is lost if a folder is replaced: it is not there, or empty, or holds a page of ours only.
fn is_free(place: &Path) -> bool {
    if !place.exists() {
        return true;
    }
    let Ok(entries) = std::fs::read_dir(place) else {
        return false;
    };
    let names: Vec<_> = entries.flatten().map(|entry| entry.file_name()).collect();
    let is_ours = |name: &std::ffi::OsString| OURS.iter().any(|ours| *name == **ours);
    names.is_empty() || names.iter().all(is_ours) && ours::is_page(&place.join(PAGE))
}
