//! Checks a stage against the specification of its tool, before anything is expanded.

use rsom_stage::{Parameter, Port};

use crate::check::tool::StageTool;
use crate::problem::Problems;
use crate::read::model::Stage;
use crate::suggest;

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
