//! Command-line arguments that several commands share.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, value_parser};
use rsom_stage::{StageError, atomic};

/// An argument that is a path.
pub(crate) fn path(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .value_parser(value_parser!(PathBuf))
        .help(help)
}

/// An argument that is a text.
pub(crate) fn text(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// An argument without a value.
pub(crate) fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .action(ArgAction::SetTrue)
        .help(help)
}

/// The arguments `--replace`, `--jobs` and `--threads`.
pub(crate) fn of_runs(jobs: &'static str) -> [Arg; 3] {
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name)
            .long(name)
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=1024))
            .help(help)
    };
    [
        flag(
            "replace",
            "Overwrite results that were edited since they were made; without this option, the run stops and names them",
        ),
        number("jobs", jobs).short('j'),
        number(
            "threads",
            "Threads for all of them together; does not affect results [default: all cores]",
        ),
    ]
}

/// The absolute form of a path that the user gave.
///
/// # Errors
/// Exit code 3: the current folder is unknown.
pub(crate) fn absolute(matches: &ArgMatches, name: &str) -> Result<PathBuf, StageError> {
    let path = matches
        .get_one::<PathBuf>(name)
        .cloned()
        .unwrap_or_default();
    absolute_path(&path)
}

/// The absolute form of a path.
///
/// # Errors
/// Exit code 3: the current folder is unknown.
pub(crate) fn absolute_path(path: &Path) -> Result<PathBuf, StageError> {
    std::path::absolute(path).map_err(|e| StageError::input(path, atomic::plain(&e)))
}
