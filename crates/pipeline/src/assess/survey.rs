//! Determines which tasks a run would start.

use rsom_stage::{Progress, StageError, log};

use crate::assess::assessor::{Assessment, Assessor, Verdict, instruction_mismatch};
use crate::assess::records::Record;
use crate::assess::unrecorded::{Failure, Unrecorded};
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::run::left_out;
use crate::run::signals;
use crate::run::words::tasks;

/// The expected fate of a task in a run.
#[derive(Debug, Clone)]
pub(crate) enum Outlook {
    /// All inputs exist, so that the task is assessed.
    Known(Box<Assessment>),
    /// The task depends on tasks that are not up to date. Holds the index of the first of them.
    After(usize),
}

impl Outlook {
    /// The record of a task that is up to date.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Outlook::Known(assessment) => match &assessment.verdict {
                Verdict::UpToDate(record) => Some(record),
                Verdict::Run(_) => None,
            },
            Outlook::After(_) => None,
        }
    }

    /// How the task failed, if it is not up to date because a task of its identity did.
    pub fn failure(&self, label: &str, unrecorded: &mut Unrecorded) -> Option<Failure> {
        match self {
            Outlook::Known(assessment) if !self.is_up_to_date() => {
                unrecorded.failure(label, assessment.identity.hash())
            }
            _ => None,
        }
    }

    /// Whether the task is up to date.
    pub fn is_up_to_date(&self) -> bool {
        self.record().is_some()
    }
}

/// Warns of tasks that were computed with other vector instructions than those of this machine.
pub(crate) fn warn_of_other_instructions(plan: &Plan, outlooks: &[Outlook]) {
    let pairs = plan.tasks.iter().zip(outlooks);
    let found: Vec<[&str; 2]> = pairs
        .filter_map(|(task, outlook)| instruction_mismatch(task, outlook.record()?))
        .collect();
    if let Some([made, now]) = found.first() {
        let were = if found.len() == 1 { "was" } else { "were" };
        log::warn(format_args!(
            "{} {were} made with {made} instructions, this machine has {now}: their last digits may differ; use --strict to run them again",
            tasks(found.len())
        ));
    }
}

/// Which tasks have failed in the last run, and would fail again, or could not run because others had.
pub(crate) fn failed_tasks(
    plan: &Plan,
    outlooks: &[Outlook],
    unrecorded: &mut Unrecorded,
) -> Vec<bool> {
    let mut failed = Vec::new();
    for (task, outlook) in plan.tasks.iter().zip(outlooks) {
        failed.push(has_failed(task, outlook, &failed, unrecorded));
    }
    failed
}

/// Whether a task has failed, or cannot run because others have. `failed` holds those that come before it in the plan.
fn has_failed(
    task: &Task,
    outlook: &Outlook,
    failed: &[bool],
    unrecorded: &mut Unrecorded,
) -> bool {
    !outlook.is_up_to_date()
        && (outlook.failure(&task.label, unrecorded).is_some()
            || left_out::is_blocked(task, failed))
}

/// Checks all existing input files, then assesses every task whose inputs all exist.
///
/// # Errors
/// Exit code 3: an input cannot be read, or does not match the manifest. Exit code 130: interrupted.
pub(crate) fn survey(plan: &Plan, assessor: &mut Assessor) -> Result<Vec<Outlook>, StageError> {
    survey_with(plan, assessor, &mut || {})
}

/// Like [`survey`]. Calls `assessed` after each task.
///
/// # Errors
/// Like [`survey`].
pub(crate) fn survey_with(
    plan: &Plan,
    assessor: &mut Assessor,
    assessed: &mut dyn FnMut(),
) -> Result<Vec<Outlook>, StageError> {
    let all = vec![true; plan.tasks.len()];
    survey_part(plan, assessor, &all, assessed)
}

/// Like [`survey`], but only of the `wanted` tasks, which include those that they need. The others seem to wait for themselves.
///
/// # Errors
/// Like [`survey`].
pub(crate) fn survey_part(
    plan: &Plan,
    assessor: &mut Assessor,
    wanted: &[bool],
    assessed: &mut dyn FnMut(),
) -> Result<Vec<Outlook>, StageError> {
    check_inputs(plan, assessor, wanted)?;
    let mut outlooks: Vec<Outlook> = Vec::new();
    let mut failed: Vec<bool> = Vec::new();
    for (number, task) in plan.tasks.iter().enumerate() {
        if !wanted[number] {
            outlooks.push(Outlook::After(number));
            failed.push(false);
            continue;
        }
        check_signals()?;
        let open = task
            .after
            .iter()
            .find(|before| !outlooks[**before].is_up_to_date());
        let outlook = match open {
            Some(before) => without_failed(plan, number, (&outlooks, &failed), assessor)?
                .unwrap_or(Outlook::After(*before)),
            None => Outlook::Known(Box::new(assessor.assess(plan, task)?)),
        };
        failed.push(has_failed(
            task,
            &outlook,
            &failed,
            &mut assessor.unrecorded,
        ));
        outlooks.push(outlook);
        assessed();
    }
    Ok(outlooks)
}

/// The outlook of a task that can do without the outputs of failed tasks, if it was made without them, or failed so. `None` if it must
/// wait.
fn without_failed(
    plan: &Plan,
    number: usize,
    (outlooks, failed): (&[Outlook], &[bool]),
    assessor: &mut Assessor,
) -> Result<Option<Outlook>, StageError> {
    let task = &plan.tasks[number];
    let is_there = |before: usize| outlooks[before].is_up_to_date();
    let is_settled = |before: &usize| {
        is_there(*before) || (failed[*before] && left_out::can_run_without(task, *before))
    };
    if !task.after.iter().all(is_settled) {
        return Ok(None);
    }
    let Some(ready) = left_out::ready(task, &is_there) else {
        return Ok(None);
    };
    let outlook = Outlook::Known(Box::new(assessor.assess(plan, &ready)?));
    let is_known = outlook.is_up_to_date()
        || outlook
            .failure(&task.label, &mut assessor.unrecorded)
            .is_some();
    Ok(is_known.then_some(outlook))
}

/// Hashes all existing input files first, so that a wrong file is reported before hours of work, not after.
fn check_inputs(plan: &Plan, assessor: &mut Assessor, wanted: &[bool]) -> Result<(), StageError> {
    let tasks = plan.tasks.iter().zip(wanted);
    let tasks = tasks.filter(|(_, wanted)| **wanted).map(|(task, _)| task);
    let inputs = tasks.flat_map(|task| &task.inputs);
    let given: Vec<&InputFile> = inputs
        .flat_map(|input| &input.files)
        .filter(|file| !matches!(file, InputFile::Output { .. }))
        .collect();
    if given.is_empty() {
        return Ok(());
    }
    let mut progress = Progress::start("checking inputs", given.len() as u64);
    for file in given {
        check_signals()?;
        assessor.check_input(plan, file)?;
        progress.advance(1);
    }
    progress.finish();
    Ok(())
}

fn check_signals() -> Result<(), StageError> {
    if signals::count() > 0 {
        return Err(StageError::interrupted());
    }
    Ok(())
}
