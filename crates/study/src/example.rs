//! `rsom example`: studies on generated data, to try at once. The program carries their files.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use rsom_stage::{ExitCode, StageError, log};

use crate::arguments::{absolute_path, path};
use crate::new_folder;

/// Name of the command.
pub const NAME: &str = "example";

/// A study that the program carries.
struct Example {
    name: &'static str,
    about: &'static str,
    /// What to run in the folder that holds the example, with `{}` for its name.
    run: &'static str,
    /// Path in the folder, and content.
    files: &'static [(&'static str, &'static str)],
}

/// A file of the repository under the same path.
macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../", $path)))
    };
    ($path:literal as $name:literal) => {
        ($name, include_str!(concat!("../../../", $path)))
    };
}

static EXAMPLES: [Example; 6] = [
    Example {
        name: "quickstart",
        about: "a small version of the paper's Table 1: a few minutes",
        run: "rsom run {}/pipelines/quickstart.yaml -j 2",
        files: &[
            file!("pipelines/quickstart.yaml"),
            file!("data-manifests/phantoms.yaml"),
        ],
    },
    Example {
        name: "gerl2020",
        about: "the paper's whole study: one to two hours; with --profile smoke a minute",
        run: "rsom run {}/pipelines/gerl2020.yaml -j 2",
        files: &[
            file!("pipelines/gerl2020.yaml"),
            file!("pipelines/published/gerl2020_table1.yaml"),
            file!("pipelines/published/gerl2020_table2.yaml"),
            file!("data-manifests/gerl2020.yaml"),
        ],
    },
    Example {
        name: "smoothness",
        about: "other ways to smooth surfaces: about an hour; with --profile smoke a minute",
        run: "rsom run {}/pipelines/smoothness.yaml -j 2",
        files: &[
            file!("pipelines/smoothness.yaml"),
            file!("data-manifests/gerl2020.yaml"),
        ],
    },
    Example {
        name: "vessel-mask",
        about: "what the epidermis mask does to vessels, the paper's Table 2: about half an hour",
        run: "rsom run {}/pipelines/vessel-mask.yaml",
        files: &[
            file!("pipelines/vessel-mask.yaml"),
            file!("data-manifests/vessel-phantoms.yaml"),
        ],
    },
    Example {
        name: "own-study",
        about: "scans, masks and a spreadsheet of 24 subjects, for the tutorial 'your own study'",
        run: "rsom run {}/make.yaml -j 2 --workdir data",
        files: &[
            file!("examples/own-study/make.yaml" as "make.yaml"),
            file!("examples/own-study/manifest.yaml" as "manifest.yaml"),
            file!("examples/own-study/participants.csv" as "participants.csv"),
        ],
    },
    Example {
        name: "figures",
        about: "a small study with something for each figure, for the page 'draw the figures of a paper'",
        run: "rsom run {}/make.yaml -j 2 --workdir study",
        files: &[
            file!("examples/figures/make.yaml" as "make.yaml"),
            file!("examples/figures/manifest.yaml" as "manifest.yaml"),
        ],
    },
];

/// The command line of `rsom example`.
#[must_use]
pub fn command_line() -> Command {
    let names = EXAMPLES.iter().map(|example| example.name);
    Command::new(NAME)
        .about("Write an example study on generated data into a new folder; without a name, list the examples")
        .arg(
            Arg::new("name")
                .value_name("NAME")
                .value_parser(PossibleValuesParser::new(names))
                .help("Name of the example"),
        )
        .arg(
            path("output", "DIR", "Folder to write: it must be new or empty [default: the name of the example]")
                .value_parser(value_parser!(PathBuf))
                .requires("name"),
        )
        .after_help("Examples:\n  rsom example\n  rsom example quickstart\n  rsom run quickstart/pipelines/quickstart.yaml -j 2")
}

/// Runs `rsom example`.
#[must_use]
pub fn run(matches: &ArgMatches) -> ExitCode {
    let name = matches.get_one::<String>("name");
    let Some(example) = name.and_then(|name| EXAMPLES.iter().find(|e| e.name == name)) else {
        return rsom_stage::print(&list());
    };
    let folder = matches.get_one::<PathBuf>("output").cloned();
    let folder = folder.unwrap_or_else(|| PathBuf::from(example.name));
    match write(example, &folder) {
        Ok(text) => rsom_stage::print(&text),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn list() -> String {
    let width = EXAMPLES.iter().map(|example| example.name.len()).max();
    let width = width.unwrap_or_default();
    let lines = EXAMPLES
        .iter()
        .map(|example| format!("{:width$}  {}\n", example.name, example.about));
    lines.collect()
}

/// Writes the files of an example into a new folder. Returns what to do next.
fn write(example: &Example, folder: &std::path::Path) -> Result<String, StageError> {
    let target = absolute_path(folder)?;
    new_folder::require_empty(&target, "")?;
    let documents: Vec<(&str, String)> = (example.files.iter())
        .map(|(path, text)| (*path, (*text).to_owned()))
        .collect();
    new_folder::write(&target, &documents)?;
    let shown = folder.display().to_string();
    Ok(format!("next: {}\n", example.run.replace("{}", &shown)))
}
