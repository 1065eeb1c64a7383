//! Reads a pipeline file into its model and collects all errors in its form.

use rsom_stage::yaml::{self, Document};

use crate::problem::{FixAt, Problems};
use crate::read::defaults;
use crate::read::include::{FRAGMENT_KEYS, Fragment, Open, fragments};
use crate::read::input::{conditions, input};
use crate::read::limits::{Limits, limits};
use crate::read::model::{Action, NamedValue, Pipeline, Profile, Step};
use crate::read::node::Node;
use crate::read::parts::{outputs, parameters, report_duplicate_names};
use crate::read::place::Place;
use crate::read::placeholders::check_placeholders;
use crate::read::template::{Template, is_name};
use crate::read::words;

/// Keys of a pipeline file. The key `stages` lists the steps.
pub(crate) const PIPELINE_KEYS: [&str; 8] = [
    "name", "manifest", "recipe", "include", "params", "profiles", "defaults", "stages",
];
/// Keys of a step.
pub(crate) const STEP_KEYS: [&str; 9] = [
    "uses", "run", "foreach", "where", "matrix", "in", "with", "out", "limits",
];
/// First words of placeholders. Params and factors must not have these names.
const RESERVED: [&str; 3] = ["scan", "in", "out"];
/// Names that no step may have.
const RESERVED_FOR_STEPS: [&str; 2] = ["in", "out"];

/// Reads the text of a pipeline file, and the files that it includes with `open`.
///
/// Reports wrong parts and leaves them out of the model, so that the rest is checked too.
pub(crate) fn read(text: &str, open: Open<'_>, problems: &mut Problems) -> Option<Pipeline> {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let hint = placeholder_hint(text, error.place);
            let place = Place::of(0, error.place);
            problems.add(place, format!("{}{hint}", error.message));
            return None;
        }
    };
    let root = Node::root(&document, 0);
    let fragments = fragments(&root, open, problems);
    let roots: Vec<Node<'_>> = fragments.iter().map(Fragment::root).collect();
    let steps: Vec<String> = roots
        .iter()
        .chain([&root])
        .flat_map(names_of_steps)
        .collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let mut pipeline = Pipeline::default();
    for root in &roots {
        for entry in root.known_entries(&FRAGMENT_KEYS, problems) {
            shared(&mut pipeline, &entry, &steps, problems);
        }
    }
    for entry in root.known_entries(&PIPELINE_KEYS, problems) {
        match entry.key() {
            "name" => pipeline.name = name(&entry, problems),
            "manifest" => {
                let text = entry.text(problems);
                pipeline.manifest = text.map(|text| (entry.place(), text.to_owned()));
            }
            "recipe" => {
                let text = entry.text(problems);
                pipeline.recipe = text.map(|text| (entry.place(), text.to_owned()));
            }
            "include" => {}
            _ => shared(&mut pipeline, &entry, &steps, problems),
        }
    }
    let has = |key: &str| root.child_named(key).is_some();
    for (key, is_there) in [
        ("name", has("name")),
        ("stages", has("stages") || has("include")),
    ] {
        if root.is_map() && !is_there {
            problems.add(root.place(), format!("the key '{key}' is missing"));
        }
    }
    if root.is_map() && steps.is_empty() && has("include") && !has("stages") {
        problems.add(root.place(), "a pipeline needs at least one step");
    }
    let texts = fragments.iter().map(|fragment| fragment.text.as_str());
    pipeline.text = texts.chain([text]).collect::<Vec<_>>().join("\n");
    pipeline.included = fragments
        .into_iter()
        .map(|fragment| fragment.path)
        .collect();
    Some(pipeline)
}

/// The names of the steps of a file.
fn names_of_steps(root: &Node<'_>) -> Vec<String> {
    let stages = root.child_named("stages").filter(Node::is_map);
    let steps = stages.map(|stages| stages.entries(&mut Problems::default()));
    let steps = steps.unwrap_or_default();
    steps.iter().map(|step| step.key().to_owned()).collect()
}

/// Reads a key that an included file may have, too. The pipeline file comes last, and its values replace earlier ones.
fn shared(pipeline: &mut Pipeline, entry: &Node<'_>, steps: &[&str], problems: &mut Problems) {
    match entry.key() {
        "params" => replace(&mut pipeline.params, params(entry, problems)),
        "profiles" => {
            for profile in profiles(entry, problems) {
                let mut known = pipeline.profiles.iter_mut();
                match known.find(|known| known.name == profile.name) {
                    Some(known) => replace(&mut known.params, profile.params),
                    None => pipeline.profiles.push(profile),
                }
            }
        }
        "defaults" => {
            let found = defaults::defaults(entry, steps, problems);
            defaults::join(&mut pipeline.defaults, found);
        }
        _ => {
            for step in self::steps(entry, steps, problems) {
                match pipeline.steps.iter().any(|known| known.name == step.name) {
                    true => problems.add(
                        step.place,
                        format!(
                            "an included file has a step '{}', too; rename one",
                            step.name
                        ),
                    ),
                    false => pipeline.steps.push(step),
                }
            }
        }
    }
}

/// Adds values. Those of a name that is there replace the earlier ones.
fn replace(all: &mut Vec<NamedValue>, later: Vec<NamedValue>) {
    for value in later {
        match all.iter_mut().find(|known| known.name == value.name) {
            Some(known) => *known = value,
            None => all.push(value),
        }
    }
}

