//! Tasks that are up to date without the outputs of failed tasks, in a run that tries these again: whether they still are is known only
//! afterwards.

use std::collections::BTreeMap;

use crate::assess::survey::Outlook;
use crate::plan::tasks::Plan;
use crate::run::left_out;
use crate::run::outcome::{Outcome, State, not_run};

/// The outlooks of tasks that wait for others, as they were before.
#[derive(Debug)]
pub(crate) struct Reopened(BTreeMap<usize, Outlook>);

impl Reopened {
    /// Lets selected tasks wait for those that a run tries again, and takes their outlooks.
    pub fn take(plan: &Plan, outlooks: &mut [Outlook]) -> Self {
        let mut taken = BTreeMap::new();
        // Whether the outputs of a task may become others in this run.
        let mut is_open = vec![false; plan.tasks.len()];
        for (number, task) in plan.selected_tasks() {
            let before = task.after.iter().copied().find(|before| is_open[*before]);
            let is_up_to_date = outlooks[number].is_up_to_date();
            is_open[number] = before.is_some() || !is_up_to_date;
            if let Some(before) = before.filter(|_| is_up_to_date) {
                let waits = Outlook::After(before);
                taken.insert(number, std::mem::replace(&mut outlooks[number], waits));
            }
        }
        Self(taken)
    }

    /// Gives their outlooks back to the tasks that did not start, if the tasks that they do without failed again. A task that is not
    /// selected is no longer up to date if one of these did not fail.
    pub fn settle(self, plan: &Plan, outcomes: &mut [Outcome]) {
        let mut has_failed = vec![false; plan.tasks.len()];
        for (number, task) in plan.tasks.iter().enumerate() {
            let is_as_before = task.after.iter().all(|before| {
                let without = left_out::can_run_without(task, *before) && has_failed[*before];
                without || outcomes[*before].state.is_good()
            });
            match (outcomes[number].state, self.0.get(&number)) {
                (State::NotRun, Some(outlook)) if is_as_before => {
                    outcomes[number] = Outcome::of_outlook(outlook.clone(), None);
                }
                (State::UpToDate, _) if !is_as_before && !plan.is_selected(number) => {
                    outcomes[number] = not_run();
                }
                _ => {}
            }
            has_failed[number] = match outcomes[number].state {
                State::Failed => true,
                State::NotRun => left_out::is_blocked(task, &has_failed),
                _ => false,
            };
        }
    }
}
