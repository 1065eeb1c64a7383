//! `rsom store`: what a store holds, whether it is whole, and what may go.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_stage::{ExitCode, StageError, atomic, log, print};

use crate::size;
use crate::store::Store;
use crate::sweep::{Keep, Sweep};

const EXAMPLES: &str = "\
Examples:
  rsom run study.yaml --store /shared/rsom        take what others have computed, and add what they have not
  rsom store list /shared/rsom                    how much it holds of each pipeline
  rsom store limit /shared/rsom 200GB             runs then remove what was not used for longest
  rsom store gc /shared/rsom --unused 90          list what nobody used for 90 days
  rsom store gc /shared/rsom --unused 90 --remove
  rsom store links /shared/rsom yes               save disk space where files cannot be cloned
  rsom store verify /shared/rsom --remove         read all of it, and remove what is damaged";

/// Name of the command.
pub const NAME: &str = "store";

/// Seconds of a day.
const DAY_S: u64 = 24 * 60 * 60;

/// The command line.
#[must_use]
pub fn command_line() -> Command {
    let flag = |help: &'static str| {
        Arg::new("remove")
            .long("remove")
            .action(ArgAction::SetTrue)
            .help(help)
    };
    let of_store = |name: &'static str, about: &'static str| {
        let folder = Arg::new("store")
            .value_name("STORE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("Folder of the store");
        Command::new(name)
            .about(about)
            .arg(folder)
            .arg_required_else_help(true)
    };
    Command::new(NAME)
        .about("Look after a store of task outputs that several studies share (rsom run --store)")
        .after_help(EXAMPLES)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(of_store(
            "list",
            "Print how much a store holds, by pipeline",
        ))
        .subcommand(
            of_store(
                "gc",
                "List what may go from a store, and remove it if asked",
            )
            .args(keep_arguments())
            .arg(flag("Remove what is listed")),
        )
        .subcommand(
            of_store(
                "verify",
                "Read all outputs in a store, and list those that are damaged",
            )
            .arg(flag(
                "Remove what is damaged; the next run that needs it makes it again",
            )),
        )
        .subcommand(
            of_store(
                "links",
                "Set whether outputs are read-only second names of the files of the store, where files cannot be cloned",
            )
            .arg(links_argument()),
        )
        .subcommand(
            of_store(
                "limit",
                "Set the size above which runs remove what was not used for longest",
            )
            .arg(limit_argument()),
        )
}

/// What to keep.
fn keep_arguments() -> [Arg; 2] {
    [
        Arg::new("keep")
            .long("keep")
            .value_name("SIZE")
            .value_parser(|text: &str| size::parse(text))
            .help("Keep so much, such as 200GB; what was not used for longest goes first [default: the limit of the store]"),
        Arg::new("unused")
            .long("unused")
            .value_name("DAYS")
            .value_parser(value_parser!(u32))
            .help("Let go what was not used for so many days"),
    ]
}

fn links_argument() -> Arg {
    Arg::new("links")
        .value_name("yes|no")
        .required(true)
        .value_parser(["yes", "no"])
        .help("With 'yes', a program that can write read-only files, such as one of root, may damage other studies")
}

fn limit_argument() -> Arg {
    Arg::new("limit")
        .value_name("SIZE")
        .required(true)
        .value_parser(limit)
        .help("Size, such as 200GB, or 'none'")
}

/// A size in bytes, or none.
fn limit(text: &str) -> Result<Option<u64>, String> {
    match text {
        "none" => Ok(None),
        _ => size::parse(text).map(Some),
    }
}

/// Runs one of the commands. Prints errors on stderr.
#[must_use]
pub fn execute(matches: &ArgMatches) -> ExitCode {
    run(matches).unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

fn run(matches: &ArgMatches) -> Result<ExitCode, StageError> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(ExitCode::Usage);
    };
    let folder = matches.get_one::<PathBuf>("store").cloned();
    let mut store = Store::open(&folder.unwrap_or_default())?;
    match name {
        "list" => list(&store),
        "gc" => gc(&store, matches),
        "verify" => verify(&store, matches.get_flag("remove")),
        "links" => {
            let links = matches.get_one::<String>("links");
            store.set_links(links.is_some_and(|word| word == "yes"))?;
            Ok(ExitCode::Done)
        }
        _ => {
            let limit = matches.get_one::<Option<u64>>("limit").copied().flatten();
            store.set_limit(limit)?;
            Ok(ExitCode::Done)
        }
    }
}

