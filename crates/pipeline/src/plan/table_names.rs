//! Checks that steps name only metrics, columns and levels that the tables of earlier steps will contain.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::read::place::Place;
use rsom_stage::{Named, SURFACES, TableContents, TableNames};
use serde_json::Value;

use crate::check::link::ResolvedStep;
use crate::check::tool::Tool;
use crate::plan::tasks::{InputFile, Plan, Task};
use crate::problem::Problems;
use crate::read::template::text_of;
use crate::suggest;

/// The metrics and columns of a table.
#[derive(Debug, Default, PartialEq, Eq)]
struct Contents {
    metrics: BTreeSet<String>,
    columns: BTreeSet<String>,
    /// The values of columns that come from factors of tasks.
    levels: BTreeMap<String, BTreeSet<String>>,
    /// Columns with values that only the tables know.
    open: BTreeSet<String>,
}

impl Contents {
    fn add(&mut self, other: &Self) {
        self.metrics.extend(other.metrics.iter().cloned());
        self.columns.extend(other.columns.iter().cloned());
        self.open.extend(other.open.iter().cloned());
        for (column, levels) in &other.levels {
            let known = self.levels.entry(column.clone()).or_default();
            known.extend(levels.iter().cloned());
        }
    }

    /// The values of a column; `None` if they are not known.
    fn levels(&self, column: &str) -> Option<&BTreeSet<String>> {
        let levels = self.levels.get(column);
        levels.filter(|_| !self.open.contains(column))
    }
}

/// The contents of the output tables seen so far. Tasks of one step mostly have the same, which they share.
#[derive(Default)]
struct Known {
    of_output: BTreeMap<(usize, usize), Option<Rc<Contents>>>,
    of_input: BTreeMap<(usize, String), Option<Rc<Contents>>>,
    /// The last contents found for each step.
    of_step: BTreeMap<String, Rc<Contents>>,
}

