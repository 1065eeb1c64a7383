//! Reads the entries of `in:`, `where:` and `when:`.

use serde_json::Value;

use crate::problem::{Fix, FixAt, Problems};
use crate::read::model::{Condition, Input, Origin, Source, snake};
use crate::read::node::Node;
use crate::read::placeholders::check_placeholders;
use crate::read::template::{Template, is_name};
use crate::suggest;

/// Keys of an entry of `in:` that is a map.
pub(crate) const SOURCE_KEYS: [&str; 4] = ["from", "where", "when", "missing"];
/// The only value of `missing`.
pub(crate) const LEAVE_OUT: &str = "leave_out";
/// The only key of a condition that is a map.
pub(crate) const CONDITION_KEYS: [&str; 1] = ["not"];

/// Reads an entry of `in:`: a source or a list of sources. `steps` holds the names of all steps.
pub(crate) fn input(node: &Node<'_>, steps: &[&str], problems: &mut Problems) -> Input {
    let nodes = if node.is_list() {
        node.items()
    } else {
        vec![node.clone()]
    };
    if nodes.is_empty() {
        problems.add(node.place(), format!("'{}' is an empty list", node.key()));
    }
    Input {
        port: snake(node.key()),
        place: node.place(),
        sources: nodes
            .iter()
            .filter_map(|source| self::source(source, steps, problems))
            .collect(),
    }
}

/// Reads `where:` or `when:`.
pub(crate) fn conditions(node: &Node<'_>, problems: &mut Problems) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for entry in node.entries(problems) {
        let key = entry.key().to_owned();
        if !key.split('.').all(is_name) {
            problems.add(
                entry.place(),
                format!("'{key}' is not a valid name of a factor or attribute"),
            );
            continue;
        }
        let mut values = vec![entry.clone()];
        let not = entry.is_map();
        if not {
            values = entry.known_entries(&CONDITION_KEYS, problems);
            if values.is_empty() {
                let message =
                    format!("the condition on '{key}' must be a value, a list or {{ not: … }}");
                problems.add(entry.place(), message);
            }
        }
        for value in values {
            let Some(json) = value.json(problems) else {
                continue;
            };
            check_placeholders(&json, value.place(), problems);
            check_flat(&json, &value, problems);
            conditions.push(Condition {
                place: entry.place(),
                key: key.clone(),
                not,
                value: json,
            });
        }
    }
    conditions
}

/// Reports nested values: a condition compares with single values.
fn check_flat(value: &Value, node: &Node<'_>, problems: &mut Problems) {
    let nested = match value {
        Value::Object(_) => true,
        Value::Array(items) => items.iter().any(|i| i.is_array() || i.is_object()),
        _ => false,
    };
    if nested {
        problems.add(
            node.place(),
            "a condition must be a value or a list of values",
        );
    }
}

fn source(node: &Node<'_>, steps: &[&str], problems: &mut Problems) -> Option<Source> {
    if !node.is_map() {
        let text = node.text(problems)?;
        let origin = match reference(text, steps) {
            Ok(origin) => origin,
            Err(_) => Origin::Path(path(text, node, problems)?),
        };
        return Some(Source {
            place: node.place(),
            named_at: node.place(),
            origin,
            conditions: Vec::new(),
            when: Vec::new(),
            leave_out: false,
        });
    }
    let mut origin = None;
    let mut filters = Vec::new();
    let mut when = Vec::new();
    let mut has_from = false;
    let mut named_at = node.place();
    let mut leave_out = false;
    for entry in node.known_entries(&SOURCE_KEYS, problems) {
        if entry.key() == "where" {
            filters = conditions(&entry, problems);
            continue;
        }
        if entry.key() == "when" {
            when = conditions(&entry, problems);
            continue;
        }
        if entry.key() == "missing" {
            leave_out = self::leave_out(&entry, problems);
            continue;
        }
        has_from = true;
        named_at = entry.place();
        if let Some(text) = entry.text(problems) {
            match reference(text, steps) {
                Ok(found) => origin = Some(found),
                Err(message) => {
                    problems.add_with(entry.place(), message, step_meant(text, steps));
                }
            }
        }
    }
    if !has_from {
        problems.add(node.place(), format!("'{}' needs 'from'", node.key()));
    }
    Some(Source {
        place: node.place(),
        named_at,
        origin: origin?,
        conditions: filters,
        when,
        leave_out,
    })
}

/// Reads `missing:`.
fn leave_out(node: &Node<'_>, problems: &mut Problems) -> bool {
    let is_good = node.text(problems) == Some(LEAVE_OUT);
    if !is_good {
        let fix = node.as_text();
        let fix = fix.and_then(|text| FixAt::Value.only(text, [LEAVE_OUT]));
        let message = format!("'missing' can only be {LEAVE_OUT}");
        problems.add_with(node.place(), message, fix);
    }
    is_good
}

/// The step that a reference to none means, if only one is close.
fn step_meant(text: &str, steps: &[&str]) -> Option<Fix> {
    let step = text.split('.').next().unwrap_or_default();
    let fix = FixAt::Value.only(step, steps.iter().copied());
    fix.filter(|_| !steps.contains(&step))
}

fn path(text: &str, node: &Node<'_>, problems: &mut Problems) -> Option<Template> {
    Template::parse(text)
        .map_err(|message| problems.add(node.place(), message))
        .ok()
}

/// Reads `step.output` or `scan.files.role`.
fn reference(text: &str, steps: &[&str]) -> Result<Origin, String> {
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        ["scan", "files", role] if is_name(role) => Ok(Origin::ScanFiles {
            role: (*role).to_owned(),
        }),
        [step, output] if steps.contains(step) && is_name(output) => Ok(Origin::Output {
            step: (*step).to_owned(),
            output: snake(output),
        }),
        [step, output] if is_name(step) && is_name(output) => Err(format!(
            "there is no step '{step}'{}",
            suggest::hint(step, steps.iter().copied())
        )),
        _ => Err(format!(
            "'{text}' is neither <step>.<output> nor scan.files.<role>"
        )),
    }
}
