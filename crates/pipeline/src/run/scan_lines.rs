//! One line for each scan: for runs whose user thinks in scans, not in tasks.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::plan::tasks::Task;
use crate::run::duration::seconds;

/// Counts what is left of each scan.
#[derive(Debug)]
pub(crate) struct ScanLines {
    open: BTreeMap<String, Open>,
    total: usize,
    finished: usize,
}

#[derive(Debug, Default)]
struct Open {
    /// Tasks that are not settled.
    tasks: usize,
    time: Duration,
    /// Why the first one failed.
    fault: Option<String>,
}

impl ScanLines {
    /// For the tasks that are not up to date.
    pub fn new<'a>(open_tasks: impl Iterator<Item = &'a Task>) -> Self {
        let mut open: BTreeMap<String, Open> = BTreeMap::new();
        for scan in open_tasks.filter_map(|task| task.scan.clone()) {
            open.entry(scan).or_default().tasks += 1;
        }
        Self {
            total: open.len(),
            open,
            finished: 0,
        }
    }

    /// A task ran for so long.
    pub fn took(&mut self, task: &Task, time: Duration) {
        if let Some(open) = task.scan.as_ref().and_then(|scan| self.open.get_mut(scan)) {
            open.time += time;
        }
    }

    /// A task failed.
    pub fn failed(&mut self, task: &Task, fault: &str) {
        if let Some(open) = task.scan.as_ref().and_then(|scan| self.open.get_mut(scan)) {
            open.fault
                .get_or_insert_with(|| format!("failed in '{}': {fault}", task.stage));
        }
    }

    /// A task is done, has failed, or will not run. The line of its scan, if it was the last one.
    pub fn settled(&mut self, task: &Task) -> Option<String> {
        let scan = task.scan.as_ref()?;
        let open = self.open.get_mut(scan)?;
        open.tasks -= 1;
        if open.tasks > 0 {
            return None;
        }
        let Open { time, fault, .. } = self.open.remove(scan)?;
        self.finished += 1;
        let how = fault.unwrap_or_else(|| seconds(time));
        Some(format!("[{}/{}] {scan} … {how}", self.finished, self.total))
    }
}
