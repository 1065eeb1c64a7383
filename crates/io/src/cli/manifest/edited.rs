//! The text of a manifest after a change, with the user's comments.

use std::path::Path;

use rsom_manifest::Manifest;
use rsom_stage::StageError;

/// The text of the updated manifest.
///
/// # Errors
/// Exit code 4: the text cannot be edited without a loss.
pub(super) fn new_text(
    path: &Path,
    before: &str,
    old: &Manifest,
    new: &Manifest,
) -> Result<String, StageError> {
    match rsom_manifest::edited(before, old, new) {
        Some(text) => Ok(text),
        // Without comments, nothing can be lost.
        None if !before.contains('#') => rsom_manifest::to_yaml(new),
        None => Err(StageError::output(
            path,
            "its list of scans cannot be edited without the loss of comments; write each scan on lines of its own, beginning with '- id:'",
        )),
    }
}
