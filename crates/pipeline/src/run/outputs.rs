//! The files at the output paths of a task, before it starts and after it ended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_stage::{Kind, StageError, atomic};

use crate::assess::assessor::Assessor;
use crate::assess::edited::{edited_outputs_of, replaced_files, would_overwrite};
use crate::assess::in_the_way;
use crate::assess::links;
use crate::assess::standing::Standing;
use crate::assess::unrecorded::Failure;
use crate::check::tool::Tool;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{Plan, Task};
use crate::run::kept::Kept;
use crate::run::mark::Mark;

/// Looks again for outputs that were edited during the run.
///
/// # Errors
/// Exit code 4: the task would overwrite files of the user.
pub(crate) fn check_edits(
    plan: &Plan,
    task: &Task,
    assessor: &mut Assessor,
) -> Result<(), StageError> {
    for path in replaced_files(task, assessor) {
        let path = assessor.workdir.root().join(path);
        assessor.hashes.forget(&path);
    }
    let edited = edited_outputs_of(task, assessor);
    if edited.is_empty() {
        return Ok(());
    }
    Err(would_overwrite(plan, &edited))
}

/// Makes room for the outputs of a task that is about to start. Returns what stands at their paths then, and copies of the
/// files of the user in output folders and at the paths of sidecars; none if the task may `replace` them.
///
/// # Errors
/// Exit code 4: a folder, a note or a copy cannot be written, or an old output cannot be removed.
pub(crate) fn make_room(
    task: &Task,
    (replace, mark): (bool, &Mark),
    assessor: &mut Assessor,
) -> Result<(Standing, Kept), StageError> {
    clear(task, assessor)?;
    let root = assessor.workdir.root();
    for path in Standing::of(task, root).all() {
        part_from_others(&root.join(path))?;
    }
    let standing = Standing::of(task, root);
    let paths = match replace {
        true => Vec::new(),
        false => (standing.beside_outputs())
            .filter(|path| root.join(path).is_file())
            .cloned()
            .collect(),
    };
    let kept = Kept::copy(&assessor.workdir, &task.label, paths)?;
    assessor
        .unrecorded
        .note_start(&task.label, &standing, mark.text())?;
    Ok((standing, kept))
}

/// Notes what a task wrote before it failed or was stopped, so that a later edit of these files is not taken for its work.
/// `replaced` holds what it wrote over files of the user, which are back at their places.
pub(crate) fn note_end(
    task: &Task,
    before: &Standing,
    (replaced, failure): (BTreeMap<String, String>, Option<Failure>),
    assessor: &mut Assessor,
) {
    let mut left = BTreeMap::new();
    let now = before.again(assessor.workdir.root());
    for path in now.written_since(before) {
        let absolute = assessor.workdir.root().join(path);
        assessor.hashes.forget(&absolute);
        let sha256 = assessor.hash_if_present(path);
        left.extend(sha256.map(|sha256| (path.clone(), sha256)));
    }
    left.extend(replaced);
    // Without this note, the one of the start stays: the next run moves these files aside.
    let _ = assessor.unrecorded.note_end(&task.label, left, failure);
}

/// Creates the folders of the outputs. Removes old files that the task may not overwrite: sidecars, the files of an earlier task in
/// an output folder, and outputs of another kind. Of a link, only the link goes: a program would write through it, into a file elsewhere.
///
/// # Errors
/// Exit code 4: a folder cannot be created, or is a link, or a file cannot be removed.
pub(crate) fn clear(task: &Task, assessor: &mut Assessor) -> Result<(), StageError> {
    let root = assessor.workdir.root().to_path_buf();
    let failed = |path: &Path, e: std::io::Error| StageError::output(path, atomic::plain(&e));
    for output in &task.outputs {
        links::check_way(&root, &output.path)?;
        in_the_way::remove(output, assessor)?;
        let path = root.join(&output.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|e| failed(folder, e))?;
        }
        // A sidecar that no run recorded or noted, and that rsom did not write, belongs to the user. The stage will refuse to overwrite it.
        let mut stale: Vec<String> = sidecar(&output.path)
            .into_iter()
            .filter(|of_output| {
                let recorded = assessor.records.latest(of_output).is_some();
                recorded
                    || rsom_stage::sidecar::is_ours(&path)
                    || (assessor.hash_if_present(of_output))
                        .is_some_and(|sha256| assessor.unrecorded.is_work(of_output, &sha256))
            })
            .collect();
        if output.kind == Kind::Directory {
            let inside = assessor.recorded_inside(&output.path);
            // What an earlier version recorded behind a link is none of ours, and the link was its task's.
            let above = inside
                .iter()
                .filter_map(|path| links::link_above(&root, path));
            stale.extend(above.collect::<BTreeSet<_>>());
            stale.extend(inside);
        } else if path.is_symlink() {
            std::fs::remove_file(&path).map_err(|e| failed(&path, e))?;
        }
        for path in stale {
            let Some(path) = links::own_file(&root, &path) else {
                continue;
            };
            std::fs::remove_file(&path).map_err(|e| failed(&path, e))?;
            assessor.hashes.forget(&path);
        }
        assessor.hashes.forget(&path);
    }
    Ok(())
}

/// Makes a file that has names elsewhere, such as in a store, a file of its own: a program that writes it in place would change it at
/// all its places.
#[cfg(unix)]
fn part_from_others(path: &Path) -> Result<(), StageError> {
    use std::os::unix::fs::MetadataExt;
    let found = path.symlink_metadata();
    let found = found.map_err(|e| StageError::output(path, atomic::plain(&e)))?;
    if !found.is_file() || found.nlink() < 2 {
        return Ok(());
    }
    let failed = |e: std::io::Error| StageError::output(path, atomic::plain(&e));
    atomic::write(path, |temporary| {
        let mut from = std::fs::File::open(path).map_err(failed)?;
        let mut to = std::fs::File::create(temporary).map_err(failed)?;
        std::io::copy(&mut from, &mut to).map_err(failed)?;
        Ok(())
    })
}

#[cfg(not(unix))]
fn part_from_others(_path: &Path) -> Result<(), StageError> {
    Ok(())
}

/// Checks the outputs of a foreign program that has ended: a wrong one is noticed here, and not by a later task.
///
/// # Errors
/// Exit code 1: an output is not of its kind, or not on the grid of its input.
pub(crate) fn check_kinds(plan: &Plan, task: &Task, assessor: &Assessor) -> Result<(), StageError> {
    if !task.tool.is_foreign() {
        return Ok(());
    }
    let root = assessor.workdir.root();
    for output in &task.outputs {
        let grid_of = match task.tool.as_ref() {
            Tool::Stage(tool) => tool
                .command
                .output(&output.port)
                .and_then(|port| port.grid_of.as_ref()),
            Tool::Line(_) => None,
        };
        let input = grid_of.and_then(|port| task.inputs.iter().find(|input| input.port == *port));
        let scan = match input.map(|input| input.files.as_slice()) {
            Some([file]) => plan.path_of(file).map(|path| root.join(path)),
            _ => None,
        };
        let checked = (plan.check_output)(&root.join(&output.path), output.kind, scan.as_deref());
        checked.map_err(|fault| {
            let (path, kind) = (&output.path, output.kind.as_str());
            StageError::failure(format_args!(
                "it wrote {path}, which is no good {kind}: {fault}"
            ))
        })?;
    }
    Ok(())
}
