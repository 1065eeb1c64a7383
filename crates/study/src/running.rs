//! How the pipeline of a command is run.

use clap::ArgMatches;
use rsom_pipeline::{Lines, Settings};

/// The settings of a run from the arguments `--jobs`, `--threads` and, where the command has it, `--replace`.
pub(crate) fn settings(matches: &ArgMatches, lines: Lines) -> Settings {
    let number = |name: &str| matches.get_one::<u16>(name).map(|n| usize::from(*n));
    let jobs = number("jobs").unwrap_or(1);
    Settings {
        jobs,
        by_memory: false,
        threads: Settings::threads_of_each(jobs, number("threads")),
        keep_going: true,
        replace: matches!(matches.try_get_one("replace"), Ok(Some(true))),
        prune: false,
        lines,
        json: false,
    }
}
