//! The process groups of a run that was killed, found by its mark.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rsom_stage::log;

use super::unix::{of, signal};
use crate::run::grace::GRACE;
use crate::run::mark::RUN_VARIABLE;

/// Stops the process groups with a mark.
pub(crate) fn stop_marked(mark: &str) {
    if !groups_of(mark).is_empty() {
        log::warn("stopping a task that a killed run left behind");
        stop(mark);
    }
}

fn stop(mark: &str) {
    let asked = Instant::now();
    let mut told: BTreeSet<u32> = BTreeSet::new();
    loop {
        let groups = groups_of(mark);
        if groups.is_empty() || asked.elapsed() > 2 * GRACE {
            return;
        }
        let forced = asked.elapsed() > GRACE;
        for group in groups {
            if told.insert(group) || forced {
                signal(group, forced);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The groups of the processes with a mark in their environment. Processes that have ended and were not waited for have none.
fn groups_of(mark: &str) -> BTreeSet<u32> {
    let variable = format!("{RUN_VARIABLE}={mark}");
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    let marked = processes.filter_map(|entry| {
        let process = entry.ok()?.path();
        let environment = std::fs::read(process.join("environ")).ok()?;
        let mut variables = environment.split(|byte| *byte == 0);
        let is_marked = variables.any(|found| found == variable.as_bytes());
        is_marked.then(|| of(&process))?
    });
    marked.collect()
}
