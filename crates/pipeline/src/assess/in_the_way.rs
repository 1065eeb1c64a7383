//! Outputs of an earlier run that stand where an output of another kind must be: a file in the place of a folder, or a folder in the
//! place of a file.

use std::path::Path;

use rsom_stage::{Kind, StageError, atomic};

use crate::assess::assessor::Assessor;
use crate::assess::links;
use crate::assess::standing;
use crate::plan::tasks::TaskOutput;

/// The files and links that stand in the way of an output, relative to the workdir. For a folder, that is also a link to one: the
/// folder behind it is none of ours.
pub(crate) fn files(output: &TaskOutput, root: &Path) -> Vec<String> {
    if let Some(file) = file_above(output, root) {
        return vec![file];
    }
    let path = root.join(&output.path);
    match output.kind {
        Kind::Directory if is_no_folder(&path) => vec![output.path.clone()],
        Kind::Directory => Vec::new(),
        _ if is_real_folder(&path) => standing::inside(root, &output.path),
        _ => Vec::new(),
    }
}

/// Removes what stands in the way of an output. The files are outputs of tasks, or the user lets a run replace them; a folder keeps
/// the files that no task wrote.
///
/// # Errors
/// Exit code 4: a file cannot be removed, or a folder with files of the user is in the way.
pub(crate) fn remove(output: &TaskOutput, assessor: &mut Assessor) -> Result<(), StageError> {
    let root = assessor.workdir.root().to_path_buf();
    let path = root.join(&output.path);
    let is_folder_in_the_way = output.kind != Kind::Directory && is_real_folder(&path);
    for file in files(output, &root) {
        if is_folder_in_the_way && !assessor.is_written_by_a_task(&file) {
            continue;
        }
        let Some(file) = links::own_file(&root, &file) else {
            continue;
        };
        std::fs::remove_file(&file).map_err(|e| StageError::output(&file, atomic::plain(&e)))?;
        assessor.hashes.forget(&file);
    }
    if is_folder_in_the_way && !remove_if_empty(&path) {
        return Err(StageError::output(
            &path,
            "a folder with files that no run wrote is in the place of an output; move it to another place",
        ));
    }
    Ok(())
}

/// The file at a place where a folder around an output must be.
fn file_above(output: &TaskOutput, root: &Path) -> Option<String> {
    let mut above = Path::new(&output.path).ancestors().skip(1);
    let file = above.find(|folder| root.join(folder).is_file())?;
    Some(file.to_str()?.to_owned())
}

/// Whether a file or a link is at a path.
fn is_no_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok() && !is_real_folder(path)
}

/// Whether a folder, and no link to one, is at a path.
fn is_real_folder(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir())
}

/// Removes a folder and the folders in it, if no file is in any of them. Returns whether it is gone.
fn remove_if_empty(folder: &Path) -> bool {
    let inside = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in inside.map(|entry| entry.path()) {
        if !is_real_folder(&entry) || !remove_if_empty(&entry) {
            return false;
        }
    }
    std::fs::remove_dir(folder).is_ok()
}
