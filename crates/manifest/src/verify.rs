//! Does every file still have the content that the manifest says?

use std::path::Path;

use rsom_stage::{StageError, fingerprint, interrupt};

use crate::Manifest;

/// A file that is not as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is not there, or cannot be read.
    Missing {
        /// Path below the root.
        path: String,
    },
    /// Its content has another hash.
    Changed {
        /// Path below the root.
        path: String,
        /// Hash that the manifest gives.
        expected: String,
        /// Hash of the content.
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

/// Hashes every file of a manifest below `root`; an empty list means that all are as they should be.
///
/// # Errors
/// Exit code 130 when interrupted.
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
