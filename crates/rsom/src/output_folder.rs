//! The folder that `rsom man` and `rsom reference` write.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, value_parser};

const NAME: &str = "output";

/// The argument `--output DIR`.
pub(crate) fn argument() -> Arg {
    Arg::new(NAME)
        .long(NAME)
        .value_name("DIR")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .help("Folder to write; pages of an earlier version are overwritten")
}

/// The folder that was given.
pub(crate) fn given(matches: &ArgMatches) -> Option<&PathBuf> {
    matches.get_one(NAME)
}
