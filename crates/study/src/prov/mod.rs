//! `rsom prov`: the provenance of a run in the W3C's PROV model: which task made which file from which files, with which program.

mod document;
mod notation;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use rsom_pipeline::RecordedRun;
use rsom_stage::{ExitCode, StageError, log};

use document::Provenance;

/// Name of the command.
pub const NAME: &str = "prov";

const EXAMPLES: &str = "\
Examples:
  rsom prov runs/study > study.provn             PROV-N, to read
  rsom prov runs/study --format json > prov.json PROV-JSON, for other programs
  rsom prov box                                  of a bundle

A file is known by the sha256 of its content, so that a file of two runs is the same entity in both.";

/// The command line of `rsom prov`.
#[must_use]
pub fn command_line() -> Command {
    Command::new(NAME)
        .about("Print the provenance of a run as W3C PROV: which task made which file from which files")
        .arg_required_else_help(true)
        .arg(
            Arg::new("run")
                .value_name("RUN")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Output folder of a run, its run.json, or the folder of a bundle"),
        )
        .arg(
            Arg::new("format")
                .long("format")
                .value_parser(["provn", "json"])
                .default_value("provn")
                .help("PROV-N, a notation to read, or PROV-JSON"),
        )
        .after_help(EXAMPLES)
}

/// Runs `rsom prov`. Prints errors on stderr.
#[must_use]
pub fn run(matches: &ArgMatches) -> ExitCode {
    let path = matches.get_one::<PathBuf>("run").cloned();
    let is_json = matches
        .get_one::<String>("format")
        .is_some_and(|f| f == "json");
    match text(&path.unwrap_or_default(), is_json) {
        Ok(text) => rsom_stage::print(&text),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn text(path: &std::path::Path, is_json: bool) -> Result<String, StageError> {
    let recorded = RecordedRun::read(path)?;
    let provenance = Provenance::of(&recorded);
    Ok(match is_json {
        true => format!("{:#}\n", provenance.json()),
        false => notation::text(&provenance),
    })
}
