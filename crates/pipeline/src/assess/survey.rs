//! What a run would do, before it does it.

use rsom_stage::{Progress, StageError, log};

use crate::assess::assessor::{Assessment, Assessor, Verdict, other_instructions};
use crate::assess::records::Record;
use crate::plan::tasks::{InputFile, Plan};
use crate::run::signals;

/// What a run would do with a task.
#[derive(Debug, Clone)]
pub(crate) enum Outlook {
    /// Nothing, or run it for a reason.
    Known(Box<Assessment>),
    /// Decide when the tasks before it are done; the first of them is named by its index.
    After(usize),
}

impl Outlook {
    /// The record of the task's outputs, when they are there.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Outlook::Known(assessment) => match &assessment.verdict {
                Verdict::UpToDate(record) => Some(record),
                Verdict::Run(_) => None,
            },
            Outlook::After(_) => None,
        }
    }

    /// Whether the task's outputs are there.
    pub fn is_up_to_date(&self) -> bool {
        self.record().is_some()
    }
}

/// Says how many outputs were made with other vector instructions than this machine's.
pub(crate) fn warn_of_other_instructions(plan: &Plan, outlooks: &[Outlook]) {
    let pairs = plan.tasks.iter().zip(outlooks);
    let found: Vec<[&str; 2]> = pairs
        .filter_map(|(task, outlook)| other_instructions(task, outlook.record()?))
        .collect();
    if let Some([made, now]) = found.first() {
        log::warn(format_args!(
            "{} tasks were made with {made} instructions, this machine has {now}: their last digits may differ; --strict runs them again",
            found.len()
        ));
    }
}

/// Hashes what was there before, and looks at every task whose inputs are all there.
///
/// # Errors
/// Exit code 3: an input cannot be read, or is not what the manifest says. Exit code 130: interrupted.
pub(crate) fn survey(plan: &Plan, assessor: &mut Assessor) -> Result<Vec<Outlook>, StageError> {
    check_inputs(plan, assessor)?;
    let mut outlooks: Vec<Outlook> = Vec::new();
    for task in &plan.tasks {
        check_signals()?;
        let open = task
            .after
            .iter()
            .find(|before| !outlooks[**before].is_up_to_date());
        outlooks.push(match open {
            Some(before) => Outlook::After(*before),
            None => Outlook::Known(Box::new(assessor.assess(plan, task)?)),
        });
    }
    Ok(outlooks)
}

/// A wrong file should be told before hours of work that do not need it, not after.
fn check_inputs(plan: &Plan, assessor: &mut Assessor) -> Result<(), StageError> {
    let inputs = plan.tasks.iter().flat_map(|task| &task.inputs);
    let given: Vec<&InputFile> = inputs
        .flat_map(|input| &input.files)
        .filter(|file| matches!(file, InputFile::External { .. }))
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
