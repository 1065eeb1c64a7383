//! `rsom compare`: masks that exist, from any program or hand, compared with their references.
//!
//! It pairs the files by their names, writes a manifest and a pipeline into the output folder, and runs the pipeline: measures of
//! each scan, a paired test of each method against the first or of all pairs, tables and figures.

mod document;
mod masks;
mod measures;
mod question;
mod request;
mod scans;

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rsom_io::output_check::check_output;
use rsom_pipeline::{Lines, Request, Selection, run_pipeline};
use rsom_stage::{ExitCode, Spec, StageError, atomic, generated, log};

use crate::arguments::{flag, of_runs, path, text};
use crate::running::settings;
use document::Question;
use request::Asked;
use scans::Found;

/// Name of the command.
pub const NAME: &str = "compare";

const EXAMPLES: &str = "\
Examples:
  rsom compare --reference drawn --prediction unet=unet --prediction fcn=fcn --output compared
  rsom compare --reference drawn --prediction ours=ours --table participants.csv --group-by group --output compared
  rsom compare --reference drawn --prediction a=a --prediction b=b --prediction c=c --all-pairs --output compared
  rsom compare --reference drawn --prediction a=a --prediction b=b --labels 1=epidermis,2=dermis --output compared

Files pair by their names: what all names of a folder share at the start or the end does not matter, so drawn/S01_mask.nii.gz and
unet/S01.nii.gz are of one scan. Where a folder holds the masks of several methods, a pattern with * (any characters) and ? (one) chooses:
  rsom compare --reference drawn --prediction 's0=masks/*_s0.nii.gz' --prediction 's100=masks/*_s100.nii.gz' --output compared";

/// The command line of `rsom compare`.
#[must_use]
pub fn command_line() -> Command {
    Command::new(NAME)
        .about("Compare masks that exist with their references: measures, paired tests, tables and figures")
        .arg_required_else_help(true)
        .args([
            path("reference", "DIR", "Folder with the reference masks or label maps (NIfTI), or a pattern such as 'masks/*_drawn.nii.gz'").required(true),
            Arg::new("prediction")
                .long("prediction")
                .value_name("NAME=DIR")
                .action(ArgAction::Append)
                .required(true)
                .help("Name of a method, and the folder with its masks or a pattern of their names; repeatable"),
            path("output", "DIR", "Output folder; results that are up to date are not computed again").required(true),
            text("baseline", "NAME", "Method with which the others are compared [default: the first]"),
            flag("all-pairs", "Compare all pairs of methods instead").conflicts_with("baseline"),
            text("labels", "LABEL=NAME,…", "Structures of label maps: each is measured and tested on its own [default: all labels of the references]"),
            text("labels-of-prediction", "LABEL=NAME,…", "The same for predictions whose labels have other numbers"),
            text("measures", "WORD,…", "Measures, as in 'metrics evaluate' [default: those of layers or of vessels, as the references look]"),
            flag("per-slice", "Also measure every B-scan"),
            path("table", "FILE", "Spreadsheet of the participants (CSV, TSV or Parquet): its columns become columns of the tables of measures"),
            text("subject-column", "COLUMN", "Column of the table with the subject [default: subject, participant_id, id, …]"),
            text("table-scan", "PATTERN", "If each row of the table is a visit: the id of its scan, composed of {columns}, such as '{subject}_v{visit}'"),
            text("subject", "PATTERN", "Subject of a scan, from its name, such as '{subject}_{visit}' [default: as the table has it, else each scan is a subject]"),
            text("group-by", "COLUMN,…", "Columns of the spreadsheet by which tables and tests are split, such as group"),
            flag("allow-unpaired", "Leave out files without a partner in each folder, instead of stopping"),
        ])
        .args(of_runs("Number of scans to measure at the same time [default: 1]"))
        .after_help(EXAMPLES)
}

/// Runs `rsom compare` with the given built-in stages.
#[must_use]
pub fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let prepared = Asked::of(matches).and_then(|asked| prepare(&asked));
    let (request, output) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            log::error(&error);
            return error.exit_code();
        }
    };
    let settings = settings(matches, Lines::Tasks);
    let code = run_pipeline(&request, settings, stages, check_output);
    if code != ExitCode::Done {
        return code;
    }
    show(&output)
}

/// Prints the table, and where the rest is.
fn show(output: &Path) -> ExitCode {
    let results = output.join("results");
    match std::fs::read_to_string(results.join("table.md")) {
        Ok(mut table) => {
            if let Ok(tests) = std::fs::read_to_string(results.join("tests.md")) {
                table = format!("{table}\n{tests}");
            }
            let code = rsom_stage::print(&table);
            log::info(format_args!(
                "tables, tests and figures are in {}; compare.yaml and scans.yaml in {} say how they were made",
                results.display(),
                output.display()
            ));
            code
        }
        Err(_) => ExitCode::Done,
    }
}

/// Pairs the files, and writes the manifest and the pipeline into the output folder.
fn prepare(asked: &Asked) -> Result<(Request, std::path::PathBuf), StageError> {
    let found = Found::of(asked)?;
    let question = asked.question(&found)?;
    let output = &asked.output;
    std::fs::create_dir_all(output).map_err(|e| StageError::output(output, atomic::plain(&e)))?;
    let way_out = "to use your file, run 'rsom run' with it; to overwrite it, add --replace";
    let manifest = output.join("scans.yaml");
    let text = rsom_manifest::to_yaml(&found.manifest(asked, &manifest)?)?;
    generated::write(&manifest, &text, asked.replace, way_out)?;
    let pipeline = output.join("compare.yaml");
    generated::write(
        &pipeline,
        &Question::pipeline(&question),
        asked.replace,
        way_out,
    )?;
    let request = Request {
        pipeline,
        manifest: None,
        data: None,
        workdir: Some(output.clone()),
        profile: None,
        set: Vec::new(),
        swap: Vec::new(),
        strict: false,
        correct: Vec::new(),
        selection: Selection::default(),
    };
    Ok((request, output.clone()))
}