fn list(store: &Store) -> Result<ExitCode, StageError> {
    let usage = store.usage()?;
    let mut by_pipeline: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for used in &usage.entries {
        let (tasks, bytes) = by_pipeline.entry(&used.entry.pipeline).or_default();
        *tasks += 1;
        *bytes += used.entry.bytes();
    }
    let mut text = String::new();
    for (pipeline, (tasks, bytes)) in by_pipeline {
        let bytes = size::words(bytes);
        text += &format!("{pipeline:<32} {tasks:>7} tasks {bytes:>9}\n");
    }
    let (tasks, bytes) = (usage.entries.len(), size::words(usage.bytes()));
    text += &format!("{:<32} {tasks:>7} tasks {bytes:>9} on the disk", "together");
    if let Some(limit) = store.limit_bytes() {
        text += &format!(", at most {}", size::words(limit));
    }
    Ok(print(&(text + "\n")))
}

fn gc(store: &Store, matches: &ArgMatches) -> Result<ExitCode, StageError> {
    let days = matches.get_one::<u32>("unused");
    let keep = Keep {
        bytes: (matches.get_one::<u64>("keep").copied()).or(store.limit_bytes()),
        unused: days.map(|days| Duration::from_secs(u64::from(*days) * DAY_S)),
    };
    if !matches.get_flag("remove") {
        let sweep = Sweep::of(store.usage()?, keep, SystemTime::now());
        let code = print(&lines(&sweep));
        if !sweep.is_empty() {
            log::info("nothing was removed; add --remove");
        }
        return Ok(code);
    }
    match store.sweep(keep)? {
        Some(sweep) => Ok(print(&lines(&sweep))),
        None => Err(StageError::failure(format_args!(
            "{}: a run adds to the store or takes from it now; try again",
            store.folder().display()
        ))),
    }
}

/// What goes, in lines.
fn lines(sweep: &Sweep) -> String {
    let now = SystemTime::now();
    let mut text = String::new();
    for used in &sweep.entries {
        let days = now.duration_since(used.last).unwrap_or_default().as_secs() / DAY_S;
        let (entry, bytes) = (&used.entry, size::words(used.entry.bytes()));
        text += &format!(
            "{bytes:>9}  unused for {days} days  {}: {}\n",
            entry.pipeline, entry.task
        );
    }
    for path in &sweep.broken {
        text += &format!("broken  {}\n", path.display());
    }
    text + &format!(
        "{} tasks and {} files with {}; {} stay\n",
        sweep.entries.len(),
        sweep.contents.len() + sweep.broken.len(),
        size::words(sweep.bytes()),
        size::words(sweep.left_bytes)
    )
}

fn verify(store: &Store, remove: bool) -> Result<ExitCode, StageError> {
    let verified = store.verify()?;
    let failed = |e: &std::io::Error| StageError::output(store.folder(), atomic::plain(e));
    for damaged in &verified.damage {
        let entry = &damaged.used.entry;
        log::warn(format_args!(
            "{}: {}: {} of {} outputs are missing or altered",
            entry.pipeline,
            entry.task,
            damaged.contents.len(),
            entry.outputs.len()
        ));
        if remove {
            let discarded = store.discard(&damaged.used.key, &damaged.contents);
            discarded.map_err(|e| failed(&e))?;
        }
    }
    for path in &verified.broken {
        log::warn(format_args!("{}: broken", path.display()));
        if remove {
            std::fs::remove_file(path).map_err(|e| failed(&e))?;
        }
    }
    let count = verified.entries;
    if verified.is_whole() {
        return Ok(print(&format!("{count} tasks: all outputs are whole\n")));
    }
    let (bad, broken) = (verified.damage.len(), verified.broken.len());
    let what = format!("{bad} of {count} tasks and {broken} other files");
    if remove {
        return Ok(print(&format!("removed {what}\n")));
    }
    Err(StageError::failure(format_args!(
        "{}: {what} are damaged; a run that needs them makes them again; --remove removes them",
        store.folder().display()
    )))
}
