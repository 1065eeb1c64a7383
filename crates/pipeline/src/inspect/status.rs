//! `rsom status`: the progress of a pipeline, step by step.

use rsom_stage::{ExitCode, StageError};

use crate::assess::assessor::Assessor;
use crate::assess::survey::survey;
use crate::assess::workdir::Workdir;
use crate::inspect::lines;
use crate::plan::tasks::Plan;
use crate::run::outcome::State;
use crate::run::reported;

/// Prints a line for each step: its tasks, those that are up to date, and those that failed in the last run.
///
/// # Errors
/// Exit code 3: an input or the records cannot be read, or an input does not match the manifest.
pub(crate) fn print(plan: &Plan) -> Result<ExitCode, StageError> {
    let workdir = Workdir::new(&plan.workdir);
    let mut assessor = Assessor::of(plan)?;
    let outlooks = survey(plan, &mut assessor)?;
    let reported = reported::states(&workdir);
    let mut steps: Vec<(&str, [usize; 3])> = Vec::new();
    for (number, task) in plan.selected_tasks() {
        let outlook = &outlooks[number];
        let is_failed = reported
            .get(&task.label)
            .is_some_and(|state| state == State::Failed.name());
        let is_failed = is_failed
            || outlook
                .failure(&task.label, &mut assessor.unrecorded)
                .is_some();
        let counts = [
            1,
            usize::from(outlook.is_up_to_date()),
            usize::from(is_failed && !outlook.is_up_to_date()),
        ];
        match steps.iter_mut().find(|(name, _)| *name == task.step) {
            Some((_, sums)) => (sums.iter_mut().zip(counts)).for_each(|(sum, count)| *sum += count),
            None => steps.push((&task.step, counts)),
        }
    }
    let width = steps.iter().map(|(name, _)| name.chars().count()).max();
    let width = width.unwrap_or(0).max("step".len());
    let row = |name: &str, cells: [&str; 3]| {
        let [total, up_to_date, failed] = cells;
        format!("{name:width$}  {total:>6}  {up_to_date:>10}  {failed:>6}")
    };
    let mut table = vec![row("step", ["tasks", "up to date", "failed"])];
    for (name, counts) in steps {
        let cells = counts.map(|n| n.to_string());
        table.push(row(name, [&cells[0], &cells[1], &cells[2]]));
    }
    if let Some(run) = workdir.active_run() {
        table.push(format!("a run uses this folder now{run}"));
    }
    lines::print(table)
}
