//! The steps of a study: program, parameters, and how many tasks.

use std::collections::BTreeSet;

use rsom_pipeline::{RecordedRun, RecordedTask};
use serde::Serialize;

/// A step.
#[derive(Debug, Serialize, PartialEq)]
pub(super) struct Step {
    pub name: String,
    /// Program and command, such as `layerseg train`.
    pub command: String,
    pub version: String,
    pub revision: String,
    pub tasks: usize,
    pub made: usize,
    /// Run time of all its tasks together, in s.
    pub seconds: f64,
    /// Parameters, each with its values in the tasks.
    pub parameters: Vec<(String, String)>,
}

/// Values of a parameter that are listed.
const MOST_VALUES: usize = 6;

/// The steps in the order of their first tasks.
pub(super) fn steps(recorded: &RecordedRun) -> Vec<Step> {
    let mut names: Vec<&str> = Vec::new();
    let mut known = BTreeSet::new();
    for task in &recorded.tasks {
        if known.insert(task.stage.as_str()) {
            names.push(&task.stage);
        }
    }
    names.into_iter().map(|name| step(recorded, name)).collect()
}

fn step(recorded: &RecordedRun, name: &str) -> Step {
    let tasks: Vec<&RecordedTask> = (recorded.tasks.iter())
        .filter(|task| task.stage == name)
        .collect();
    // Tasks of one step may come from several versions.
    let text = |of: &dyn Fn(&RecordedTask) -> Option<String>| {
        let texts: BTreeSet<String> = tasks.iter().filter_map(|task| of(task)).collect();
        texts.into_iter().collect::<Vec<_>>().join(", ")
    };
    let tool = text(&|task| task.tool.clone());
    let command = text(&|task| task.command.clone());
    let keys: BTreeSet<&String> = tasks
        .iter()
        .flat_map(|task| task.parameters.keys())
        .collect();
    let parameters = keys.into_iter().map(|key| {
        let mut values: Vec<String> = Vec::new();
        for task in &tasks {
            let value = task.parameters.get(key);
            let value = value.map_or_else(|| "unset".to_owned(), ToString::to_string);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        let more = values.len().saturating_sub(MOST_VALUES);
        values.truncate(MOST_VALUES);
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        (key.clone(), values.join(", ") + &more)
    });
    Step {
        name: name.to_owned(),
        command: format!("{tool} {command}").trim().to_owned(),
        version: text(&|task| task.version.clone()),
        revision: text(&|task| {
            task.revision
                .clone()
                .or_else(|| task.program_sha256.clone())
        }),
        tasks: tasks.len(),
        made: tasks.iter().filter(|task| task.is_made()).count(),
        // A sum of nothing would be -0.
        seconds: tasks
            .iter()
            .filter_map(|task| task.wall_time_s)
            .fold(0.0, |a, b| a + b),
        parameters: parameters.collect(),
    }
}
