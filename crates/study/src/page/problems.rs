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
            // Names of files differ from task to task.
            let key = format!("{}: {}", task.stage, without_first_word(text));
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

fn without_first_word(text: &str) -> &str {
    text.split_once(' ').map_or(text, |(_, rest)| rest)
}
