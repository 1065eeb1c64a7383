//! Checks a stage against the specification of its tool, before anything is expanded.

use rsom_stage::{Parameter, Port};

use crate::model::{Condition, Origin, Stage};
use crate::problem::Problems;
use crate::scans::Scans;
use crate::scope::Names;
use crate::suggest;
use crate::template::{self, Template};
use crate::tool::{StageTool, Tool};

/// Checks names of ports and parameters, and that what is required is there.
///
/// What a swapped-in program does not know is taken out of the stage with a warning.
pub(crate) fn check_ports(
    stage: &mut Stage,
    tool: &StageTool,
    problems: &mut Problems,
    warnings: &mut Problems,
) {
    let command = &tool.command;
    let title = format!("{} {}", tool.stage, command.name);
    let found = if tool.swapped {
        warnings
    } else {
        &mut *problems
    };
    let note = if tool.swapped { "; left out" } else { "" };
    stage.inputs.retain(|input| {
        let known = command.input(&input.port).is_some();
        if !known {
            let hint = suggest::hint(&input.port, names(&command.inputs));
            found.add(
                input.place,
                format!("{title} has no input '{}'{hint}{note}", input.port),
            );
        }
        known
    });
    stage.outputs.retain(|output| {
        let known = command.output(&output.port).is_some();
        if !known {
            let hint = suggest::hint(&output.port, names(&command.outputs));
            found.add(
                output.place,
                format!("{title} has no output '{}'{hint}{note}", output.port),
            );
        }
        known
    });
    stage.parameters.retain(|parameter| {
        let known = command.parameter(&parameter.name).is_some();
        if !known {
            let known = command.parameters.iter().map(|p| p.name.as_str());
            let hint = suggest::hint(&parameter.name, known);
            let name = &parameter.name;
            found.add(
                parameter.place,
                format!("{title} has no parameter '{name}'{hint}{note}"),
            );
        }
        known
    });
    check_required(stage, tool, &title, problems);
}

fn names(ports: &[Port]) -> impl Iterator<Item = &str> {
    ports.iter().map(|port| port.name.as_str())
}

fn check_required(stage: &Stage, tool: &StageTool, title: &str, problems: &mut Problems) {
    let command = &tool.command;
    let mut missing = |what: &str, name: &str, given: bool| {
        if !given {
            problems.add(
                stage.place,
                format!("stage '{}': {title} needs the {what} '{name}'", stage.name),
            );
        }
    };
    for port in command.inputs.iter().filter(|p| p.required) {
        missing(
            "input",
            &port.name,
            stage.inputs.iter().any(|i| i.port == port.name),
        );
    }
    for port in command.outputs.iter().filter(|p| p.required) {
        missing("output", &port.name, stage.output(&port.name).is_some());
    }
    let required = |p: &&Parameter| p.required && p.default.is_none();
    for parameter in command.parameters.iter().filter(required) {
        let given = stage.parameters.iter().any(|p| p.name == parameter.name);
        missing("parameter", &parameter.name, given);
    }
}

/// Checks that every placeholder and every condition of a stage names something that exists.
pub(crate) fn check_names(
    stage: &Stage,
    tool: Option<&Tool>,
    names: &Names<'_>,
    problems: &mut Problems,
) {
    let mut check = |templates: &[Template], place| {
        for name in templates.iter().flat_map(Template::names) {
            if let Err(message) = names.check(name) {
                problems.add(place, message);
            }
        }
    };
    for parameter in &stage.parameters {
        check(
            &template::templates(&parameter.value).unwrap_or_default(),
            parameter.place,
        );
    }
    for output in &stage.outputs {
        check(std::slice::from_ref(&output.path), output.place);
    }
    for source in stage.inputs.iter().flat_map(|input| &input.sources) {
        if let Origin::Path(path) = &source.origin {
            check(std::slice::from_ref(path), source.place);
        }
        for condition in &source.conditions {
            check(
                &template::templates(&condition.value).unwrap_or_default(),
                condition.place,
            );
        }
    }
    for condition in &stage.conditions {
        check(
            &template::templates(&condition.value).unwrap_or_default(),
            condition.place,
        );
    }
    if let Some(Tool::Line(line)) = tool {
        check_line(stage, &line.words, names, problems);
    }
    check_conditions(stage, &stage.conditions, names.scans, problems);
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
    let port = crate::model::snake(port);
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
    let single = std::slice::from_ref(&condition.value);
    for value in condition.value.as_array().map_or(single, Vec::as_slice) {
        let literal = !value.to_string().contains("${");
        if literal && !known.iter().any(|k| crate::value::same(k, value)) {
            let words: std::collections::BTreeSet<String> =
                known.iter().filter_map(template::text_of).collect();
            let text = template::text_of(value).unwrap_or_else(|| "null".into());
            let hint = suggest::hint(&text, words.iter().map(String::as_str));
            problems.add(
                condition.place,
                format!("no scan has {attribute} '{text}'{hint}"),
            );
        }
    }
}
