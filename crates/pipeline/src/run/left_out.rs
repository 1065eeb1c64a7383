//! Inputs with `missing: leave_out`: a task runs without the outputs of failed tasks.

use std::borrow::Cow;

use crate::check::tool::Tool;
use crate::plan::tasks::{InputFile, Task, TaskInput};

/// Whether a task can run if the task `before`, on which it depends, has failed.
pub(crate) fn can_run_without(task: &Task, before: usize) -> bool {
    let files = task.inputs.iter().flat_map(|input| &input.files);
    let of_task = files.filter_map(|file| match file {
        InputFile::Output {
            task, leave_out, ..
        } if *task == before => Some(*leave_out),
        // The user's file is there.
        InputFile::Corrected { task, .. } if *task == before => Some(true),
        _ => None,
    });
    // The task must not run if any of its inputs needs the failed task.
    of_task.fold(None, |all, leave_out| {
        Some(all.unwrap_or(true) && leave_out)
    }) == Some(true)
}

/// Whether a task cannot run because others have failed: all its inputs come from them, or one that it cannot do without.
pub(crate) fn is_blocked(task: &Task, has_failed: &[bool]) -> bool {
    let is_failed = |before: usize| has_failed.get(before).copied().unwrap_or(false);
    let failed: Vec<usize> = (task.after.iter().copied())
        .filter(|before| is_failed(*before))
        .collect();
    failed.iter().any(|before| !can_run_without(task, *before))
        || (!failed.is_empty() && ready(task, &|before| !is_failed(before)).is_none())
}

/// The task without the optional files whose tasks are not `good`.
pub(crate) fn without_left_out<'a>(task: &'a Task, good: &dyn Fn(usize) -> bool) -> Cow<'a, Task> {
    let is_left_out = |file: &InputFile| matches!(file, InputFile::Output { task, leave_out: true, .. } if !good(*task));
    let mut files = task.inputs.iter().flat_map(|input| &input.files);
    if !files.any(is_left_out) {
        return Cow::Borrowed(task);
    }
    let mut task = task.clone();
    for input in &mut task.inputs {
        input.files.retain(|file| !is_left_out(file));
    }
    Cow::Owned(task)
}

/// The task for its start, also without inputs that have no file left. `None` if a required input has no file left.
pub(crate) fn ready<'a>(task: &'a Task, good: &dyn Fn(usize) -> bool) -> Option<Cow<'a, Task>> {
    let mut task = without_left_out(task, good);
    let needs = |port: &str| match task.tool.as_ref() {
        Tool::Stage(tool) => tool.command.input(port).is_none_or(|port| port.required),
        Tool::Line(_) => true,
    };
    let empty = |input: &&TaskInput| input.files.is_empty();
    if task
        .inputs
        .iter()
        .filter(empty)
        .any(|input| needs(&input.port))
    {
        return None;
    }
    if task.inputs.iter().any(|input| input.files.is_empty()) {
        task.to_mut().inputs.retain(|input| !input.files.is_empty());
    }
    Some(task)
}
