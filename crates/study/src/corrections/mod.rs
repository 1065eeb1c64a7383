//! `rsom corrections`: which outputs a user replaced by hand, and what that did.

mod measures;
mod voxels;

use clap::{ArgMatches, Command};
use rsom_io::output_check::check_output;
use rsom_pipeline::{Correction, Plan, RecordedRun, plan_arguments, plan_of};
use rsom_stage::{ExitCode, Spec, StageError, atomic, fingerprint, log};

/// Name of the command.
pub const NAME: &str = "corrections";

const EXAMPLES: &str = "\
A mask corrected by hand lies next to the pipeline, as corrections/<step>/<scan>.nii.gz, or as corrections/<step>/<name of the
output> where a step makes several masks of a scan. Where outputs in several folders share a name, write the folder before it, as in
the path of the output: corrections/<step>/<folder>/<name>. A text file of the same name (.txt) is a note: who corrected what, and why. All
later steps use the corrected mask; the output of the step stays as it is.

Examples:
  rsom corrections list study.yaml
  rsom corrections diff study.yaml          changed voxels, and measures with and without the correction";

/// The command line of `rsom corrections`.
#[must_use]
pub fn command_line() -> Command {
    let list = Command::new("list").about("List the corrections of a pipeline, with their notes");
    let diff = Command::new("diff")
        .about("Say how many voxels each correction changes, and what that does to the measures");
    Command::new(NAME)
        .about("Show outputs that were corrected by hand, and what the corrections did")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([list, diff].map(|command| command.args(plan_arguments())))
        .after_help(EXAMPLES)
}

/// Runs `rsom corrections` with the given built-in stages.
#[must_use]
pub fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let Some((name, matches)) = matches.subcommand() else {
        return ExitCode::Usage;
    };
    let plan = match plan_of(matches, stages, check_output) {
        Ok(plan) => plan,
        Err(code) => return code,
    };
    let text = match name {
        "diff" => diff(&plan),
        _ => Ok(list(&plan)),
    };
    match text {
        Ok(text) => rsom_stage::print(&text),
        Err(error) => {
            log::error(&error);
            error.exit_code()
        }
    }
}

/// One line for each correction.
fn list(plan: &Plan) -> String {
    if plan.corrections.is_empty() {
        return "no output is corrected by hand\n".to_owned();
    }
    let mut text: String = plan
        .correction_lines()
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    for correction in &plan.corrections {
        text += &head(plan, correction);
    }
    text
}

/// The output that a correction is for, the file, and the note.
fn head(plan: &Plan, correction: &Correction) -> String {
    let task = &plan.tasks[correction.task];
    let note = match correction.note.is_empty() {
        true => String::new(),
        false => format!("\n  note: {}", correction.note.replace('\n', "\n        ")),
    };
    format!(
        "{}: {} instead of {}{note}\n",
        task.label,
        correction.path.display(),
        task.outputs[correction.output].path
    )
}

/// What each correction changed.
fn diff(plan: &Plan) -> Result<String, StageError> {
    if plan.corrections.is_empty() {
        return Ok(list(plan));
    }
    let recorded = RecordedRun::read(&plan.workdir).ok();
    let mut text = String::new();
    for correction in &plan.corrections {
        text += &head(plan, correction);
        let output = &plan.tasks[correction.task].outputs[correction.output];
        let original = plan.workdir.join(&output.path);
        if !original.is_file() {
            text += "  the output was not made yet; run the pipeline first\n";
            continue;
        }
        text += &voxels::difference(&original, &correction.path, output.kind)?;
        for task in plan.readers_of(correction) {
            text += &match recorded.as_ref() {
                Some(recorded) if !has_read(recorded, &plan.tasks[task].label, correction)? => {
                    format!(
                        "  {}: not run with this correction yet\n",
                        plan.tasks[task].label
                    )
                }
                _ => measures::difference(plan, correction, task)?,
            };
        }
    }
    Ok(text)
}

/// Whether a task ran with the correction as it is now, and not with one that was there before.
fn has_read(
    recorded: &RecordedRun,
    label: &str,
    correction: &Correction,
) -> Result<bool, StageError> {
    let path = &correction.path;
    let now = fingerprint::of_path(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
    let task = recorded.tasks.iter().find(|task| task.task == label);
    let mut inputs = task
        .into_iter()
        .flat_map(|task| task.inputs.values().flatten());
    Ok(inputs.any(|file| file.sha256.as_ref() == Some(&now)))
}
