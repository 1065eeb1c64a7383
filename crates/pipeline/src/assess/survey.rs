//! Determines which tasks a run would start.

use rsom_stage::{Progress, StageError, log};

use crate::assess::assessor::{Assessment, Assessor, Verdict, instruction_mismatch};
use crate::assess::records::Record;
use crate::assess::unrecorded::{Failure, Unrecorded};
use crate::plan::tasks::{InputFile, Plan};
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

impl Plan {
    /// The labels of the tasks that are not up to date.
    ///
    /// # Errors
    /// Exit code 3: an input cannot be read, or does not match the manifest. Exit code 130: interrupted.
    pub fn open_tasks(&self) -> Result<Vec<String>, StageError> {
        let mut assessor = Assessor::of(self)?;
        let outlooks = survey(self, &mut assessor)?;
        let tasks = self.tasks.iter().zip(&outlooks);
        let open = tasks.filter(|(_, outlook)| !outlook.is_up_to_date());
        Ok(open.map(|(task, _)| task.label.clone()).collect())
    }
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
    for (number, task) in plan.tasks.iter().enumerate() {
        if !wanted[number] {
            outlooks.push(Outlook::After(number));
            continue;
        }
        check_signals()?;
        let open = task
            .after
            .iter()
            .find(|before| !outlooks[**before].is_up_to_date());
        outlooks.push(match open {
            Some(before) => Outlook::After(*before),
            None => Outlook::Known(Box::new(assessor.assess(plan, task)?)),
        });
        assessed();
    }
    Ok(outlooks)
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
