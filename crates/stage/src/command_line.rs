//! Builds the command line of a stage from its declaration.

use clap::builder::{PossibleValue, PossibleValuesParser, StyledStr};
use clap::{Arg, ArgAction, Command as Clap, value_parser};
use rsom_parameters::to_word;

use crate::{CommandSpec, Definition, Parameter, Port, Type, recipe};

/// The clap command of a stage: one subcommand for each of its commands, and `spec`.
///
/// `name` is the name on the command line: `rsom-layerseg` for the stage's own binary, `layerseg` inside `rsom`.
#[must_use]
pub fn command_line(definition: &Definition, name: &str) -> Clap {
    let mut root = Clap::new(name.to_owned())
        .version(version(definition))
        .about(definition.about.clone())
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Clap::new("spec").about("Print the specification of this stage as JSON: commands, inputs, outputs and parameters"));
    for command in &definition.commands {
        let leaf = leaf(&command.spec, name);
        root = match command.spec.name.split_once(' ') {
            None => root.subcommand(leaf.name(command.spec.name.clone())),
            Some((group, name)) => mount(root, group, leaf.name(name.to_owned())),
        };
    }
    root
}

/// Version and revision, in one line.
fn version(definition: &Definition) -> String {
    match &definition.revision {
        Some(revision) => format!("{} (revision {revision})", definition.version),
        None => definition.version.clone(),
    }
}

/// The arguments that all commands share.
#[must_use]
pub fn global_arguments() -> Vec<Arg> {
    vec![
        Arg::new("config")
            .long("config")
            .value_name("FILE")
            .value_parser(value_parser!(std::path::PathBuf))
            .help("Read parameters from a YAML or JSON file; flags override it"),
        Arg::new("threads")
            .long("threads")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=1024))
            .help("Number of threads; does not affect results [default: all cores]"),
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print one machine-readable result line on stdout"),
        Arg::new("quiet")
            .long("quiet")
            .action(ArgAction::SetTrue)
            .help("Print only warnings and errors on stderr"),
    ]
}

fn mount(root: Clap, group: &str, leaf: Clap) -> Clap {
    if root.find_subcommand(group).is_some() {
        return root.mut_subcommand(group, |g| g.subcommand(leaf));
    }
    let group = Clap::new(group.to_owned())
        .about(format!("Commands of the group '{group}'"))
        .subcommand_required(true)
        .arg_required_else_help(true);
    root.subcommand(group.subcommand(leaf))
}

/// An example of a stage's own binary as the program `rsom` takes it: `rsom-layerseg train …` becomes `rsom layerseg train …`.
#[must_use]
pub fn within_rsom(example: &str) -> String {
    match example.strip_prefix("rsom-") {
        Some(rest) => format!("rsom {rest}"),
        None => example.to_owned(),
    }
}

/// A command of the stage. `program` is the stage's own binary, or its name inside `rsom`.
fn leaf(spec: &CommandSpec, program: &str) -> Clap {
    let mut command = Clap::new("leaf")
        .about(spec.about.clone())
        .arg_required_else_help(spec.inputs.iter().chain(&spec.outputs).any(|p| p.required));
    if !spec.examples.is_empty() {
        let lines = spec.examples.iter().map(|example| match program {
            own if own.starts_with("rsom-") => format!("  {example}"),
            _ => format!("  {}", within_rsom(example)),
        });
        let lines: Vec<String> = lines.collect();
        command = command.after_help(StyledStr::from(format!("Examples:\n{}", lines.join("\n"))));
    }
    for port in &spec.inputs {
        command = command.arg(port_argument(port, "in:", "Inputs"));
    }
    for port in &spec.outputs {
        command = command.arg(port_argument(port, "out:", "Outputs"));
    }
    for parameter in &spec.parameters {
        command = command.arg(parameter_argument(parameter));
    }
    if !spec.recipes.is_empty() && spec.parameter(recipe::KEY).is_none() {
        command = command.arg(recipe_argument(spec));
    }
    command.args(global_arguments())
}

/// The flag that chooses a recipe, for commands that belong to one.
fn recipe_argument(spec: &CommandSpec) -> Arg {
    let names = spec.recipes.iter().map(|recipe| recipe.name.clone());
    Arg::new(recipe::KEY)
        .long(recipe::KEY)
        .value_name("WORD")
        .value_parser(PossibleValuesParser::new(names.map(PossibleValue::new)))
        .help("Recipe that sets parameters; flags and --config override it ('rsom recipes' shows the values)")
        .help_heading("Parameters")
}

fn port_argument(port: &Port, prefix: &str, heading: &'static str) -> Arg {
    let mut arg = Arg::new(format!("{prefix}{}", port.name))
        .value_name("PATH")
        .value_parser(value_parser!(std::path::PathBuf))
        .required(port.required)
        .help(port.about.clone())
        .help_heading(heading);
    if !port.positional {
        arg = arg.long(kebab(&port.name));
    }
    if port.many {
        arg.num_args(1..).action(ArgAction::Append)
    } else {
        arg
    }
}

fn parameter_argument(parameter: &Parameter) -> Arg {
    let mut arg = Arg::new(format!("param:{}", parameter.name))
        .long(kebab(&parameter.name))
        .value_name(parameter.schema.placeholder())
        .help(help(parameter))
        .help_heading(match parameter.advanced {
            true => "Advanced parameters",
            false => "Parameters",
        });
    match &parameter.schema.kind {
        Type::Boolean => arg = arg.num_args(0..=1).default_missing_value("true"),
        Type::Integer | Type::Number => arg = arg.allow_negative_numbers(true),
        // `-50,200` is a list, not a flag.
        Type::List(_) => arg = arg.allow_hyphen_values(true),
        Type::Map => arg = arg.action(ArgAction::Append),
        Type::Choice(words) => {
            arg = arg
                .value_parser(PossibleValuesParser::new(
                    words.iter().map(PossibleValue::new),
                ))
                .hide_possible_values(true);
        }
        _ => {}
    }
    arg
}

fn help(parameter: &Parameter) -> String {
    let mut text = parameter.about.clone();
    if let Some(unit) = &parameter.unit {
        text.push_str(&format!(" ({unit})"));
    }
    match &parameter.default {
        Some(default) => text.push_str(&format!(" [default: {}]", to_word(default))),
        None if parameter.required => text.push_str(" [required, here or in --config]"),
        None => {}
    }
    text
}

fn kebab(name: &str) -> String {
    name.replace('_', "-")
}
