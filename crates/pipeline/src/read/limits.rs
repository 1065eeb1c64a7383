//! `limits:` of a step: how many of its tasks run at the same time, with what, for how long, and whether they are tried again. None of
//! it can change a result, so that it is not part of the identity of a task.

use serde_json::Value;

use crate::problem::Problems;
use crate::read::node::Node;

/// Keys of `limits:`.
pub(crate) const LIMIT_KEYS: [&str; 5] = ["jobs", "threads", "memory_mib", "minutes", "retries"];

/// Limits of the tasks of a step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Most tasks of the step at the same time.
    pub jobs: Option<usize>,
    /// Threads of each task.
    pub threads: Option<usize>,
    /// Memory of each task in MiB.
    pub memory_mib: Option<u64>,
    /// Longest time of a task in minutes.
    pub minutes: Option<u64>,
    /// How often a task that fails is tried again.
    pub retries: u32,
}

impl Limits {
    /// These limits, and those of `other` where these say nothing.
    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            jobs: self.jobs.or(other.jobs),
            threads: self.threads.or(other.threads),
            memory_mib: self.memory_mib.or(other.memory_mib),
            minutes: self.minutes.or(other.minutes),
            retries: match self.retries {
                0 => other.retries,
                own => own,
            },
        }
    }
}

/// Reads `limits:`. Reports unknown keys, and values that are no whole numbers in their range.
pub(crate) fn limits(node: &Node<'_>, problems: &mut Problems) -> Limits {
    let mut limits = Limits::default();
    for entry in node.known_entries(&LIMIT_KEYS, problems) {
        let key = entry.key();
        let (least, largest) = match key {
            "jobs" | "threads" => (1, 1024),
            "retries" => (0, 100),
            _ => (1, 1_000_000_000),
        };
        let number = entry.json(problems).as_ref().and_then(Value::as_u64);
        let Some(number) = number.filter(|n| (least..=largest).contains(n)) else {
            problems.add(
                entry.place(),
                format!("'{key}' must be a whole number from {least} to {largest}"),
            );
            continue;
        };
        let small = usize::try_from(number).unwrap_or(usize::MAX);
        match key {
            "jobs" => limits.jobs = Some(small),
            "threads" => limits.threads = Some(small),
            "memory_mib" => limits.memory_mib = Some(number),
            "minutes" => limits.minutes = Some(number),
            _ => limits.retries = u32::try_from(number).unwrap_or(u32::MAX),
        }
    }
    limits
}
