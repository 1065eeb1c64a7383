//! The provenance of outputs that are made from selected scans.

use std::path::Path;

use rsom_stage::{Invocation, StageError};
use serde_json::Value;

use super::{Names, Pair};

/// Pairs, and the names of the inputs that they belong to.
pub(super) type Side<'p> = (&'p [Pair], Names);

/// The invocation to record as provenance: with every file that is read and the inputs listed in `kept`, without the
/// folder of the manifest's files.
pub(super) fn restated(
    invocation: &Invocation,
    kept: &[&str],
    sides: &[Side],
    with_labels: bool,
) -> Invocation {
    let mut stated = invocation.clone().without_inputs();
    for name in ["manifest"].iter().chain(kept) {
        if let Some(path) = invocation.optional_input(name) {
            stated = stated.with_input(name, vec![path.to_path_buf()]);
        }
    }
    for (pairs, names) in sides {
        if !pairs.is_empty() {
            let images = pairs.iter().map(|pair| pair.image.clone()).collect();
            let references = pairs.iter().map(|pair| pair.reference.clone()).collect();
            stated = stated
                .with_input(names.image, images)
                .with_input(names.reference(with_labels), references);
        }
    }
    stated
}

/// Compares the hashes that a manifest states with the hashes in the provenance.
///
/// # Errors
/// Exit code 3: a file that has changed.
pub(super) fn verify(
    provenance: &Value,
    sides: &[Side],
    with_labels: bool,
) -> Result<(), StageError> {
    let check = |path: &Path, port: &str, index: usize, expected: &str| {
        let found = provenance["inputs"][port][index]["sha256"].as_str();
        if found.is_some_and(|found| found.eq_ignore_ascii_case(expected)) {
            return Ok(());
        }
        let fault = "it has changed: its sha256 differs from the manifest";
        Err(StageError::input(path, fault))
    };
    for (pairs, names) in sides {
        let reference = names.reference(with_labels);
        for (index, pair) in pairs.iter().enumerate() {
            if let Some([of_image, of_reference]) = &pair.stated {
                check(&pair.image, names.image, index, of_image)?;
                check(&pair.reference, reference, index, of_reference)?;
            }
        }
    }
    Ok(())
}
