//! Progress with one line for each scan, instead of one for each task.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::plan::tasks::Task;
use crate::run::duration::seconds;

/// Counts the unfinished tasks of each scan.
#[derive(Debug)]
pub(crate) struct ScanLines {
    open: BTreeMap<String, OpenScan>,
    total: usize,
    finished: usize,
}

/// A scan with unfinished tasks.
#[derive(Debug, Default)]
struct OpenScan {
    /// Number of unfinished tasks.
    tasks: usize,
    time: Duration,
    /// Error of the first failed task.
    fault: Option<String>,
}

impl ScanLines {
    /// Starts with the tasks that are not up to date.
    pub fn new<'a>(open_tasks: impl Iterator<Item = &'a Task>) -> Self {
        let mut open: BTreeMap<String, OpenScan> = BTreeMap::new();
        for scan in open_tasks.filter_map(|task| task.scan.clone()) {
            open.entry(scan).or_default().tasks += 1;
        }
        Self {
            total: open.len(),
            open,
            finished: 0,
        }
    }

    /// Adds the run time of a task to its scan.
    pub fn add_time(&mut self, task: &Task, time: Duration) {
        if let Some(open) = task.scan.as_ref().and_then(|scan| self.open.get_mut(scan)) {
            open.time += time;
        }
    }

    /// Notes that a task failed.
    pub fn failed(&mut self, task: &Task, fault: &str) {
        if let Some(open) = task.scan.as_ref().and_then(|scan| self.open.get_mut(scan)) {
            open.fault
                .get_or_insert_with(|| format!("failed in '{}': {fault}", task.step));
        }
    }

    /// Notes that a task is done, has failed, or will not run. Returns the line of its scan after the scan's last task.
    pub fn settled(&mut self, task: &Task) -> Option<String> {
        let scan = task.scan.as_ref()?;
        let open = self.open.get_mut(scan)?;
        open.tasks -= 1;
        if open.tasks > 0 {
            return None;
        }
        let OpenScan { time, fault, .. } = self.open.remove(scan)?;
        self.finished += 1;
        let how = fault.unwrap_or_else(|| seconds(time));
        Some(format!("[{}/{}] {scan} … {how}", self.finished, self.total))
    }
}
