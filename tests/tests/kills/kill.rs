//! Kills: which process, by which signal.

use std::process::{Child, Command, Stdio};

/// A kind of kill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kill {
    /// Whether the runner is killed.
    pub runner: bool,
    /// Whether the tasks are killed.
    pub tasks: bool,
    /// The signal.
    pub signal: &'static str,
}

/// All kinds: mostly those that no process can prepare for.
pub const KINDS: [Kill; 8] = [
    Kill::new(true, false, "KILL"),
    Kill::new(false, true, "KILL"),
    Kill::new(true, true, "KILL"),
    Kill::new(true, false, "TERM"),
    Kill::new(true, true, "KILL"),
    Kill::new(true, false, "KILL"),
    Kill::new(true, false, "INT"),
    Kill::new(false, true, "TERM"),
];

impl Kill {
    const fn new(runner: bool, tasks: bool, signal: &'static str) -> Self {
        Self {
            runner,
            tasks,
            signal,
        }
    }

    /// Kills a runner, or its tasks, or both. Returns the number of processes.
    pub fn apply(self, runner: &Child) -> usize {
        let mut processes = Vec::new();
        if self.tasks {
            processes.extend(children(runner.id()));
        }
        if self.runner {
            processes.push(runner.id());
        }
        if processes.is_empty() {
            return 0;
        }
        let killed = Command::new("kill")
            .arg(format!("-{}", self.signal))
            .args(processes.iter().map(u32::to_string))
            .stderr(Stdio::null())
            .status();
        // A process that has ended by itself is no failure.
        killed.expect("the program 'kill' starts");
        processes.len()
    }
}

/// The children of a process; none where the system does not tell.
fn children(parent: u32) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter(|process| parent_of(*process) == Some(parent))
        .collect()
}

/// The second word after the name of the program, which stands in brackets.
fn parent_of(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok()
}
