//! `rsom report STUDY`: a finished or half-done study on one page, as one HTML file that needs no network.
//!
//! The page is written from `run.json` and the outputs that it names: what the study found, how it was made, tables, figures, pictures of each
//! scan, what failed, and the hash of every output. The same study gives the same bytes.

mod content;
mod data;
mod figures;
mod files;
mod markdown;
mod methods;
mod problems;
mod render;
mod results;
mod steps;
mod tables;
mod words;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_pipeline::RecordedRun;
use rsom_stage::{ExitCode, StageError, atomic, log};

use content::{Content, Limits};

const EXAMPLES: &str = "\
Examples:
  rsom report runs/study                        the whole study on one page: runs/study/report.html
  rsom report box --output study.html           of a bundle
  rsom report runs/study --most-mib 200         with more pictures of scans

Figures for a paper are made by the commands below.";

/// Adds the study to the command line of the stage `report`, whose commands draw single figures.
#[must_use]
pub fn with_study(stage: Command) -> Command {
    stage
        .about("Show a whole study on one page, or draw figures")
        .args_conflicts_with_subcommands(true)
        .subcommand_required(false)
        .arg_required_else_help(true)
        .arg(
            Arg::new("study")
                .value_name("STUDY")
                .value_parser(value_parser!(PathBuf))
                .help("Output folder of a run, its run.json, or the folder of a bundle"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FILE.html")
                .value_parser(value_parser!(PathBuf))
                .help("The page [default: report.html in the folder of the study]"),
        )
        .arg(
            Arg::new("most_mib")
                .long("most-mib")
                .value_name("MiB")
                .value_parser(value_parser!(u32).range(1..))
                .default_value("40")
                .help("Most that figures and pictures may take; the others are named"),
        )
        .arg(
            Arg::new("force")
                .long("force")
                .action(ArgAction::SetTrue)
                .help("Replace a file that rsom did not write"),
        )
        .after_help(EXAMPLES)
}

/// Writes the page. Prints errors on stderr.
#[must_use]
pub fn run(matches: &ArgMatches) -> ExitCode {
    match write(matches) {
        Ok(code) => code,
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn write(matches: &ArgMatches) -> Result<ExitCode, StageError> {
    let study = matches.get_one::<PathBuf>("study");
    let study = study.ok_or_else(|| StageError::usage("name the output folder of a run"))?;
    if !study.exists() && study.components().count() == 1 {
        return Err(StageError::usage(format_args!(
            "'{}' is neither a study nor a command of 'rsom report'",
            study.display()
        )));
    }
    let recorded = RecordedRun::read(study)?;
    let folder = match study.is_dir() {
        true => study.clone(),
        false => study.parent().unwrap_or(Path::new("")).to_path_buf(),
    };
    let output = matches.get_one::<PathBuf>("output").cloned();
    let output = output.unwrap_or_else(|| folder.join("report.html"));
    let is_output = || {
        let outputs = recorded.tasks.iter().flat_map(|task| task.outputs.values());
        let mut paths = outputs.filter_map(|file| file.path.as_ref());
        paths.any(|path| is_same(&folder.join(path), &output))
    };
    if !matches.get_flag("force") && output.exists() && (!is_ours(&output) || is_output()) {
        return Err(StageError::output(
            &output,
            "the file exists and is no page that rsom wrote, or is an output of the study; add --force to replace it, or name another --output",
        ));
    }
    let mib = matches.get_one::<u32>("most_mib").copied().unwrap_or(40);
    let limits = Limits {
        picture_bytes: u64::from(mib) << 20,
        ..Limits::default()
    };
    let content = Content::of(&recorded, &folder, limits)?;
    let html = render::page(&content)?;
    atomic::write_bytes(&output, html.as_bytes())?;
    log::info(format_args!("{}: {}", output.display(), content.words()));
    Ok(ExitCode::Done)
}

/// The page of a study in a folder.
///
/// # Errors
/// Exit code 3: the folder has no `run.json`. Exit code 130: interrupted.
pub(crate) fn html(folder: &Path) -> Result<String, StageError> {
    let recorded = RecordedRun::read(folder)?;
    render::page(&Content::of(&recorded, folder, Limits::default())?)
}

/// Whether a file begins as our pages do.
fn is_ours(path: &Path) -> bool {
    let is_file = path.metadata().is_ok_and(|found| found.is_file());
    let mut start = Vec::new();
    let read = |file: File| file.take(600).read_to_end(&mut start);
    let was_read = is_file && File::open(path).and_then(read).is_ok();
    was_read && String::from_utf8_lossy(&start).contains("<meta name=\"generator\" content=\"rsom ")
}

/// Whether two paths lead to the same file.
fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
