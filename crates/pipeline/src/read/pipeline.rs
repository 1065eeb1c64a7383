//! Reads a pipeline file into its model, collecting everything that is wrong with its form.

use rsom_stage::yaml::{Document, Place};

use crate::problem::Problems;
use crate::read::input::{conditions, input};
use crate::read::model::{Action, Named, Output, Pipeline, Stage, snake};
use crate::read::node::Node;
use crate::read::placeholders::check_placeholders;
use crate::read::template::{Template, is_name};
use crate::read::words;

/// Keys of the file.
pub(crate) const PIPELINE_KEYS: [&str; 4] = ["name", "manifest", "params", "stages"];
/// Keys of a stage.
pub(crate) const STAGE_KEYS: [&str; 8] = [
    "uses", "run", "foreach", "where", "matrix", "in", "with", "out",
];
/// First words of placeholders, which no stage, param or factor may be called.
const RESERVED: [&str; 3] = ["scan", "in", "out"];

/// Reads the text of a pipeline file.
///
/// Parts that are wrong are reported and left out of the model, so that the rest is checked as well.
pub(crate) fn read(text: &str, problems: &mut Problems) -> Option<Pipeline> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let hint = placeholder_hint(text, error.place);
            problems.add(error.place, format!("{}{hint}", error.message));
            return None;
        }
    };
    let root = Node::root(&document);
    let mut pipeline = Pipeline::default();
    let (mut has_name, mut has_stages) = (false, false);
    for entry in root.known_entries(&PIPELINE_KEYS, problems) {
        match entry.key() {
            "name" => {
                has_name = true;
                pipeline.name = name(&entry, problems);
            }
            "manifest" => {
                let text = entry.text(problems);
                pipeline.manifest = text.map(|text| (entry.place(), text.to_owned()));
            }
            "params" => pipeline.params = params(&entry, problems),
            _ => {
                has_stages = true;
                pipeline.stages = stages(&entry, problems);
            }
        }
    }
    for (key, given) in [("name", has_name), ("stages", has_stages)] {
        if root.is_map() && !given {
            problems.add(root.place(), format!("the key '{key}' is missing"));
        }
    }
    Some(pipeline)
}

/// A placeholder in a `{ … }` or `[ … ]` without quotes is the likeliest syntax error of this format.
fn placeholder_hint(text: &str, place: Place) -> &'static str {
    let near = |line: &str| line.contains("${") && line.contains(['{', '[']);
    let here = text.lines().nth(place.line.saturating_sub(1));
    let before = text.lines().nth(place.line.saturating_sub(2));
    if here.into_iter().chain(before).any(near) {
        " (within { } and [ ] a placeholder needs quotes: \"${x}\")"
    } else {
        ""
    }
}

fn name(node: &Node<'_>, problems: &mut Problems) -> String {
    let Some(name) = node.text(problems) else {
        return String::new();
    };
    // It becomes the name of a folder.
    let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if !name.chars().all(good) || name.starts_with(['.', '-']) {
        let message = format!("the name '{name}' may hold letters, digits, '.', '_' and '-' only");
        problems.add(node.place(), message);
    }
    name.to_owned()
}

fn params(node: &Node<'_>, problems: &mut Problems) -> Vec<Named> {
    let mut params = named(node, problems);
    params.retain(|param| {
        let literal = !param.value.to_string().contains("${");
        if !literal {
            let message = format!("param '{}': a param holds no placeholders", param.name);
            problems.add(param.place, message);
        }
        literal
    });
    params
}

/// Entries with any value, whose names may not be reserved ones.
fn named(node: &Node<'_>, problems: &mut Problems) -> Vec<Named> {
    let mut named = Vec::new();
    for entry in node.named_entries(problems) {
        refuse_reserved(&entry, problems);
        if let Some(value) = entry.json(problems) {
            check_placeholders(&value, entry.place(), problems);
            named.push(Named {
                name: entry.key().to_owned(),
                place: entry.place(),
                value,
            });
        }
    }
    named
}

fn refuse_reserved(node: &Node<'_>, problems: &mut Problems) {
    if RESERVED.contains(&node.key()) {
        problems.add(
            node.place(),
            format!("the name '{}' is reserved", node.key()),
        );
    }
}

fn stages(node: &Node<'_>, problems: &mut Problems) -> Vec<Stage> {
    let entries = node.named_entries(problems);
    if entries.is_empty() && node.is_map() {
        problems.add(node.place(), "a pipeline needs at least one stage");
    }
    let names: Vec<&str> = entries.iter().map(Node::key).collect();
    entries
        .iter()
        .filter_map(|entry| {
            refuse_reserved(entry, problems);
            stage(entry, &names, problems)
        })
        .collect()
}

