//! Checks the inputs, outputs and parameters of a step against the specification of its stage.

use rsom_stage::{Parameter, Port};

use crate::check::tool::StageCommand;
use crate::problem::{Fix, FixAt, Problems};
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
    let names_of = |names: Vec<&String>| -> Vec<String> { names.into_iter().cloned().collect() };
    let inputs = names_of(step.inputs.iter().map(|input| &input.port).collect());
    let outputs = names_of(step.outputs.iter().map(|output| &output.port).collect());
    let parameters = names_of(step.parameters.iter().map(|given| &given.name).collect());
    step.inputs.retain(|input| {
        let known = command.input(&input.port).is_some();
        if !known {
            let hint = suggest::hint(&input.port, names(&command.inputs));
            let fix = fix(&input.port, names(&command.inputs), &inputs);
            let message = format!("{title} has no input '{}'{hint}{note}", input.port);
            found.add_with(input.place, message, fix);
        }
        known
    });
    step.outputs.retain(|output| {
        let known = command.output(&output.port).is_some();
        if !known {
            let hint = suggest::hint(&output.port, names(&command.outputs));
            let fix = fix(&output.port, names(&command.outputs), &outputs);
            let message = format!("{title} has no output '{}'{hint}{note}", output.port);
            found.add_with(output.place, message, fix);
        }
        known
    });
    step.parameters.retain(|parameter| {
        let known = command.parameter(&parameter.name).is_some();
        if !known {
            let known = command.parameters.iter().map(|p| p.name.as_str());
            let hint = suggest::hint(&parameter.name, known.clone());
            let name = &parameter.name;
            let fix = fix(name, known, &parameters);
            let message = format!("{title} has no parameter '{name}'{hint}{note}");
            found.add_with(parameter.place, message, fix);
        }
        known
    });
    check_required(step, tool, &title, problems);
}

/// The name that is meant, unless the step has it already.
fn fix<'a>(name: &str, known: impl Iterator<Item = &'a str>, given: &[String]) -> Option<Fix> {
    let fix = FixAt::Key.only(name, known);
    fix.filter(|fix| !given.contains(&fix.new))
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
