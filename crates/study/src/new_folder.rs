//! A new folder: of a study, or of a bundle.

use std::path::Path;

use rsom_stage::{StageError, atomic};

/// Writes files into a new folder.
pub(crate) fn write(study: &Path, documents: &[(&str, String)]) -> Result<(), StageError> {
    std::fs::create_dir_all(study).map_err(|e| StageError::output(study, atomic::plain(&e)))?;
    for (name, text) in documents {
        atomic::write_bytes(&study.join(name), text.as_bytes())?;
    }
    Ok(())
}

/// Refuses a folder with files: they are the user's. `hint` says what else the user may have wanted.
pub(crate) fn require_empty(study: &Path, hint: &str) -> Result<(), StageError> {
    let has_files = std::fs::read_dir(study).is_ok_and(|mut entries| entries.next().is_some());
    if has_files || study.is_file() {
        return Err(StageError::output(
            study,
            format_args!("it is not empty; choose a new folder{hint}"),
        ));
    }
    Ok(())
}
