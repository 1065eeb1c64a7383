//! Which tasks may start: those whose needs are all settled.

use std::collections::{BTreeMap, BTreeSet};

use crate::plan::tasks::Plan;
use crate::run::display::Lines;
use crate::run::left_out;

/// The tasks of a plan that have not started.
#[derive(Debug)]
pub(crate) struct Queue<'a> {
    plan: &'a Plan,
    /// For each task, how many of those that it needs are not settled.
    open_needs: Vec<usize>,
    needed_by: Vec<Vec<usize>>,
    /// With the place of its scan, by which they are taken; 0 where tasks are taken in the order of the plan.
    ready: BTreeSet<(usize, usize)>,
    ranks: Vec<usize>,
    /// Tasks that will not run, because one that they need gives nothing.
    lost: Vec<bool>,
}

impl<'a> Queue<'a> {
    /// All tasks. They start in the order of the plan, or scan after scan.
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
            ranks,
            lost: vec![false; plan.tasks.len()],
        }
    }

    /// Takes the first task that may start.
    pub fn pop(&mut self) -> Option<usize> {
        self.ready.pop_first().map(|(_, number)| number)
    }

    /// The outputs of a task are there.
    pub fn done(&mut self, number: usize) {
        self.ready.remove(&(self.ranks[number], number));
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
            self.ready.insert((self.ranks[number], number));
        }
    }
}

/// The place of each task's scan among all scans; tasks of no scan come first.
fn by_scan(plan: &Plan) -> Vec<usize> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    let ranks = plan.tasks.iter().map(|task| {
        let next = places.len() + 1;
        let scan = task.scan.as_deref();
        scan.map_or(0, |scan| *places.entry(scan).or_insert(next))
    });
    ranks.collect()
}
