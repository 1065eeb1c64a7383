//! Checks that steps name only metrics and columns that the tables of earlier steps will contain.

use std::collections::{BTreeMap, BTreeSet};

use rsom_stage::{Named, TableContents, TableNames};
use serde_json::Value;

use crate::check::link::ResolvedStep;
use crate::check::tool::Tool;
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::problem::Problems;
use crate::suggest;

/// The metrics and columns of a table.
#[derive(Debug, Clone, Default)]
struct Contents {
    metrics: BTreeSet<String>,
    columns: BTreeSet<String>,
}

/// Reports names of metrics and columns that no input table of a task will contain.
///
/// Names are not checked if the content of an input table is unknown: a file that no task writes, or the table of a program
/// that does not state its content.
pub(crate) fn check(plan: &Plan, resolved: &[ResolvedStep], problems: &mut Problems) {
    let mut known: BTreeMap<(usize, usize), Option<Contents>> = BTreeMap::new();
    for task in &plan.tasks {
        let Tool::Stage(tool) = task.tool.as_ref() else {
            continue;
        };
        for lookup in &tool.command.table_names {
            let Some(contents) = of_input(plan, task, &lookup.input, &mut known) else {
                continue;
            };
            check_words(task, lookup, &contents, resolved, problems);
        }
    }
}

fn check_words(
    task: &Task,
    lookup: &TableNames,
    contents: &Contents,
    resolved: &[ResolvedStep],
    problems: &mut Problems,
) {
    let step = resolved.iter().find(|r| r.step.name == task.step);
    let Some(step) = step.map(|resolved| &resolved.step) else {
        return;
    };
    // A default may name something that this table does not need.
    let parameter = step
        .parameters
        .iter()
        .find(|p| p.name.replace('-', "_") == lookup.parameter);
    let (Some(parameter), Some(value)) = (parameter, task.parameters.get(&lookup.parameter)) else {
        return;
    };
    let (what, names) = match lookup.names {
        Named::Metric => ("metric", &contents.metrics),
        Named::Column => ("column", &contents.columns),
    };
    for word in words(value) {
        let name = match lookup.names {
            Named::Metric => word.split('@').next().unwrap_or_default(),
            Named::Column => word,
        };
        if !names.contains(name) && !lookup.derived.iter().any(|derived| derived == name) {
            let hint = suggest::hint(name, names.iter().map(String::as_str));
            problems.add(
                parameter.place,
                format!(
                    "'{}': the tables of this step have no {what} '{name}'{hint}",
                    lookup.parameter
                ),
            );
        }
    }
}

/// The texts in a value: one, or those of a list.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(word) => vec![word],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// All metrics and columns of the tables of an input. `None` if those of one table are unknown.
fn of_input(
    plan: &Plan,
    task: &Task,
    port: &str,
    known: &mut BTreeMap<(usize, usize), Option<Contents>>,
) -> Option<Contents> {
    let mut all = Contents::default();
    let inputs = task.inputs.iter().filter(|input| input.port == port);
    for file in inputs.flat_map(|input| &input.files) {
        let InputFile::Output { task, output, .. } = file else {
            return None;
        };
        let of_file = match known.get(&(*task, *output)) {
            Some(contents) => contents.clone(),
            None => {
                let contents = of_output(plan, &plan.tasks[*task], *output, known);
                known.insert((*task, *output), contents.clone());
                contents
            }
        };
        let of_file = of_file?;
        all.metrics.extend(of_file.metrics);
        all.columns.extend(of_file.columns);
    }
    Some(all)
}

fn of_output(
    plan: &Plan,
    task: &Task,
    output: usize,
    known: &mut BTreeMap<(usize, usize), Option<Contents>>,
) -> Option<Contents> {
    let Tool::Stage(tool) = task.tool.as_ref() else {
        return None;
    };
    let port = tool.command.output(&task.outputs.get(output)?.port)?;
    let stated: &TableContents = port.table.as_ref()?;
    let mut contents = Contents {
        metrics: stated.metrics.iter().cloned().collect(),
        columns: stated.columns.iter().cloned().collect(),
    };
    for (parameter, by_word) in &stated.metrics_of {
        let selected = words(task.parameters.get(parameter)?);
        for word in selected {
            contents.metrics.extend(by_word.get(word)?.iter().cloned());
        }
    }
    for parameter in &stated.columns_of {
        let map = task.parameters.get(parameter).and_then(Value::as_object);
        contents
            .columns
            .extend(map.into_iter().flat_map(|map| map.keys().cloned()));
    }
    for input in &stated.of_inputs {
        let of_input = of_input(plan, task, input, known)?;
        contents.metrics.extend(of_input.metrics);
        contents.columns.extend(of_input.columns);
    }
    Some(contents)
}
