//! Checks the names in a step: placeholders, factors, scan attributes and their values.

use std::collections::BTreeSet;

use crate::read::place::Place;
use serde_json::Value;

use crate::check::tool::Tool;
use crate::plan::scans::Scans;
use crate::plan::scope::Names;
use crate::problem::Problems;
use crate::read::model::{Condition, Origin, Step};
use crate::read::template::{self, Template};
use crate::suggest;
use crate::value;

/// Checks that all placeholders and conditions of a step use names that exist.
pub(crate) fn check_names(
    step: &Step,
    tool: Option<&Tool>,
    names: &Names<'_>,
    problems: &mut Problems,
) {
    let mut texts: Vec<(&Value, Place)> = Vec::new();
    texts.extend(step.parameters.iter().map(|p| (&p.value, p.place)));
    texts.extend(step.conditions.iter().map(|c| (&c.value, c.place)));
    for source in step.inputs.iter().flat_map(|input| &input.sources) {
        let conditions = source.conditions.iter().chain(&source.when);
        texts.extend(conditions.map(|c| (&c.value, c.place)));
        if let Origin::Path(path) = &source.origin
            && let Err(message) = names.check_path(path)
        {
            problems.add(source.place, message);
        }
    }
    let paths = step.outputs.iter().map(|o| (o.path.clone(), o.place));
    let in_texts = texts.iter().flat_map(|(value, place)| {
        // The reader has already reported malformed placeholders.
        let templates = template::templates(value).unwrap_or_default();
        templates.into_iter().map(|template| (template, *place))
    });
    for (template, place) in in_texts.chain(paths) {
        for name in template.names() {
            if let Err(message) = names.check(name) {
                problems.add(place, message);
            }
        }
    }
    if let Some(Tool::Line(line)) = tool {
        check_line(step, &line.words, names, problems);
    }
    check_conditions(step, &step.conditions, names.scans, problems);
    for source in step.inputs.iter().flat_map(|input| &input.sources) {
        check_conditions(step, &source.when, names.scans, problems);
        for condition in &source.when {
            check_levels(step, condition, names, problems);
        }
    }
    if step.foreach_scan && names.scans.absent {
        problems.add(
            step.place,
            format!(
                "step '{}' runs for each scan, but the pipeline names no manifest",
                step.name
            ),
        );
    }
}

/// In a `run` line, `${in.<name>}` and `${out.<name>}` stand for paths.
fn check_line(step: &Step, words: &[Template], names: &Names<'_>, problems: &mut Problems) {
    for name in words.iter().flat_map(Template::names) {
        let result = match name.split_once('.') {
            Some(("in", port)) => declared(port, step.inputs.iter().map(|i| i.port.as_str()), "in"),
            Some(("out", port)) => {
                declared(port, step.outputs.iter().map(|o| o.port.as_str()), "out")
            }
            _ => names.check(name),
        };
        if let Err(message) = result {
            problems.add(step.action_place, message);
        }
    }
    if step.outputs.is_empty() {
        problems.add(
            step.place,
            format!("step '{}' declares no output under 'out'", step.name),
        );
    }
}

fn declared<'a>(
    port: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    section: &str,
) -> Result<(), String> {
    let port = crate::read::model::snake(port);
    if known.clone().any(|name| name == port) {
        return Ok(());
    }
    let hint = suggest::hint(&port, known);
    Err(format!(
        "'${{{section}.{port}}}' is not declared under '{section}'{hint}"
    ))
}

/// Checks conditions on the tasks of `subject`: their keys must be factors or attributes, and a literal value must occur in
/// some scan.
pub(crate) fn check_conditions(
    subject: &Step,
    conditions: &[Condition],
    scans: &Scans,
    problems: &mut Problems,
) {
    for condition in conditions {
        let known = match condition.key.strip_prefix("scan.") {
            None if subject.factor(&condition.key).is_some() => Ok(()),
            _ if !subject.foreach_scan => Err(format!(
                "'{}' is not a factor of step '{}'; a scan attribute needs 'foreach: scan' in that step",
                condition.key, subject.name
            )),
            attribute => scans.check_attribute(attribute.unwrap_or(&condition.key)),
        };
        match known {
            Ok(()) => check_values(subject, condition, scans, problems),
            Err(message) => problems.add(condition.place, message),
        }
    }
}

/// Reports a value under `when` that the factor does not have: a misspelled value would silently skip the input.
fn check_levels(step: &Step, condition: &Condition, names: &Names<'_>, problems: &mut Problems) {
    let Some(factor) = step.factor(&condition.key) else {
        return;
    };
    let param = |name: &str| names.params.get(name).cloned().ok_or_else(String::new);
    // Problems of the factor itself are reported when it is expanded.
    let Ok(levels) = template::fill(&step.matrix[factor].value, &param) else {
        return;
    };
    for wanted in items_of(&condition.value) {
        let is_literal = !wanted.to_string().contains("${");
        if is_literal && !items_of(&levels).iter().any(|k| value::same(k, wanted)) {
            let text = template::text_of(wanted).unwrap_or_else(|| "null".into());
            let key = &condition.key;
            problems.add(
                condition.place,
                format!("factor '{key}' has no value '{text}'"),
            );
        }
    }
}

/// The items of a list, or the value itself.
fn items_of(value: &Value) -> &[Value] {
    (value.as_array()).map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// Reports a value that no scan has: a misspelled value would silently skip scans.
fn check_values(subject: &Step, condition: &Condition, scans: &Scans, problems: &mut Problems) {
    let is_factor = subject.factor(&condition.key).is_some();
    if is_factor || condition.not || scans.is_broken() {
        return;
    }
    let attribute = condition
        .key
        .strip_prefix("scan.")
        .unwrap_or(&condition.key);
    let known = scans.values_of(attribute);
    for wanted in items_of(&condition.value) {
        let is_literal = !wanted.to_string().contains("${");
        if is_literal && !known.iter().any(|k| value::same(k, wanted)) {
            let words: BTreeSet<String> = known.iter().filter_map(template::text_of).collect();
            let text = template::text_of(wanted).unwrap_or_else(|| "null".into());
            let hint = suggest::hint(&text, words.iter().map(String::as_str));
            problems.add(
                condition.place,
                format!("no scan has {attribute} '{text}'{hint}"),
            );
        }
    }
}
