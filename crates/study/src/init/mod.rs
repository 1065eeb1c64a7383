//! `rsom init`: a study from a folder of scans, masks and a spreadsheet.
//!
//! It finds scans, masks and subjects by their names, says what it found and what looks wrong, and writes a manifest, a pipeline, a
//! justfile and a README into a new folder. The data are neither copied nor changed.

mod document;
mod doubts;
mod files;
mod folds;
mod found;
mod import;
mod known;
mod look;
mod names;
mod other_subject;
mod prefix;
mod raw;
mod readme;
mod said;
mod slices;

use clap::{ArgMatches, Command};
use rsom_stage::{ExitCode, StageError, log};

use crate::arguments::{absolute, absolute_path, path, text};
use crate::new_folder;
use crate::valid_name::valid_name;
use found::{Asked, Found};

/// Name of the command.
pub const NAME: &str = "init";

const EXAMPLES: &str = "\
Examples:
  rsom init --scans data my-study                              scans and masks in one folder, such as S01.nii.gz and S01_mask.nii.gz
  rsom init --scans scans --masks drawn --table people.csv my-study
  rsom init --scans raw my-study                               raw scans: R_<stamp>_<id>_LF.mat and ..._HF.mat";

/// The command line of `rsom init`.
#[must_use]
pub fn command_line() -> Command {
    Command::new(NAME)
        .about("Begin a study: look at a folder of scans, and write a manifest, a pipeline, a justfile and a README")
        .arg_required_else_help(true)
        .args([
            path("scans", "DIR", "Folder with the scans: NIfTI, TIFF, HDF5, PNG pictures of B-scans (S01_001.png, S01_002.png, …), or raw .mat sessions").required(true),
            path("masks", "DIR", "Folder with the reference masks or label maps [default: files of --scans with a word such as mask or labels in the name]"),
            path("table", "FILE", "Spreadsheet of the participants (CSV, TSV or Parquet): its columns become attributes of the scans"),
            text("subject-column", "COLUMN", "Column of the table with the subject [default: subject, participant_id, id, …]"),
            text("table-scan", "PATTERN", "If each row of the table is a visit: the id of the scan, composed of {columns}"),
            text("stratify", "COLUMN,…", "Attributes by which the folds are balanced, the most important one first [default: group, diagnosis or arm]"),
            text("folds", "N", "Number of folds of the cross-validation [default: 5, or one for each subject if there are fewer]")
                .value_parser(clap::value_parser!(u32).range(2..=1000)),
            text("name", "NAME", "Name of the study [default: that of its folder]"),
            clap::Arg::new("study")
                .value_name("STUDY")
                .required(true)
                .value_parser(clap::value_parser!(std::path::PathBuf))
                .help("Folder to write: it must be new or empty"),
        ])
        .after_help(EXAMPLES)
}

/// Runs `rsom init`.
#[must_use]
pub fn run(matches: &ArgMatches) -> ExitCode {
    match begin(matches) {
        Ok(text) => rsom_stage::print(&text),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn begin(matches: &ArgMatches) -> Result<String, StageError> {
    let asked = asked(matches)?;
    new_folder::require_empty(
        &asked.study,
        " ('rsom io manifest update' brings an existing study up to date)",
    )?;
    if let Some(text) = raw::begin(&asked)? {
        return Ok(text);
    }
    let found = Found::of(&asked)?;
    let documents = [
        ("manifest.yaml", rsom_manifest::to_yaml(&found.manifest)?),
        ("pipeline.yaml", found.study.pipeline()),
        ("justfile", document::justfile(false)),
        ("README.md", readme::text(&found)),
    ];
    new_folder::write(&asked.study, &documents)?;
    Ok(said::text(&found, &asked))
}

fn asked(matches: &ArgMatches) -> Result<Asked, StageError> {
    let optional = |name: &str| -> Result<_, StageError> {
        let path = matches.get_one::<std::path::PathBuf>(name);
        path.map(|path| absolute_path(path)).transpose()
    };
    let given = |name: &str| matches.get_one::<String>(name).cloned();
    let study = absolute(matches, "study")?;
    let of_folder = study
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("study")
        .to_owned();
    let stratify = given("stratify").map(|text| {
        let words = text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty());
        words.map(str::to_owned).collect()
    });
    let table = optional("table")?;
    if table.is_none() && (given("subject-column").is_some() || given("table-scan").is_some()) {
        return Err(StageError::usage(
            "--subject-column and --table-scan need --table",
        ));
    }
    Ok(Asked {
        scans: absolute(matches, "scans")?,
        masks: optional("masks")?,
        table,
        subject_column: given("subject-column"),
        table_scan: given("table-scan"),
        stratify,
        folds: matches.get_one::<u32>("folds").copied(),
        name: valid_name(&given("name").unwrap_or(of_folder)),
        study,
    })
}
