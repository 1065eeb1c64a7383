//! Verifies the files of a manifest by their hashes.

use std::path::Path;

use rsom_stage::{StageError, fingerprint, interrupt};

use crate::Manifest;

/// A difference between a file and the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The file is missing or cannot be read.
    Missing {
        /// Path relative to the root.
        path: String,
    },
    /// The content of the file has another hash.
    Changed {
        /// Path relative to the root.
        path: String,
        /// sha256 in the manifest.
        expected: String,
        /// sha256 of the content.
        found: String,
    },
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Missing { path } => write!(f, "{path} is missing"),
            Fault::Changed {
                path,
                expected,
                found,
            } => {
                let (expected, found) = (&expected[..12], &found[..12]);
                write!(
                    f,
                    "{path} has changed: sha256 {found}… instead of {expected}…"
                )
            }
        }
    }
}

/// Hashes all files of a manifest below `root` and returns the differences. Empty if all files match.
///
/// # Errors
/// Exit code 130 if interrupted.
pub fn verify(manifest: &Manifest, root: &Path) -> Result<Vec<Fault>, StageError> {
    let mut faults = Vec::new();
    for file in manifest
        .scans
        .iter()
        .flat_map(|scan| scan.files.values().flatten())
    {
        interrupt::check()?;
        let path = file.path.clone();
        match fingerprint::of_path(&root.join(&path)) {
            Err(_) => faults.push(Fault::Missing { path }),
            Ok(found) if found.eq_ignore_ascii_case(&file.sha256) => {}
            Ok(found) => faults.push(Fault::Changed {
                path,
                expected: file.sha256.clone(),
                found,
            }),
        }
    }
    Ok(faults)
}