fn stage(node: &Node<'_>, stage_names: &[&str], problems: &mut Problems) -> Option<Stage> {
    let mut stage = Stage {
        name: node.key().to_owned(),
        place: node.place(),
        action: Action::Run { words: Vec::new() },
        action_place: node.place(),
        foreach_scan: false,
        conditions: Vec::new(),
        matrix: Vec::new(),
        inputs: Vec::new(),
        parameters: Vec::new(),
        outputs: Vec::new(),
    };
    let entries = node.known_entries(&STAGE_KEYS, problems);
    let actions: Vec<&Node<'_>> = entries
        .iter()
        .filter(|e| matches!(e.key(), "uses" | "run"))
        .collect();
    match actions.as_slice() {
        [action] => {
            stage.action_place = action.place();
            stage.action = self::action(action, problems)?;
        }
        [_, second, ..] => {
            let message = format!("stage '{}' has 'uses' and 'run'; it needs one", stage.name);
            problems.add(second.place(), message);
            return None;
        }
        [] => {
            if node.is_map() {
                let message = format!("stage '{}' needs 'uses' or 'run'", stage.name);
                problems.add(node.place(), message);
            }
            return None;
        }
    }
    for entry in &entries {
        part(&mut stage, entry, stage_names, problems);
    }
    Some(stage)
}

fn part(stage: &mut Stage, node: &Node<'_>, stage_names: &[&str], problems: &mut Problems) {
    match node.key() {
        "foreach" => match node.as_text() {
            Some("scan") => stage.foreach_scan = true,
            _ => problems.add(node.place(), "'foreach' can only be 'scan'"),
        },
        "where" => stage.conditions = conditions(node, problems),
        "matrix" => stage.matrix = named(node, problems),
        "in" => {
            let entries = node.named_entries(problems);
            refuse_twins(&entries, problems);
            stage.inputs = entries
                .iter()
                .map(|entry| input(entry, stage_names, problems))
                .collect();
        }
        "with" => {
            if matches!(stage.action, Action::Run { .. }) {
                let message = "'with' goes with 'uses'; a 'run' line holds its own parameters";
                problems.add(node.place(), message);
            }
            stage.parameters = parameters(node, problems);
        }
        "out" => stage.outputs = outputs(node, problems),
        _ => {}
    }
}

fn parameters(node: &Node<'_>, problems: &mut Problems) -> Vec<Named> {
    let entries = node.named_entries(problems);
    refuse_twins(&entries, problems);
    let mut parameters = Vec::new();
    for entry in entries {
        if let Some(value) = entry.json(problems) {
            check_placeholders(&value, entry.place(), problems);
            parameters.push(Named {
                name: snake(entry.key()),
                place: entry.place(),
                value,
            });
        }
    }
    parameters
}

fn outputs(node: &Node<'_>, problems: &mut Problems) -> Vec<Output> {
    let entries = node.named_entries(problems);
    refuse_twins(&entries, problems);
    let mut outputs = Vec::new();
    for entry in entries {
        let Some(text) = entry.text(problems) else {
            continue;
        };
        match Template::parse(text) {
            Ok(path) => outputs.push(Output {
                port: snake(entry.key()),
                place: entry.place(),
                path,
            }),
            Err(message) => problems.add(entry.place(), message),
        }
    }
    outputs
}

/// `a-b` and `a_b` are one port.
fn refuse_twins(entries: &[Node<'_>], problems: &mut Problems) {
    for (index, entry) in entries.iter().enumerate() {
        let earlier = entries[..index]
            .iter()
            .find(|e| snake(e.key()) == snake(entry.key()));
        if let Some(earlier) = earlier {
            let message = format!("'{}' and '{}' are the same", earlier.key(), entry.key());
            problems.add(entry.place(), message);
        }
    }
}

fn action(node: &Node<'_>, problems: &mut Problems) -> Option<Action> {
    let text = node.text(problems)?;
    let is_run = node.key() == "run";
    let result = if is_run { run(text) } else { uses(text) };
    result
        .map_err(|message| problems.add(node.place(), message))
        .ok()
}

fn run(text: &str) -> Result<Action, String> {
    let words = words::split(text)?
        .iter()
        .map(|word| Template::parse(word))
        .collect::<Result<Vec<_>, _>>()?;
    if words.first().is_none_or(|w| w.names().next().is_some()) {
        return Err("the program of a 'run' line holds no placeholders".into());
    }
    Ok(Action::Run { words })
}

fn uses(text: &str) -> Result<Action, String> {
    if text.contains("${") {
        return Err("'uses' holds no placeholders".into());
    }
    let words = words::split(text)?;
    let (tool, command) = words.split_first().ok_or("'uses' names no stage")?;
    if command.is_empty() {
        return Err(format!(
            "'uses: {text}' names no command; write '{text} COMMAND'"
        ));
    }
    if !tool.contains('/') && !is_name(tool) {
        return Err(format!("'{tool}' is neither a stage nor a ./program"));
    }
    Ok(Action::Uses {
        tool: tool.clone(),
        command: command.join(" "),
    })
}
