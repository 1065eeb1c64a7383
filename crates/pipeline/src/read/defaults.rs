//! `defaults:`: parameters, inputs and limits that all steps of a command share.

use crate::problem::Problems;
use crate::read::input::input;
use crate::read::limits::{Limits, limits};
use crate::read::model::{Action, Defaults, Pipeline, Step};
use crate::read::node::Node;
use crate::read::parts::{parameters, report_duplicate_names};
use crate::read::place::Place;
use crate::read::words;

/// Keys of an entry of `defaults:`.
pub(crate) const DEFAULT_KEYS: [&str; 3] = ["in", "with", "limits"];

/// Reads `defaults:`. `steps` holds the names of all steps.
pub(crate) fn defaults(node: &Node<'_>, steps: &[&str], problems: &mut Problems) -> Vec<Defaults> {
    let entries = node.entries(problems);
    entries
        .iter()
        .map(|entry| {
            let words = words::split(entry.key()).unwrap_or_default();
            if words.len() < 2 {
                problems.add(
                    entry.place(),
                    format!(
                        "'{}' names no command of a stage, such as 'layerseg train'",
                        entry.key()
                    ),
                );
            }
            let mut found = Defaults {
                command: words.join(" "),
                place: entry.place(),
                inputs: Vec::new(),
                parameters: Vec::new(),
                limits: Limits::default(),
            };
            for part in entry.known_entries(&DEFAULT_KEYS, problems) {
                match part.key() {
                    "in" => {
                        let entries = part.named_entries(problems);
                        report_duplicate_names(&entries, problems);
                        let inputs = entries.iter().map(|e| input(e, steps, problems));
                        found.inputs = inputs.collect();
                    }
                    "with" => found.parameters = parameters(&part, problems),
                    _ => found.limits = limits(&part, problems),
                }
            }
            found
        })
        .collect()
}

/// Adds the entries of `later` to `all`. What both have is taken from `later`.
pub(crate) fn join(all: &mut Vec<Defaults>, later: Vec<Defaults>) {
    for new in later {
        match all.iter_mut().find(|old| old.command == new.command) {
            Some(old) => {
                old.place = new.place;
                add(&mut old.inputs, new.inputs, |input| &input.port);
                add(&mut old.parameters, new.parameters, |value| &value.name);
                old.limits = new.limits.or(old.limits);
            }
            None => all.push(new),
        }
    }
}

fn add<T>(all: &mut Vec<T>, new: Vec<T>, name: impl Fn(&T) -> &String) {
    for item in new {
        match all.iter_mut().find(|old| name(old) == name(&item)) {
            Some(old) => *old = item,
            None => all.push(item),
        }
    }
}

/// Gives each step what the defaults of its command say and it does not say itself. Returns the defaults that no step uses.
pub(crate) fn apply(pipeline: &mut Pipeline) -> Vec<(Place, String)> {
    let mut unused = Vec::new();
    for defaults in &pipeline.defaults {
        let mut is_used = false;
        for step in &mut pipeline.steps {
            if command_of(step).as_ref() == Some(&defaults.command) {
                is_used = true;
                complete(step, defaults);
            }
        }
        if !is_used {
            unused.push((defaults.place, defaults.command.clone()));
        }
    }
    unused
}

/// The command of a step, with single spaces. `None` for a `run` line.
pub(crate) fn command_of(step: &Step) -> Option<String> {
    match &step.action {
        Action::Uses { stage, command } => Some(format!("{stage} {command}")),
        Action::Run { .. } => None,
    }
}

/// The step's own entries come last, so that an order of the file stays.
fn complete(step: &mut Step, defaults: &Defaults) {
    let mut inputs = defaults.inputs.clone();
    add(&mut inputs, std::mem::take(&mut step.inputs), |i| &i.port);
    step.inputs = inputs;
    let mut parameters = defaults.parameters.clone();
    add(&mut parameters, std::mem::take(&mut step.parameters), |v| {
        &v.name
    });
    step.parameters = parameters;
    step.limits = step.limits.or(defaults.limits);
}
