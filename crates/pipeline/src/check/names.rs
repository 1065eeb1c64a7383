//! Checks that what a stage names exists, before anything is expanded: placeholders, factors, attributes and their values.

use std::collections::BTreeSet;

use rsom_stage::yaml::Place;
use serde_json::Value;

use crate::check::tool::Tool;
use crate::plan::scans::Scans;
use crate::plan::scope::Names;
use crate::problem::Problems;
use crate::read::model::{Condition, Origin, Stage};
use crate::read::template::{self, Template};
use crate::suggest;
use crate::value;

/// Checks that every placeholder and every condition of a stage names something that exists.
pub(crate) fn check_names(
    stage: &Stage,
    tool: Option<&Tool>,
    names: &Names<'_>,
    problems: &mut Problems,
) {
    let mut texts: Vec<(&Value, Place)> = Vec::new();
    texts.extend(stage.parameters.iter().map(|p| (&p.value, p.place)));
    texts.extend(stage.conditions.iter().map(|c| (&c.value, c.place)));
    for source in stage.inputs.iter().flat_map(|input| &input.sources) {
        let conditions = source.conditions.iter().chain(&source.when);
        texts.extend(conditions.map(|c| (&c.value, c.place)));
        if let Origin::Path(path) = &source.origin
            && let Err(message) = names.check_path(path)
        {
            problems.add(source.place, message);
        }
    }
    let paths = stage.outputs.iter().map(|o| (o.path.clone(), o.place));
    let in_texts = texts.iter().flat_map(|(value, place)| {
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
        check_line(stage, &line.words, names, problems);
    }
    check_conditions(stage, &stage.conditions, names.scans, problems);
    for source in stage.inputs.iter().flat_map(|input| &input.sources) {
        check_conditions(stage, &source.when, names.scans, problems);
        for condition in &source.when {
            check_levels(stage, condition, names, problems);
        }
    }
    if stage.foreach_scan && names.scans.absent {
        problems.add(
            stage.place,
            format!(
                "stage '{}' runs for each scan, but the pipeline names no manifest",
                stage.name
            ),
        );
    }
}

/// In a `run` line, `${in.<name>}` and `${out.<name>}` stand for paths.
fn check_line(stage: &Stage, words: &[Template], names: &Names<'_>, problems: &mut Problems) {
    for name in words.iter().flat_map(Template::names) {
        let result = match name.split_once('.') {
            Some(("in", port)) => {
                declared(port, stage.inputs.iter().map(|i| i.port.as_str()), "in")
            }
            Some(("out", port)) => {
                declared(port, stage.outputs.iter().map(|o| o.port.as_str()), "out")
            }
            _ => names.check(name),
        };
        if let Err(message) = result {
            problems.add(stage.action_place, message);
        }
    }
    if stage.outputs.is_empty() {
        problems.add(
            stage.place,
            format!("stage '{}' declares no output under 'out'", stage.name),
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

/// Checks the keys of conditions on tasks of `subject`, and that a literal value occurs in some scan or factor.
pub(crate) fn check_conditions(
    subject: &Stage,
    conditions: &[Condition],
    scans: &Scans,
    problems: &mut Problems,
) {
    for condition in conditions {
        let known = match condition.key.strip_prefix("scan.") {
            None if subject.factor(&condition.key).is_some() => Ok(()),
            _ if !subject.foreach_scan => Err(format!(
                "'{}' is no factor of stage '{}', which does not run for each scan",
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

/// A misspelled value under `when` would silently leave the input out.
fn check_levels(stage: &Stage, condition: &Condition, names: &Names<'_>, problems: &mut Problems) {
    let Some(factor) = stage.factor(&condition.key) else {
        return;
    };
    let param = |name: &str| names.params.get(name).cloned().ok_or_else(String::new);
    // What is wrong with the factor itself is told where it is expanded.
    let Ok(levels) = template::fill(&stage.matrix[factor].value, &param) else {
        return;
    };
    for wanted in one_or_many(&condition.value) {
        let is_literal = !wanted.to_string().contains("${");
        if is_literal && !one_or_many(&levels).iter().any(|k| value::same(k, wanted)) {
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
fn one_or_many(value: &Value) -> &[Value] {
    (value.as_array()).map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// A misspelled value would silently leave scans out.
fn check_values(subject: &Stage, condition: &Condition, scans: &Scans, problems: &mut Problems) {
    let is_factor = subject.factor(&condition.key).is_some();
    if is_factor || condition.not || scans.is_broken() {
        return;
    }
    let attribute = condition
        .key
        .strip_prefix("scan.")
        .unwrap_or(&condition.key);
    let known = scans.values_of(attribute);
    for wanted in one_or_many(&condition.value) {
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