/// Reports names of metrics and columns that no input table of a task will contain.
///
/// Names are not checked if the content of an input table is unknown: a file that no task writes, or the table of a program
/// that does not state its content.
pub(crate) fn check(plan: &Plan, resolved: &[ResolvedStep], problems: &mut Problems) {
    let mut known = Known::default();
    for (number, task) in plan.tasks.iter().enumerate() {
        let Tool::Stage(tool) = task.tool.as_ref() else {
            continue;
        };
        for lookup in &tool.command.table_names {
            if let Some(contents) = of_input(plan, number, &lookup.input, &mut known) {
                check_words(task, lookup, &contents, resolved, problems);
            }
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
    let mut given = step.parameters.iter();
    let place = match given.find(|p| p.name.replace('-', "_") == lookup.parameter) {
        Some(given) => given.place,
        None if lookup.needs_default => step.action_place,
        // A default may name something that this table does not need.
        None => return,
    };
    let Some(value) = task.parameters.get(&lookup.parameter) else {
        return;
    };
    if lookup.names == Named::Level {
        check_level(task, lookup, contents, place, problems);
        return;
    }
    let (what, names) = match lookup.names {
        Named::Metric => ("metric", &contents.metrics),
        _ => ("column", &contents.columns),
    };
    for word in words(value) {
        let (name, surface) = match (lookup.names, word.split_once('@')) {
            (Named::Metric, Some((name, surface))) => (name, Some(surface)),
            _ => (word, None),
        };
        let parameter = &lookup.parameter;
        if let Some(surface) = surface.filter(|surface| !SURFACES.contains(surface)) {
            let known = SURFACES.join(", ");
            let message =
                format!("'{parameter}': '{surface}' is no surface; the surfaces are {known}");
            problems.add(place, message);
        }
        if !names.contains(name) && !lookup.derived.iter().any(|derived| derived == name) {
            let hint = suggest::hint(name, names.iter().map(String::as_str));
            problems.add(
                place,
                format!("'{parameter}': the tables of this step have no {what} '{name}'{hint}"),
            );
        }
    }
}

/// Reports a level that no task gives to the column.
fn check_level(
    task: &Task,
    lookup: &TableNames,
    contents: &Contents,
    place: Place,
    problems: &mut Problems,
) {
    let text = |name: &str| task.parameters.get(name).and_then(text_of);
    let column = lookup.of.as_deref().and_then(text);
    let (Some(column), Some(level)) = (column, text(&lookup.parameter)) else {
        return;
    };
    let Some(levels) = contents.levels(&column) else {
        return;
    };
    let number = |text: &str| text.parse::<f64>().ok();
    let is_meant = |known: &String| {
        *known == level || number(known).is_some() && number(known) == number(&level)
    };
    if !levels.iter().any(is_meant) {
        let known: Vec<&str> = levels.iter().map(String::as_str).collect();
        let message = format!(
            "'{}': the column '{column}' has no value '{level}' (known: {})",
            lookup.parameter,
            known.join(", ")
        );
        problems.add(place, message);
    }
}

/// The texts in a value: one, those of a list, or the keys of a map.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(word) => vec![word],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// All metrics and columns of the tables of an input. `None` if those of one table are unknown.
fn of_input(plan: &Plan, task: usize, port: &str, known: &mut Known) -> Option<Rc<Contents>> {
    let key = (task, port.to_owned());
    if let Some(contents) = known.of_input.get(&key) {
        return contents.clone();
    }
    let contents = all_of_input(plan, task, port, known).map(Rc::new);
    known.of_input.insert(key, contents.clone());
    contents
}

fn all_of_input(plan: &Plan, task: usize, port: &str, known: &mut Known) -> Option<Contents> {
    let mut all = Contents::default();
    let mut last: Option<Rc<Contents>> = None;
    let inputs = plan.tasks[task]
        .inputs
        .iter()
        .filter(|input| input.port == port);
    for file in inputs.flat_map(|input| &input.files) {
        let (InputFile::Output { task, output, .. } | InputFile::Corrected { task, output, .. }) =
            file
        else {
            return None;
        };
        let of_file = of_output(plan, *task, *output, known)?;
        if !last.as_ref().is_some_and(|last| Rc::ptr_eq(last, &of_file)) {
            all.add(&of_file);
            last = Some(of_file);
        }
    }
    Some(all)
}

fn of_output(plan: &Plan, task: usize, output: usize, known: &mut Known) -> Option<Rc<Contents>> {
    if let Some(contents) = known.of_output.get(&(task, output)) {
        return contents.clone();
    }
    let contents = stated(plan, task, output, known).map(|contents| {
        let step = &plan.tasks[task].step;
        match known.of_step.get(step) {
            Some(shared) if **shared == contents => Rc::clone(shared),
            _ => {
                let shared = Rc::new(contents);
                known.of_step.insert(step.clone(), Rc::clone(&shared));
                shared
            }
        }
    });
    known.of_output.insert((task, output), contents.clone());
    contents
}

fn stated(plan: &Plan, number: usize, output: usize, known: &mut Known) -> Option<Contents> {
    let task = &plan.tasks[number];
    let Tool::Stage(tool) = task.tool.as_ref() else {
        return None;
    };
    let port = tool.command.output(&task.outputs.get(output)?.port)?;
    let stated: &TableContents = port.table.as_ref()?;
    let mut contents = Contents {
        metrics: stated.metrics.iter().cloned().collect(),
        columns: stated.columns.iter().cloned().collect(),
        open: stated.columns.iter().cloned().collect(),
        levels: BTreeMap::new(),
    };
    for (parameter, by_word) in &stated.metrics_of {
        for word in words(task.parameters.get(parameter)?) {
            contents.metrics.extend(by_word.get(word)?.iter().cloned());
        }
    }
    for parameter in &stated.columns_of {
        let map = task.parameters.get(parameter).and_then(Value::as_object);
        for (name, value) in map.into_iter().flatten() {
            contents.columns.insert(name.clone());
            match text_of(value) {
                Some(level) => {
                    let levels = contents.levels.entry(name.clone()).or_default();
                    levels.insert(level);
                }
                None => {
                    contents.open.insert(name.clone());
                }
            }
        }
    }
    for input in &stated.of_inputs {
        let of_input = of_input(plan, number, input, known)?;
        contents.add(&of_input);
    }
    Some(contents)
}
