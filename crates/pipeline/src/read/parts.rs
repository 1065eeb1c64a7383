//! Parts that steps and defaults have in common.

use crate::problem::Problems;
use crate::read::model::{NamedValue, Output, snake};
use crate::read::node::Node;
use crate::read::placeholders::check_placeholders;
use crate::read::template::Template;

/// Reads `with:`.
pub(crate) fn parameters(node: &Node<'_>, problems: &mut Problems) -> Vec<NamedValue> {
    let entries = node.named_entries(problems);
    report_duplicate_names(&entries, problems);
    let mut parameters = Vec::new();
    for entry in entries {
        if let Some(value) = entry.json(problems) {
            check_placeholders(&value, entry.place(), problems);
            parameters.push(NamedValue {
                name: snake(entry.key()),
                place: entry.place(),
                value,
            });
        }
    }
    parameters
}

/// Reads `out:`.
pub(crate) fn outputs(node: &Node<'_>, problems: &mut Problems) -> Vec<Output> {
    let entries = node.named_entries(problems);
    report_duplicate_names(&entries, problems);
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

/// Reports names that differ only in `-` and `_`: `a-b` and `a_b` are the same port.
pub(crate) fn report_duplicate_names(entries: &[Node<'_>], problems: &mut Problems) {
    for (index, entry) in entries.iter().enumerate() {
        let earlier = entries[..index]
            .iter()
            .find(|e| snake(e.key()) == snake(entry.key()));
        if let Some(earlier) = earlier {
            let message = format!(
                "'{}' and '{}' are the same name",
                earlier.key(),
                entry.key()
            );
            problems.add(entry.place(), message);
        }
    }
}
