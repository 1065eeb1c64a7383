//! Checks the inputs, outputs and parameters of a step against the specification of its stage.

use rsom_stage::{Parameter, Port};

use crate::check::tool::StageCommand;
use crate::problem::Problems;
use crate::read::model::Step;
use crate::suggest;

/// Checks the names of ports and parameters, and that all required ones are given.
///
/// If the stage was replaced by `--swap`, removes ports and parameters that the program does not have, with a warning.
pub(crate) fn check_ports(
    step: &mut Step,
    tool: &StageCommand,
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
    let note = if tool.swapped { "; it is left out" } else { "" };
    step.inputs.retain(|input| {
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
    step.outputs.retain(|output| {
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
    step.parameters.retain(|parameter| {
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
    check_required(step, tool, &title, problems);
}

fn names(ports: &[Port]) -> impl Iterator<Item = &str> {
    ports.iter().map(|port| port.name.as_str())
}

fn check_required(step: &Step, tool: &StageCommand, title: &str, problems: &mut Problems) {
    let command = &tool.command;
    let mut missing = |what: &str, name: &str, given: bool| {
        if !given {
            problems.add(
                step.place,
                format!("step '{}': {title} needs the {what} '{name}'", step.name),
            );
        }
    };
    for port in command.inputs.iter().filter(|p| p.required) {
        missing(
            "input",
            &port.name,
            step.inputs.iter().any(|i| i.port == port.name),
        );
    }
    for port in command.outputs.iter().filter(|p| p.required) {
        missing("output", &port.name, step.output(&port.name).is_some());
    }
    let required = |p: &&Parameter| p.required && p.default.is_none();
    for parameter in command.parameters.iter().filter(required) {
        let given = step.parameters.iter().any(|p| p.name == parameter.name);
        missing("parameter", &parameter.name, given);
    }
}
