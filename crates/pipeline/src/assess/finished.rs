//! Whether a study has run to its end: all tasks are up to date, except those that failed and that others do without.

use rsom_stage::StageError;

use crate::assess::assessor::Assessor;
use crate::assess::survey::{Outlook, failed_tasks, survey};
use crate::assess::unrecorded::Unrecorded;
use crate::plan::tasks::Plan;
use crate::run::left_out;

/// The tasks of a plan that are not up to date.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// Numbers of the tasks that a run must do.
    pub open: Vec<usize>,
    /// Numbers of the tasks that failed or could not run, and that the tasks that gather their outputs leave out.
    pub left_out: Vec<usize>,
}

impl Unfinished {
    /// Sorts the tasks that are not up to date.
    pub(crate) fn of(plan: &Plan, outlooks: &[Outlook], unrecorded: &mut Unrecorded) -> Self {
        let failed = failed_tasks(plan, outlooks, unrecorded);
        let is_up_to_date = |number: usize| outlooks[number].is_up_to_date();
        // The failures that each task hangs on: its own, or those of the tasks before it.
        let mut causes: Vec<Vec<usize>> = Vec::new();
        let mut is_excused = vec![false; plan.tasks.len()];
        for (number, task) in plan.tasks.iter().enumerate() {
            let before = task.after.iter().filter(|before| failed[**before]);
            if is_up_to_date(number) {
                let left_out = before.filter(|before| left_out::can_run_without(task, **before));
                left_out
                    .flat_map(|before| &causes[*before])
                    .for_each(|cause| is_excused[*cause] = true);
                causes.push(Vec::new());
                continue;
            }
            let mut own: Vec<usize> = before.flat_map(|before| causes[*before].clone()).collect();
            own.sort_unstable();
            own.dedup();
            if failed[number] && outlooks[number].failure(&task.label, unrecorded).is_some() {
                own = vec![number];
            }
            causes.push(own);
        }
        let mut found = Self::default();
        for number in (0..plan.tasks.len()).filter(|number| !is_up_to_date(*number)) {
            let causes = &causes[number];
            let is_left_out = failed[number]
                && !causes.is_empty()
                && causes.iter().all(|cause| is_excused[*cause]);
            match is_left_out {
                true => found.left_out.push(number),
                false => found.open.push(number),
            }
        }
        found
    }

    /// What is left out, in words: `1 scan is left out, because its tasks failed: p02`. `None` if nothing is.
    #[must_use]
    pub fn words(&self, plan: &Plan) -> Option<String> {
        /// Number of names to list.
        const LISTED: usize = 5;
        let tasks = self.left_out.iter().map(|number| &plan.tasks[*number]);
        let mut scans: Vec<&str> = tasks
            .clone()
            .filter_map(|task| task.scan.as_deref())
            .collect();
        scans.sort_unstable();
        scans.dedup();
        let labels = || tasks.clone().map(|task| task.label.as_str()).collect();
        let (names, one, many) = match scans.is_empty() {
            false => (
                scans,
                "scan is left out, because its tasks failed",
                "scans are left out, because their tasks failed",
            ),
            true => (
                labels(),
                "task is left out, because it failed",
                "tasks are left out, because they failed",
            ),
        };
        let what = if names.len() == 1 { one } else { many };
        let listed: Vec<&str> = names.iter().take(LISTED).copied().collect();
        let others = match names.len().saturating_sub(LISTED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let names = (!names.is_empty()).then_some(names.len())?;
        Some(format!("{names} {what}: {}{others}", listed.join(", ")))
    }
}

impl Plan {
    /// The tasks that are not up to date.
    ///
    /// # Errors
    /// Exit code 3: an input cannot be read, or does not match the manifest. Exit code 130: interrupted.
    pub fn unfinished(&self) -> Result<Unfinished, StageError> {
        let mut assessor = Assessor::of(self)?;
        let outlooks = survey(self, &mut assessor)?;
        Ok(Unfinished::of(self, &outlooks, &mut assessor.unrecorded))
    }
}
