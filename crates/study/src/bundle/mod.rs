//! `rsom bundle` and `rsom verify`: a finished study in one folder or ZIP file, for a colleague, a reviewer or an archive.

mod archive;
mod bids;
mod collected;
mod date;
mod portable;
mod readme;
mod report;
mod ro_crate;
mod sums;

use std::path::{Path, PathBuf};

use clap::{ArgMatches, Command};
use rsom_io::output_check::check_output;
use rsom_pipeline::{Plan, Unfinished, plan_arguments, plan_of};
use rsom_stage::{ExitCode, Spec, StageError, log};

use crate::arguments::{absolute_path, flag, path};
use collected::Collected;

/// Name of the command that makes a bundle.
pub const NAME: &str = "bundle";
/// Name of the command that checks one.
pub const VERIFY: &str = "verify";

const EXAMPLES: &str = "\
Examples:
  rsom bundle study.yaml --output for-the-reviewer             pipeline, manifest, tables, figures, provenance, checksums
  rsom bundle study.yaml --output archive --with-data --all         also the scans, and all masks and weights
  rsom bundle study.yaml --output study.zip                    one file
  rsom bundle study.yaml --output derivatives --bids           masks as sub-01/anat/sub-01_desc-predict_mask.nii.gz
  rsom verify study.zip                                        checks every file of a bundle";

const VERIFY_EXAMPLES: &str = "\
Examples:
  rsom verify study.yaml       every input and output of a study, whatever the times and sizes of the files say
  rsom verify study.zip        every file of a bundle";

/// The command line of `rsom bundle`.
#[must_use]
pub fn command_line() -> Command {
    Command::new(NAME)
        .about("Put a finished study into one folder or ZIP file, for a colleague, a reviewer or an archive")
        .arg_required_else_help(true)
        .args(plan_arguments())
        .arg(path("output", "DIR", "Folder to write, or a file such as study.zip; it must be new or empty").required(true))
        .arg(flag("with-data", "Also copy the files of the manifest"))
        .arg(flag(
            "all",
            "Also copy all other outputs, such as masks and weights",
        ))
        .arg(flag(
            "bids",
            "Also lay out the masks and labels of all scans as a derivative dataset of BIDS: sub-01/anat/…, participants.tsv",
        ))
        .after_help(EXAMPLES)
}

/// The study on one page.
const REPORT: &str = "report.html";

/// The command line of `rsom verify`.
#[must_use]
pub fn verify_command_line() -> Command {
    Command::new(VERIFY)
        .about("Read every file of a study or of a bundle, and compare it with its checksum")
        .arg_required_else_help(true)
        .args(plan_arguments())
        .mut_arg("pipeline", |path| {
            path.value_name("STUDY").help(
                "Pipeline file of a study, or folder or ZIP file that 'rsom bundle' wrote; the options are those of the study's run",
            )
        })
        .after_help(VERIFY_EXAMPLES)
}

/// Runs `rsom bundle` with the given built-in stages.
#[must_use]
pub fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let plan = match plan_of(matches, stages, check_output) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    ended(make(matches, &plan))
}

/// Runs `rsom verify` with the given built-in stages.
#[must_use]
pub fn run_verify(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let path = matches
        .get_one::<PathBuf>("pipeline")
        .cloned()
        .unwrap_or_default();
    let is_pipeline = path.extension().is_some_and(|e| e == "yaml" || e == "yml");
    if is_pipeline && !path.is_dir() {
        return match plan_of(matches, stages, check_output) {
            Ok(plan) => verify_study(&plan),
            Err(code) => code,
        };
    }
    let count = match archive::is_archive(&path) && !path.is_dir() {
        // The folder stays until its files are read.
        true => archive::unpacked(&path).and_then(|(_kept, folder)| sums::verify(&folder, &path)),
        false => sums::verify(&path, &path),
    };
    ended(count.map(|count| format!("{}: all {count} files are as they were\n", path.display())))
}

fn verify_study(plan: &Plan) -> ExitCode {
    plan.verify().unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

fn ended(result: Result<String, StageError>) -> ExitCode {
    match result {
        Ok(text) => rsom_stage::print(&text),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

fn make(matches: &ArgMatches, plan: &Plan) -> Result<String, StageError> {
    let given = matches
        .get_one::<PathBuf>("output")
        .cloned()
        .unwrap_or_default();
    let to = absolute_path(&given)?;
    let unfinished = require_finished(plan)?;
    let without = unfinished.words(plan);
    crate::new_folder::require_empty(&to, "")?;
    let count = if archive::is_archive(&to) {
        let folder = archive::folder_for(&to)?;
        let count = collect(matches, plan, (folder.path(), unfinished))?;
        archive::pack(folder.path(), &to)?;
        count
    } else {
        // The folder was new or empty: of a bundle that cannot be made, nothing is left.
        collect(matches, plan, (&to, unfinished))
            .inspect_err(|_| drop(std::fs::remove_dir_all(&to)))?
    };
    let without = without.map_or_else(String::new, |words| format!("{words}\n"));
    Ok(format!(
        "{without}{}: {count} files; 'rsom verify' checks them\n",
        given.display()
    ))
}

/// Writes the files of a bundle into a folder; returns how many there are.
fn collect(
    matches: &ArgMatches,
    plan: &Plan,
    (to, unfinished): (&Path, Unfinished),
) -> Result<usize, StageError> {
    let mut collected = Collected::new(to, unfinished);
    let has_data = matches.get_flag("with-data");
    collected.add_study(plan, has_data)?;
    collected.add_outputs(plan, matches.get_flag("all"))?;
    collected.add_tables(plan)?;
    collected.add_local_files(plan, has_data)?;
    if has_data {
        collected.add_data(plan)?;
    }
    // The study may have a file of this name itself.
    if !collected.files().any(|name| name == REPORT) {
        collected.add_text(REPORT, &crate::page::html(to)?)?;
    }
    if matches.get_flag("bids") {
        bids::add(plan, &mut collected)?;
    }
    let manifest = plan.manifest.as_deref().map(rsom_manifest::read);
    let manifest = manifest.transpose()?;
    let readme = readme::text(plan, manifest.as_ref(), &collected);
    collected.add_text("README.md", &readme)?;
    let metadata = ro_crate::text(plan, manifest.as_ref(), &collected)?;
    collected.add_text(ro_crate::NAME, &metadata)?;
    sums::write(to, collected.files())
}

/// Refuses a study that has not run to its end. Returns the tasks that failed and that the others do without.
fn require_finished(plan: &Plan) -> Result<Unfinished, StageError> {
    let unfinished = plan.unfinished()?;
    let open = &unfinished.open;
    match open.first().map(|first| &plan.tasks[*first].label) {
        None => Ok(unfinished),
        Some(first) => Err(StageError::input(
            Path::new(&plan.workdir),
            format_args!(
                "{} of {} tasks are not up to date, such as {first}; run the pipeline first",
                open.len(),
                plan.tasks.len()
            ),
        )),
    }
}
