//! What the tasks of a part of a study need from the others.

use rsom_stage::StageError;

use crate::assess::assessor::{Assessor, Verdict};
use crate::assess::survey::{Outlook, failed_tasks};
use crate::plan::tasks::Plan;
use crate::run::left_out;

/// Checks that what the selected tasks need is selected, too, or up to date. A task that has failed is as if it had run, for those that
/// can do without its outputs.
///
/// # Errors
/// Exit code 2: a task would have to run before.
pub(crate) fn check_needs(
    plan: &Plan,
    assessor: &mut Assessor,
    outlooks: &[Outlook],
) -> Result<(), StageError> {
    let failed = failed_tasks(plan, outlooks, &mut assessor.unrecorded);
    for (number, task) in plan.selected_tasks() {
        if outlooks[number].is_up_to_date() {
            continue;
        }
        for before in &task.after {
            let (label, outlook) = (&plan.tasks[*before].label, &outlooks[*before]);
            let is_there = plan.is_selected(*before) || outlook.is_up_to_date();
            if is_there || (left_out::can_run_without(task, *before) && failed[*before]) {
                continue;
            }
            let why = match outlook {
                Outlook::Known(assessment) => match &assessment.verdict {
                    Verdict::Run(reason) => format!(" ({reason})"),
                    Verdict::UpToDate(_) => String::new(),
                },
                Outlook::After(_) => String::new(),
            };
            return Err(StageError::usage(format_args!(
                "'{}' needs '{label}', which is neither selected nor up to date{why}; '--until {}' selects what a step needs",
                task.label, task.step
            )));
        }
    }
    Ok(())
}
