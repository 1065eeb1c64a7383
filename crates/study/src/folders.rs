//! Where several folders of a user lie.

use std::path::{Component, Path, PathBuf};

use rsom_stage::StageError;

/// The folder that holds all folders.
pub(crate) fn shared_folder(folders: &[PathBuf]) -> Option<PathBuf> {
    let whole: Vec<PathBuf> = folders
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .collect();
    let (first, others) = whole.split_first()?;
    let is_shared = |path: &&Path| others.iter().all(|other| other.starts_with(path));
    let shared = first.ancestors().find(is_shared)?;
    // Two drives share nothing but an empty path.
    let is_place = |part: Component<'_>| !matches!(part, Component::CurDir);
    shared
        .components()
        .any(is_place)
        .then(|| shared.to_path_buf())
}

/// A path below a folder, with `/` between its parts.
pub(crate) fn below(root: &Path, path: &Path) -> Result<String, StageError> {
    let folder = path.parent().map(|folder| {
        folder
            .canonicalize()
            .unwrap_or_else(|_| folder.to_path_buf())
    });
    let whole = folder
        .unwrap_or_default()
        .join(path.file_name().unwrap_or_default());
    let parts = whole.strip_prefix(root).ok().and_then(|rest| {
        let parts = rest.components().map(|part| part.as_os_str().to_str());
        parts.collect::<Option<Vec<_>>>()
    });
    match parts {
        Some(parts) => Ok(parts.join("/")),
        None => Err(StageError::input(
            path,
            "it is a link to another place, or its name is not UTF-8; copy it",
        )),
    }
}
