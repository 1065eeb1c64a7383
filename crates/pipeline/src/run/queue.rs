//! The queue of tasks that can start: all tasks that they depend on are settled.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::tasks::Plan;
use crate::run::left_out;
use crate::run::settings::Lines;

/// The tasks of a plan that have not started.
#[derive(Debug)]
pub(crate) struct Queue<'a> {
    plan: &'a Plan,
    /// For each task, the number of unsettled tasks on which it depends.
    open_needs: Vec<usize>,
    /// For each task, the tasks that depend on it.
    needed_by: Vec<Vec<usize>>,
    /// Tasks that can start, as (rank, index), in their order of start.
    ready: BTreeSet<(usize, usize)>,
    /// Tasks that can start when another task of their step has ended, by step.
    held: BTreeMap<&'a str, BTreeSet<(usize, usize)>>,
    /// For each task, the rank of its scan, or 0 if tasks start in the order of the plan.
    ranks: Vec<usize>,
    /// For each task, whether it cannot run because a task on which it depends has no outputs.
    blocked: Vec<bool>,
}

impl<'a> Queue<'a> {
    /// A queue of all tasks, in the order of the plan or scan by scan.
    pub fn new(plan: &'a Plan, lines: Lines) -> Self {
        let ranks = match lines {
            Lines::Tasks => vec![0; plan.tasks.len()],
            Lines::Scans => by_scan(plan),
        };
        let mut needed_by = vec![Vec::new(); plan.tasks.len()];
        for (number, task) in plan.tasks.iter().enumerate() {
            for before in &task.after {
                needed_by[*before].push(number);
            }
        }
        let free = plan
            .tasks
            .iter()
            .enumerate()
            .filter(|(_, t)| t.after.is_empty());
        Self {
            plan,
            open_needs: plan.tasks.iter().map(|task| task.after.len()).collect(),
            needed_by,
            ready: free.map(|(number, _)| (ranks[number], number)).collect(),
            held: BTreeMap::new(),
            ranks,
            blocked: vec![false; plan.tasks.len()],
        }
    }

    /// Removes and returns the first task that can start.
    pub fn pop(&mut self) -> Option<usize> {
        self.ready.pop_first().map(|(_, number)| number)
    }

    /// Puts a task back that was removed, or that is to be tried again.
    pub fn put_back(&mut self, number: usize) {
        self.ready.insert((self.ranks[number], number));
    }

    /// Holds a task back until another one of its step has ended.
    pub fn hold(&mut self, number: usize) {
        let held = self.held.entry(&self.plan.tasks[number].step).or_default();
        held.insert((self.ranks[number], number));
    }

    /// Lets one task start that was held back, because another one of its step has ended.
    pub fn release(&mut self, step: &str) {
        let held = self.held.get_mut(step);
        self.ready.extend(held.and_then(BTreeSet::pop_first));
    }

    /// Notes that the outputs of a task exist.
    pub fn done(&mut self, number: usize) {
        self.ready.remove(&(self.ranks[number], number));
        for after in self.needed_by[number].clone() {
            self.settle_need_of(after);
        }
    }

    /// Notes that a task has no outputs. Returns the tasks that cannot run without them.
    pub fn without_outputs(&mut self, number: usize) -> Vec<usize> {
        let mut blocked = Vec::new();
        let mut open = vec![number];
        while let Some(number) = open.pop() {
            for after in self.needed_by[number].clone() {
                if left_out::can_run_without(&self.plan.tasks[after], number) {
                    self.settle_need_of(after);
                } else if !std::mem::replace(&mut self.blocked[after], true) {
                    blocked.push(after);
                    open.push(after);
                }
            }
        }
        blocked
    }

    /// Takes out a task that is not part of the run. Tasks that can do without its outputs may start.
    pub fn leave_out(&mut self, number: usize) {
        self.ready.remove(&(self.ranks[number], number));
        self.blocked[number] = true;
        self.without_outputs(number);
    }

    fn settle_need_of(&mut self, number: usize) {
        self.open_needs[number] -= 1;
        if self.open_needs[number] == 0 && !self.blocked[number] {
            self.ready.insert((self.ranks[number], number));
        }
    }
}

/// The rank of each task's scan in the plan. Tasks without a scan have rank 0 and come first.
fn by_scan(plan: &Plan) -> Vec<usize> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let ranks = plan.tasks.iter().map(|task| {
        let next = places.len() + 1;
        let scan = task.scan.as_deref();
        scan.map_or(0, |scan| *places.entry(scan).or_insert(next))
    });
    ranks.collect()
}