/// A hint for the most likely syntax error of this format: a placeholder without quotes inside `{ … }` or `[ … ]`.
fn placeholder_hint(text: &str, place: yaml::Place) -> &'static str {
    let near = |line: &str| line.contains("${") && line.contains(['{', '[']);
    let here = text.lines().nth(place.line.saturating_sub(1));
    let before = text.lines().nth(place.line.saturating_sub(2));
    if here.into_iter().chain(before).any(near) {
        " (inside { } and [ ], a placeholder needs quotes: \"${x}\")"
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
        let message = format!(
            "the name '{name}' may contain only letters, digits, '.', '_' and '-', and must start with a letter, digit or '_'"
        );
        problems.add(node.place(), message);
    }
    name.to_owned()
}

fn params(node: &Node<'_>, problems: &mut Problems) -> Vec<NamedValue> {
    let mut params = named(node, problems);
    params.retain(|param| {
        let literal = !param.value.to_string().contains("${");
        if !literal {
            let message = format!(
                "param '{}': a param cannot contain placeholders",
                param.name
            );
            problems.add(param.place, message);
        }
        literal
    });
    params
}

/// Sets of values for params, by name.
fn profiles(node: &Node<'_>, problems: &mut Problems) -> Vec<Profile> {
    let entries = node.named_entries(problems);
    let profile = |entry: &Node<'_>| Profile {
        name: entry.key().to_owned(),
        params: params(entry, problems),
    };
    entries.iter().map(profile).collect()
}

/// Entries with any value. Reports reserved names.
fn named(node: &Node<'_>, problems: &mut Problems) -> Vec<NamedValue> {
    let mut named = Vec::new();
    for entry in node.named_entries(problems) {
        report_reserved_name(&entry, &RESERVED, problems);
        if let Some(value) = entry.json(problems) {
            check_placeholders(&value, entry.place(), problems);
            named.push(NamedValue {
                name: entry.key().to_owned(),
                place: entry.place(),
                value,
            });
        }
    }
    named
}

fn report_reserved_name(node: &Node<'_>, reserved: &[&str], problems: &mut Problems) {
    if reserved.contains(&node.key()) {
        problems.add(
            node.place(),
            format!("the name '{}' is reserved", node.key()),
        );
    }
}

fn steps(node: &Node<'_>, names: &[&str], problems: &mut Problems) -> Vec<Step> {
    let entries = node.named_entries(problems);
    if entries.is_empty() && node.is_map() {
        problems.add(node.place(), "a pipeline needs at least one step");
    }
    entries
        .iter()
        .filter_map(|entry| {
            // A step may be called 'scan': `scan.image` is its output, `scan.files.image` a file of the manifest.
            report_reserved_name(entry, &RESERVED_FOR_STEPS, problems);
            step(entry, names, problems)
        })
        .collect()
}

fn step(node: &Node<'_>, step_names: &[&str], problems: &mut Problems) -> Option<Step> {
    let mut step = Step {
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
        limits: Limits::default(),
    };
    let entries = node.known_entries(&STEP_KEYS, problems);
    let actions: Vec<&Node<'_>> = entries
        .iter()
        .filter(|e| matches!(e.key(), "uses" | "run"))
        .collect();
    match actions.as_slice() {
        [action] => {
            step.action_place = action.place();
            step.action = self::action(action, problems)?;
        }
        [_, second, ..] => {
            let message = format!(
                "step '{}' has both 'uses' and 'run'; keep one of them",
                step.name
            );
            problems.add(second.place(), message);
            return None;
        }
        [] => {
            if node.is_map() {
                let message = format!("step '{}' needs 'uses' or 'run'", step.name);
                problems.add(node.place(), message);
            }
            return None;
        }
    }
    for entry in &entries {
        part(&mut step, entry, step_names, problems);
    }
    Some(step)
}

fn part(step: &mut Step, node: &Node<'_>, step_names: &[&str], problems: &mut Problems) {
    match node.key() {
        "foreach" => match node.as_text() {
            Some("scan") => step.foreach_scan = true,
            other => {
                let fix = other.and_then(|text| FixAt::Value.only(text, ["scan"]));
                problems.add_with(node.place(), "'foreach' can only be 'scan'", fix);
            }
        },
        "where" => step.conditions = conditions(node, problems),
        "matrix" => step.matrix = named(node, problems),
        "in" => {
            let entries = node.named_entries(problems);
            report_duplicate_names(&entries, problems);
            step.inputs = entries
                .iter()
                .map(|entry| input(entry, step_names, problems))
                .collect();
        }
        "with" => {
            if matches!(step.action, Action::Run { .. }) {
                let message = "'with' is only allowed with 'uses'; write parameters into the 'run' line itself";
                problems.add(node.place(), message);
            }
            step.parameters = parameters(node, problems);
        }
        "out" => step.outputs = outputs(node, problems),
        "limits" => step.limits = limits(node, problems),
        _ => {}
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
        return Err("the program of a 'run' line cannot contain placeholders".into());
    }
    Ok(Action::Run { words })
}

fn uses(text: &str) -> Result<Action, String> {
    if text.contains("${") {
        return Err("'uses' cannot contain placeholders".into());
    }
    let words = words::split(text)?;
    let (stage, command) = words.split_first().ok_or("'uses' names no stage")?;
    if command.is_empty() {
        return Err(format!(
            "'uses: {text}' names no command; write '{text} COMMAND'"
        ));
    }
    if !stage.contains('/') && !is_name(stage) {
        return Err(format!(
            "'{stage}' is neither the name of a stage nor a path such as ./program"
        ));
    }
    Ok(Action::Uses {
        stage: stage.clone(),
        command: command.join(" "),
    })
}
