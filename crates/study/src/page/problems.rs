//! What failed, and what the tasks warned of.

use std::collections::BTreeMap;

use rsom_pipeline::RecordedRun;
use serde::Serialize;

/// A failure or a warning.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Problem {
    pub is_failure: bool,
    /// The first task with it.
    pub task: String,
    /// Number of the other tasks with it.
    pub more: usize,
    pub text: String,
}

/// Failures first, in the order of the tasks; then warnings, each text once.
pub(super) fn problems(recorded: &RecordedRun) -> Vec<Problem> {
    let tasks = recorded.tasks.iter();
    let failures = tasks.clone().filter_map(|task| {
        Some(Problem {
            is_failure: true,
            task: task.task.clone(),
            more: 0,
            text: task.fault.clone()?,
        })
    });
    let mut problems: Vec<Problem> = failures.collect();
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for task in tasks {
        for text in &task.warnings {
            let key = format!("{}: {}", task.stage, without_file(text));
            if let Some(place) = known.get(&key) {
                problems[*place].more += 1;
                continue;
            }
            known.insert(key, problems.len());
            problems.push(Problem {
                is_failure: false,
                task: task.task.clone(),
                more: 0,
                text: text.clone(),
            });
        }
    }
    problems
}

/// A text without the file that it begins with, such as `scans/p1.nii.gz: empty mask`: files differ from task to task.
fn without_file(text: &str) -> &str {
    match text.split_once(' ') {
        Some((first, rest)) if first.ends_with(':') => rest,
        _ => text,
    }
}
