//! Which tasks may start: those whose needs are all settled.

use std::collections::BTreeSet;

use crate::left_out;
use crate::plan::Plan;

/// The tasks of a plan that have not started.
#[derive(Debug)]
pub(crate) struct Queue<'a> {
    plan: &'a Plan,
    /// For each task, how many of those that it needs are not settled.
    open_needs: Vec<usize>,
    needed_by: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    /// Tasks that will not run, because one that they need gives nothing.
    lost: Vec<bool>,
}

impl<'a> Queue<'a> {
    /// All tasks.
    pub fn new(plan: &'a Plan) -> Self {
        let mut needed_by = vec![Vec::new(); plan.tasks.len()];
        for (number, task) in plan.tasks.iter().enumerate() {
            for before in &task.after {
                needed_by[*before].push(number);
            }
        }
        let free = plan.tasks.iter().enumerate();
        Self {
            plan,
            open_needs: plan.tasks.iter().map(|task| task.after.len()).collect(),
            needed_by,
            ready: free
                .filter(|(_, task)| task.after.is_empty())
                .map(|(number, _)| number)
                .collect(),
            lost: vec![false; plan.tasks.len()],
        }
    }

    /// Takes the first task that may start.
    pub fn pop(&mut self) -> Option<usize> {
        self.ready.pop_first()
    }

    /// The outputs of a task are there.
    pub fn done(&mut self, number: usize) {
        self.ready.remove(&number);
        for after in self.needed_by[number].clone() {
            self.settle_need_of(after);
        }
    }

    /// A task gives no outputs: those that can do without may go on, the others will not run. Returns the latter.
    pub fn gives_nothing(&mut self, number: usize) -> Vec<usize> {
        let mut lost = Vec::new();
        let mut open = vec![number];
        while let Some(number) = open.pop() {
            for after in self.needed_by[number].clone() {
                if left_out::tolerates(&self.plan.tasks[after], number) {
                    self.settle_need_of(after);
                } else if !std::mem::replace(&mut self.lost[after], true) {
                    lost.push(after);
                    open.push(after);
                }
            }
        }
        lost
    }

    fn settle_need_of(&mut self, number: usize) {
        self.open_needs[number] -= 1;
        if self.open_needs[number] == 0 {
            self.ready.insert(number);
        }
    }
}
