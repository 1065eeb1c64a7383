//! Files that earlier runs made and the plan no longer has, such as the measures of a scan that was removed from the study.

use std::collections::BTreeSet;
use std::path::Path;

use rsom_stage::{StageError, atomic};

use crate::assess::assessor::Assessor;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::Plan;

/// The recorded files that exist and that no task of the plan writes, relative to the workdir and sorted.
pub(crate) fn leftovers(plan: &Plan, assessor: &mut Assessor) -> Vec<String> {
    let mut planned: BTreeSet<String> = BTreeSet::new();
    let mut folders: Vec<String> = Vec::new();
    for output in plan.tasks.iter().flat_map(|task| &task.outputs) {
        planned.extend(sidecar(&output.path));
        planned.insert(output.path.clone());
        if output.kind == rsom_stage::Kind::Directory {
            folders.push(format!("{}/", output.path.trim_end_matches('/')));
        }
    }
    let root = assessor.workdir.root().to_path_buf();
    let is_left = |path: &&String| {
        !planned.contains(*path)
            && !folders.iter().any(|folder| path.starts_with(folder))
            && root.join(path).is_file()
    };
    let mut left: Vec<String> = assessor.records.paths().filter(is_left).cloned().collect();
    left.sort();
    left
}

/// Removes leftovers that are as a task wrote them, and folders that are then empty. Returns the number of removed files.
///
/// # Errors
/// Exit code 4: a file cannot be removed.
pub(crate) fn remove(paths: &[String], assessor: &mut Assessor) -> Result<usize, StageError> {
    let root = assessor.workdir.root().to_path_buf();
    let mut removed = 0;
    for path in paths {
        let absolute = root.join(path);
        assessor.hashes.forget(&absolute);
        let Some(sha256) = assessor.hash_if_present(path) else {
            continue;
        };
        if !assessor.records.contains(path, &sha256) {
            continue;
        }
        std::fs::remove_file(&absolute)
            .map_err(|e| StageError::output(&absolute, atomic::plain(&e)))?;
        assessor.hashes.forget(&absolute);
        removed += 1;
        remove_empty_folders(&root, absolute.parent());
    }
    Ok(removed)
}

/// Removes a folder and the folders around it as long as they are empty and inside the workdir.
fn remove_empty_folders(root: &Path, folder: Option<&Path>) {
    let mut folder = folder;
    while let Some(inside) = folder.filter(|folder| *folder != root && folder.starts_with(root)) {
        if std::fs::remove_dir(inside).is_err() {
            return;
        }
        folder = inside.parent();
    }
}
