//! `rsom reference`: the reference pages, written from the definitions of the stages and of the metrics.

mod keys;
mod markdown;
mod metrics;

use std::fmt::Write;

use clap::{ArgMatches, Command};
use markdown::{MADE, anchor, plain, row};
use rsom_stage::{
    CommandSpec, ExitCode, Parameter, Port, Schema, Spec, StageError, atomic, log, to_word,
    within_rsom,
};

use crate::output_folder;

/// Name of the command.
pub(crate) const NAME: &str = "reference";

/// The declaration of the command.
pub(crate) fn command_line() -> Command {
    Command::new(NAME)
        .about("Write the reference pages into a folder: all commands, parameters and metrics, as Markdown")
        .arg(output_folder::argument())
        .after_help("Example:\n  rsom reference --output docs/reference")
}

/// Writes the pages.
pub(crate) fn run(matches: &ArgMatches, specs: &[Spec]) -> ExitCode {
    let Some(folder) = output_folder::given(matches) else {
        return ExitCode::Usage;
    };
    let write = || -> Result<usize, StageError> {
        let pages = pages(specs);
        for (name, text) in &pages {
            atomic::write_bytes(&folder.join(name), text.as_bytes())?;
        }
        Ok(pages.len())
    };
    match write() {
        Ok(count) => rsom_stage::print(&format!("{}: {count} pages\n", folder.display())),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

/// The name and the text of each page.
fn pages(specs: &[Spec]) -> Vec<(String, String)> {
    let mut pages = vec![
        ("README.md".to_owned(), overview(specs)),
        ("measurements.md".to_owned(), metrics::page(specs)),
    ];
    pages.extend(keys::pages());
    let of_stages = specs.iter();
    pages.extend(of_stages.map(|spec| (format!("{}.md", spec.stage), stage(spec))));
    pages
}

fn overview(specs: &[Spec]) -> String {
    let mut text = format!(
        "{MADE}# Reference\n\nThese pages are written from the code. In a pipeline, `uses:` names a command such as \
         `layerseg train`, `in:` and `out:` its inputs and outputs, `with:` its parameters; on a command line, `_` becomes \
         `-`: `--batch-size 5`.\n\n| stage | purpose | commands |\n|---|---|---|\n"
    );
    for spec in specs {
        let name = &spec.stage;
        let commands = spec.commands.iter().map(|command| {
            let anchor = anchor(&format!("{name} {}", command.name));
            format!("[{}]({name}.md#{anchor})", command.name)
        });
        let commands: Vec<String> = commands.collect();
        row(
            &mut text,
            &[
                format!("[{name}]({name}.md)"),
                spec.about.clone(),
                commands.join(", "),
            ],
        );
    }
    text.push_str(
        "\nAll metrics of the tables: [measurements.md](measurements.md). All keys of a pipeline, \
         a manifest and a report: [pipeline-keys.md](pipeline-keys.md), [manifest-keys.md](manifest-keys.md), [run-keys.md](run-keys.md).\n\n## Exit codes\n\n| code | meaning |\n|---|---|\n",
    );
    for (code, meaning) in [
        (ExitCode::Done, "success"),
        (ExitCode::Failure, "any other error"),
        (ExitCode::Usage, "wrong usage or configuration"),
        (
            ExitCode::BadInput,
            "an input breaks the contract; the message names the file and the fault",
        ),
        (ExitCode::CannotWrite, "an output could not be written"),
        (
            ExitCode::Interrupted,
            "stopped by Ctrl-C or a termination signal",
        ),
    ] {
        row(&mut text, &[(code as u8).to_string(), meaning.to_owned()]);
    }
    text
}

/// The page of a stage.
fn stage(spec: &Spec) -> String {
    let mut text = format!("{MADE}# {}\n\n{}.\n", spec.stage, plain(&spec.about));
    for command in &spec.commands {
        let _ = write!(
            text,
            "\n## {} {}\n\n{}.\n",
            spec.stage,
            command.name,
            plain(&command.about)
        );
        let ports = command.inputs.iter().map(|port| ("in", port));
        let ports = ports.chain(command.outputs.iter().map(|port| ("out", port)));
        let ports: Vec<(&str, &Port)> = ports.collect();
        if !ports.is_empty() {
            text.push_str("\n| | name | kind | meaning |\n|---|---|---|---|\n");
            for (side, port) in ports {
                row(
                    &mut text,
                    &[
                        side.to_owned(),
                        name_of(port),
                        kind_of(port),
                        port.about.clone(),
                    ],
                );
            }
        }
        columns(&mut text, command);
        for (advanced, title) in [(false, "Parameters"), (true, "Advanced parameters")] {
            let of_kind = command.parameters.iter().filter(|p| p.advanced == advanced);
            parameters(&mut text, title, of_kind);
        }
        recipes(&mut text, command);
        if !command.examples.is_empty() {
            let examples = command.examples.iter().map(|line| within_rsom(line));
            let examples = examples.collect::<Vec<_>>().join("\n");
            let _ = write!(text, "\n```sh\n{examples}\n```\n");
        }
    }
    text
}

/// The columns of the tables that a command writes.
fn columns(text: &mut String, command: &CommandSpec) {
    for port in &command.outputs {
        let Some(table) = &port.table else { continue };
        let names = table.columns.iter().map(|name| format!("`{name}`"));
        let names: Vec<String> = names.collect();
        let _ = write!(text, "\nColumns of `{}`: {}", port.name, names.join(", "));
        if !table.columns_of.is_empty() {
            let maps = table.columns_of.iter().map(|name| format!("`{name}`"));
            let maps: Vec<String> = maps.collect();
            let _ = write!(text, ", and the names in {}", maps.join(" and "));
        }
        text.push_str(".\n");
    }
}

fn name_of(port: &Port) -> String {
    match port.required {
        true => format!("`{}`", port.name),
        false => format!("`{}` (optional)", port.name),
    }
}

fn kind_of(port: &Port) -> String {
    let many = if port.many { ", several" } else { "" };
    format!("{}{many}", port.kind.as_str())
}

fn parameters<'a>(text: &mut String, title: &str, all: impl Iterator<Item = &'a Parameter>) {
    let all: Vec<&Parameter> = all.collect();
    if all.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "\n| {} | type | default | meaning |\n|---|---|---|---|\n",
        title.to_lowercase()
    );
    for parameter in all {
        let default = match &parameter.default {
            Some(default) if to_word(default).is_empty() => "empty".to_owned(),
            Some(default) => format!("`{}`", to_word(default)),
            None if parameter.required => "required".to_owned(),
            None => String::new(),
        };
        let unit = parameter.unit.as_ref();
        let unit = unit.map_or_else(String::new, |unit| format!(" ({unit})"));
        row(
            text,
            &[
                format!("`{}`", parameter.name),
                type_of(&parameter.schema),
                default,
                format!("{}{unit}", parameter.about),
            ],
        );
    }
}

/// The type of a parameter with its bounds.
fn type_of(schema: &Schema) -> String {
    let bounds = [
        ("at least", schema.minimum),
        ("above", schema.exclusive_minimum),
        ("at most", schema.maximum),
        ("below", schema.exclusive_maximum),
    ];
    let mut parts = vec![format!("`{}`", schema.placeholder())];
    let given = bounds
        .iter()
        .filter_map(|(word, bound)| Some((word, (*bound)?)));
    parts.extend(given.map(|(word, bound)| format!("{word} {bound}")));
    parts.join(", ")
}

fn recipes(text: &mut String, command: &CommandSpec) {
    for recipe in &command.recipes {
        let values = recipe.parameters.iter();
        let values: Vec<String> = values
            .map(|(name, value)| format!("`{name}: {}`", to_word(value)))
            .collect();
        let _ = write!(text, "\nRecipe `{}`: {}.\n", recipe.name, values.join(", "));
    }
}
