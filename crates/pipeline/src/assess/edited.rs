//! Finds files at the paths of outputs that the engine did not write: corrections by hand, and other files of the user.

use rsom_stage::{Kind, StageError};

use crate::assess::assessor::Assessor;
use crate::assess::in_the_way;
use crate::assess::links;
use crate::assess::survey::Outlook;
use crate::plan::output_paths::sidecar;
use crate::plan::tasks::{Plan, Task};

/// Number of files to name in an error.
const LISTED: usize = 5;

/// The files at the output paths of the tasks to run that no task wrote as they are, relative to the workdir.
pub(crate) fn edited_outputs(
    plan: &Plan,
    assessor: &mut Assessor,
    outlooks: &[Outlook],
) -> Vec<String> {
    let to_run = plan
        .selected_tasks()
        .filter(|(number, _)| !outlooks[*number].is_up_to_date());
    to_run
        .flat_map(|(_, task)| edited_outputs_of(task, assessor))
        .collect()
}

/// The files at the output paths of a task that no task wrote as they are, relative to the workdir.
pub(crate) fn edited_outputs_of(task: &Task, assessor: &mut Assessor) -> Vec<String> {
    let mut paths = replaced_files(task, assessor);
    let root = assessor.workdir.root().to_path_buf();
    paths.retain(|path| match assessor.hash_if_present(path) {
        // Only the link goes, and nothing behind it.
        Some(_) if links::is_link_without_file(&root.join(path)) => {
            !assessor.is_written_by_a_task(path) && !assessor.unrecorded.may_cover(path)
        }
        Some(sha256) => {
            !assessor.records.contains(path, &sha256)
                && !assessor.unrecorded.may_contain(path, &sha256)
        }
        None => false,
    });
    paths
}

/// The files that a task would write over or remove, as far as they exist, relative to the workdir.
pub(crate) fn replaced_files(task: &Task, assessor: &mut Assessor) -> Vec<String> {
    let mut paths = Vec::new();
    for output in &task.outputs {
        let in_the_way = in_the_way::files(output, assessor.workdir.root());
        if !in_the_way.is_empty() {
            paths.extend(in_the_way);
            continue;
        }
        if output.kind == Kind::Directory {
            // Files that no task recorded stay where they are.
            paths.extend(assessor.recorded_inside(&output.path));
            continue;
        }
        paths.push(output.path.clone());
        // The stage itself refuses to overwrite a sidecar that neither a run recorded nor rsom wrote.
        paths.extend(sidecar(&output.path).filter(|path| assessor.records.latest(path).is_some()));
    }
    paths
}

/// The error that names files of the user and the ways out.
pub(crate) fn would_overwrite(plan: &Plan, paths: &[String]) -> StageError {
    let named: Vec<&str> = paths.iter().take(LISTED).map(String::as_str).collect();
    let others = match paths.len().saturating_sub(LISTED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    StageError::output(
        &plan.workdir,
        format_args!(
            "this run would overwrite files that were edited, or that no run of this folder wrote: {}{others}; \
             to keep them, move them to another folder first; to let later steps use them, move them to corrections/<step>/ \
             next to the pipeline; to overwrite them, add --replace",
            named.join(", ")
        ),
    )
}
