//! A page with the files beside it, in a folder.

use std::path::{Path, PathBuf};

use rsom_stage::{StageError, atomic};
use tempfile::TempDir;

use super::ours;

/// The page in a folder.
pub(super) const PAGE: &str = "index.html";

/// Folders beside the page that hold nothing but files of ours.
const BESIDE: [&str; 2] = ["pictures", "views"];

/// A page that is written inside its folder under a name of its own, and put in place when it is whole. What else is in the folder stays.
pub(super) struct New {
    place: PathBuf,
    temporary: TempDir,
}

impl New {
    /// Begins a page in the folder `place`.
    ///
    /// # Errors
    /// Exit code 4: the folder cannot be written; `index.html` is no page of ours, and `force` is not set; a file in `pictures` or `views` is not
    /// of ours.
    pub fn inside(place: &Path, force: bool) -> Result<Self, StageError> {
        let failed = |e: std::io::Error| StageError::output(place, atomic::plain(&e));
        let page = place.join(PAGE);
        if !force && page.symlink_metadata().is_ok() && !ours::is_page(&page) {
            return Err(StageError::output(
                &page,
                "it is no page that rsom wrote; add --force to replace it, or name another --folder",
            ));
        }
        for name in BESIDE {
            if let Some(foreign) = foreign(&place.join(name)) {
                return Err(StageError::output(
                    &foreign,
                    "rsom did not write it, and a page would replace its folder; move it away, or name another --folder",
                ));
            }
        }
        std::fs::create_dir_all(place).map_err(failed)?;
        let temporary = TempDir::with_prefix_in(".page-", place).map_err(failed)?;
        for name in BESIDE {
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

    /// Puts the page in its place, the files beside it first.
    ///
    /// # Errors
    /// Exit code 4: it cannot be put there.
    pub fn put(self) -> Result<(), StageError> {
        let failed = |e: std::io::Error| StageError::output(&self.place, atomic::plain(&e));
        let new = self.temporary.path();
        for name in BESIDE {
            let (old, aside) = (self.place.join(name), new.join(format!("old-{name}")));
            // No system puts a folder over one that has files.
            if old.symlink_metadata().is_ok() {
                std::fs::rename(&old, &aside).map_err(failed)?;
            }
            std::fs::rename(new.join(name), &old).map_err(failed)?;
        }
        std::fs::rename(new.join(PAGE), self.place.join(PAGE)).map_err(failed)?;
        self.temporary.close().map_err(failed)
    }
}

/// Something in a folder that is not a file of ours; the folder itself, if it is none.
fn foreign(folder: &Path) -> Option<PathBuf> {
    let found = folder.symlink_metadata().ok()?;
    let Some(entries) = found
        .is_dir()
        .then(|| std::fs::read_dir(folder).ok())
        .flatten()
    else {
        return Some(folder.to_path_buf());
    };
    for entry in entries {
        let Ok(entry) = entry else {
            return Some(folder.to_path_buf());
        };
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        let name = entry.file_name();
        if !(is_file && name.to_str().is_some_and(is_ours)) {
            return Some(entry.path());
        }
    }
    None
}

/// `12.js`, or 20 hexadecimal digits with the ending of a picture.
fn is_ours(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((number, "js")) => !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()),
        Some((hash, "png" | "svg" | "jpg")) => {
            hash.len() == 20 && hash.bytes().all(|b| b.is_ascii_hexdigit())
        }
        _ => false,
    }
}
