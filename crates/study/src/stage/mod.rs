//! `rsom stage`: for those who write a stage of their own: a starter, and a check whether a program meets the contract.

mod check;
mod command;
mod findings;
mod materials;
mod program;
mod starter;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_stage::{ExitCode, Spec, StageError, log};

use crate::arguments::{absolute_path, path};
use check::Request;

/// Name of the command.
pub const NAME: &str = "stage";

const EXAMPLES: &str = "\
Examples:
  rsom stage new my_stage.py                           a starter in Python (.py), R (.R) or shell (.sh)
  rsom stage check ./my_stage.py                       does it meet the contract? on a small synthetic scan
  rsom run study.yaml --swap layerseg=./my_stage.py    use it in the place of a stage";

const CHECK_EXAMPLES: &str = "\
Examples:
  rsom stage check ./my_stage.py
  rsom stage check ./my_stage.py --command predict --input weights=net.pt --with share=0.4

The checks run each command on a small synthetic scan, and with wrong usage, absent and broken inputs, and outputs that cannot be
written. Exit code 0: everything holds. Exit code 1: something does not.";

/// The command line of `rsom stage`.
#[must_use]
pub fn command_line() -> Command {
    let program = Arg::new("program")
        .value_name("PROGRAM")
        .required(true)
        .value_parser(value_parser!(PathBuf));
    let pairs = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name(value)
            .action(ArgAction::Append)
            .help(help)
    };
    let check = Command::new("check")
        .about("Check on a synthetic scan whether a program meets the contract of stages")
        .arg(program.clone().help("The program to check"))
        .arg(pairs(
            "command",
            "COMMAND",
            "Check only this command; repeatable",
        ))
        .arg(pairs(
            "input",
            "NAME=FILE",
            "A file for an input that cannot be made up, such as weights; repeatable",
        ))
        .arg(pairs(
            "with",
            "NAME=VALUE",
            "A value for a parameter that has no default; repeatable",
        ))
        .arg(path(
            "keep",
            "DIR",
            "Keep the files of the checks in this new folder",
        ))
        .arg_required_else_help(true)
        .after_help(CHECK_EXAMPLES);
    let new = Command::new("new")
        .about("Write a starter of a stage, in Python, R or shell, by the ending of its name")
        .arg(
            program
                .value_name("FILE")
                .help("The file to write: my_stage.py, my_stage.R or my_stage.sh"),
        )
        .arg_required_else_help(true)
        .after_help(EXAMPLES);
    Command::new(NAME)
        .about("Write a stage of your own: a starter, and a check of any program")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(check)
        .subcommand(new)
        .after_help(EXAMPLES)
}

/// Runs `rsom stage` with the given built-in stages. Prints errors on stderr.
#[must_use]
pub fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let result = match matches.subcommand() {
        Some(("check", matches)) => {
            request(matches).and_then(|request| check::check(&request, stages))
        }
        Some((_, matches)) => starter::write(&program(matches)),
        None => Ok(ExitCode::Usage),
    };
    result.unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

fn program(matches: &ArgMatches) -> PathBuf {
    let program = matches.get_one::<PathBuf>("program");
    program.cloned().unwrap_or_default()
}

fn request(matches: &ArgMatches) -> Result<Request, StageError> {
    let words = |name: &str| matches.get_many::<String>(name).into_iter().flatten();
    let pairs = |name: &str| -> Result<BTreeMap<String, String>, StageError> {
        let pair = |word: &String| {
            let (key, value) = word
                .split_once('=')
                .ok_or_else(|| StageError::usage(format_args!("--{name} {word}: write NAME=…")))?;
            Ok((key.replace('-', "_"), value.to_owned()))
        };
        words(name).map(pair).collect()
    };
    let inputs = pairs("input")?;
    let absolute = |(name, file): (String, String)| -> Result<_, StageError> {
        Ok((name, absolute_path(file.as_ref())?))
    };
    Ok(Request {
        program: absolute_path(&program(matches))?,
        commands: words("command").cloned().collect(),
        inputs: inputs.into_iter().map(absolute).collect::<Result<_, _>>()?,
        with: pairs("with")?,
        keep: matches.get_one::<PathBuf>("keep").cloned(),
    })
}
