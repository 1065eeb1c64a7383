//! `rsom report STUDY`: a finished or half-done study on one page, as one HTML file that needs no network.
//!
//! The page is written from `run.json` and the files that it names: what the study found, how it was made, tables, figures, slices and pictures of
//! each scan, what failed, and the hash of every output. The same study gives the same bytes.

mod captions;
mod checklist;
mod comparisons;
mod content;
mod data;
mod figures;
mod files;
mod folder;
mod markdown;
mod measures;
mod methods;
mod ours;
mod place;
mod problems;
mod quality;
mod render;
mod results;
mod steps;
mod tables;
mod tex;
mod volumes;
mod words;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use rsom_pipeline::RecordedRun;
use rsom_stage::{ExitCode, StageError, atomic, interrupt, log};

use content::{Content, Limits};
use place::Place;

const EXAMPLES: &str = "\
Examples:
  rsom report runs/study                        the whole study on one page: runs/study/report.html
  rsom report box --output study.html           of a bundle
  rsom report runs/study --most-mib 200         with more pictures of scans
  rsom report runs/study --folder page          thousands of scans: page/index.html, which reads a scan when it is looked at
  rsom report runs/study --tex figures.tex      figures and tables with captions, to be read into a paper

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
                .help("Most that figures, slices and pictures may take; slices become coarser, the others are named"),
        )
        .arg(
            Arg::new("folder")
                .long("folder")
                .value_name("DIR")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["output", "most_mib"])
                .help("Write a folder instead of one file: the page is DIR/index.html"),
        )
        .arg(
            Arg::new("tex")
                .long("tex")
                .value_name("FILE.tex")
                .value_parser(value_parser!(PathBuf))
                .conflicts_with_all(["output", "most_mib", "folder"])
                .help("Write figures and tables with captions and labels as LaTeX instead, to be read into a paper"),
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
    interrupt::install();
    let recorded = RecordedRun::read(study)?;
    let folder = match study.is_dir() {
        true => study.clone(),
        false => study.parent().unwrap_or(Path::new("")).to_path_buf(),
    };
    if let Some(tex) = matches.get_one::<PathBuf>("tex") {
        return write_tex(&recorded, &folder, (tex, matches.get_flag("force")));
    }
    if let Some(page) = matches.get_one::<PathBuf>("folder") {
        let new = folder::New::inside(page, matches.get_flag("force"))?;
        let place = Place::Folder(new.path().to_path_buf());
        let content = Content::of(&recorded, &folder, (&place, Limits::default()))?;
        let html = render::page(&content, &place)?;
        atomic::write_bytes(&new.path().join(folder::PAGE), html.as_bytes())?;
        new.put()?;
        let page = page.join(folder::PAGE);
        log::info(format_args!("{}: {}", page.display(), content.words()));
        return Ok(ExitCode::Done);
    }
    let output = matches.get_one::<PathBuf>("output").cloned();
    let output = output.unwrap_or_else(|| folder.join("report.html"));
    let is_output = || {
        let outputs = recorded.tasks.iter().flat_map(|task| task.outputs.values());
        let mut paths = outputs.filter_map(|file| file.path.as_ref());
        paths.any(|path| is_same(&folder.join(path), &output))
    };
    if !matches.get_flag("force") && output.exists() && (!ours::is_page(&output) || is_output()) {
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
    let content = Content::of(&recorded, &folder, (&Place::Page, limits))?;
    let html = render::page(&content, &Place::Page)?;
    atomic::write_bytes(&output, html.as_bytes())?;
    log::info(format_args!("{}: {}", output.display(), content.words()));
    Ok(ExitCode::Done)
}

/// Writes figures and tables as LaTeX.
fn write_tex(
    recorded: &RecordedRun,
    folder: &Path,
    (tex, force): (&Path, bool),
) -> Result<ExitCode, StageError> {
    let is_ours = || std::fs::read(tex).is_ok_and(|bytes| bytes.starts_with(tex::START.as_bytes()));
    if !force && tex.exists() && !is_ours() {
        return Err(StageError::output(
            tex,
            "the file exists and was not written by rsom; add --force to replace it",
        ));
    }
    let text = tex::document(recorded, &files::Folder::of(folder), tex);
    atomic::write_bytes(tex, text.as_bytes())?;
    let count = |what: &str| text.matches(what).count();
    log::info(format_args!(
        "{}: {}, {}",
        tex.display(),
        words::counted(count("\\begin{figure}"), "figure"),
        words::counted(count("\\begin{table}"), "table")
    ));
    Ok(ExitCode::Done)
}

/// The page of a study in a folder.
///
/// # Errors
/// Exit code 3: the folder has no `run.json`. Exit code 130: interrupted.
pub(crate) fn html(folder: &Path) -> Result<String, StageError> {
    let recorded = RecordedRun::read(folder)?;
    let content = Content::of(&recorded, folder, (&Place::Page, Limits::default()))?;
    render::page(&content, &Place::Page)
}

/// Whether two paths lead to the same file.
fn is_same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}
