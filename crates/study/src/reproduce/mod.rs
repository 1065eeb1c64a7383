//! `rsom reproduce`: runs a recorded study again in a new folder, and compares every output with the recorded one.

mod comparison;
mod marker;

use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use rsom_io::output_check::check_output;
use rsom_pipeline::{Lines, RecordedRun, Source, SourceFile, run_pipeline};
use rsom_stage::{ExitCode, Spec, StageError, fingerprint, log};

use crate::arguments::{absolute_path, of_runs, path};
use crate::running::settings;
use comparison::Comparison;
use marker::Marker;

/// Name of the command.
pub const NAME: &str = "reproduce";

const EXAMPLES: &str = "\
Examples:
  rsom reproduce runs/quickstart -j 2                 runs the study again in runs/quickstart-reproduced
  rsom reproduce box --data scans --output again      a bundle, with the scans from another folder
  rsom reproduce runs/study --digits 4                values that agree to 4 digits are good enough, as on another processor

Exit code 0: all outputs are the same in every byte, or agree to --digits. Exit code 1: some differ, or were not made.
The report is OUTPUT/reproduction.json.";

/// The command line of `rsom reproduce`.
#[must_use]
pub fn command_line() -> Command {
    let of_runs = of_runs("Number of tasks to run at the same time [default: 1]").into_iter();
    Command::new(NAME)
        .about("Run a recorded study again, and compare every output with the recorded one")
        .arg_required_else_help(true)
        .arg(
            Arg::new("run")
                .value_name("RUN")
                .required(true)
                .value_parser(value_parser!(PathBuf))
                .help("Output folder of a run, its run.json, or the folder of a bundle"),
        )
        .arg(path("output", "DIR", "Folder of the new outputs: new, or that of an earlier call, which is continued [default: RUN-reproduced]"))
        .arg(path("data", "DIR", "Folder of the manifest's files [default: as recorded]"))
        .arg(
            Arg::new("digits")
                .long("digits")
                .value_name("N")
                .value_parser(value_parser!(u32).range(1..=15))
                .help("Accept values that agree to so many digits [default: every byte must be the same]"),
        )
        .args(of_runs.filter(|arg| arg.get_id() != "replace"))
        .after_help(EXAMPLES)
}

/// Runs `rsom reproduce` with the given built-in stages. Prints errors on stderr.
#[must_use]
pub fn run(matches: &ArgMatches, stages: &[Spec]) -> ExitCode {
    let result = reproduce(matches, stages);
    result.unwrap_or_else(|error| {
        log::error(&error);
        error.exit_code()
    })
}

fn reproduce(matches: &ArgMatches, stages: &[Spec]) -> Result<ExitCode, StageError> {
    let given = matches
        .get_one::<PathBuf>("run")
        .cloned()
        .unwrap_or_default();
    let given = absolute_path(&given)?;
    let recorded = RecordedRun::read(&given)?;
    let folder = match given.is_dir() {
        true => given.clone(),
        false => given.parent().map(Path::to_path_buf).unwrap_or_default(),
    };
    let source = source(&given, &folder, &recorded)?;
    let made = made(&given, &recorded)?;
    let output = output(matches, &folder)?;
    let marker = Marker::of(&given)?;
    marker.take(&output)?;
    let mut request = source.request(&folder, output.clone());
    if let Some(data) = matches.get_one::<PathBuf>("data") {
        request.data = Some(absolute_path(data)?);
    }
    request.selection.labels = made;
    let code = run_pipeline(
        &request,
        settings(matches, Lines::Tasks),
        stages,
        check_output,
    );
    // Without a plan, or after a signal, there is nothing to compare.
    if matches!(code, ExitCode::Usage | ExitCode::Interrupted) {
        return Ok(code);
    }
    let again = RecordedRun::read(&output)?;
    let comparison = Comparison::of((&recorded, &folder), (&again, &output))?;
    marker.write(&output, &comparison.json())?;
    let printed = rsom_stage::print(&comparison.text());
    if printed != ExitCode::Done {
        return Ok(printed);
    }
    let digits = matches.get_one::<u32>("digits").copied();
    // What failed in the recorded run, too, is no difference.
    let is_whole = recorded.state == "done";
    Ok(match (comparison.is_good(digits), code) {
        (true, code) if is_whole => code,
        (true, _) => ExitCode::Done,
        (false, ExitCode::Done) => ExitCode::Failure,
        (false, code) => code,
    })
}

/// The labels of the tasks that a run made. `None` if it made all.
fn made(given: &Path, recorded: &RecordedRun) -> Result<Option<Vec<String>>, StageError> {
    let made = recorded.tasks.iter().filter(|task| task.is_made());
    let labels: Vec<String> = made.map(|task| task.task.clone()).collect();
    match labels.len() {
        0 => Err(StageError::input(
            given,
            "no task of the run ended well, so that there is nothing to reproduce",
        )),
        n if n == recorded.tasks.len() => Ok(None),
        _ => Ok(Some(labels)),
    }
}

/// What the run was made from, if its files are as they were.
fn source<'a>(
    given: &Path,
    folder: &Path,
    recorded: &'a RecordedRun,
) -> Result<&'a Source, StageError> {
    let Some(source) = &recorded.study else {
        return Err(StageError::input(
            given,
            "the report does not name its pipeline; it is of an earlier version: start 'rsom run' again",
        ));
    };
    let unchanged = |file: &SourceFile| unchanged(given, folder, (&file.path, &file.sha256));
    unchanged(&source.pipeline)?;
    source.included.iter().try_for_each(&unchanged)?;
    source.manifest.as_ref().map_or(Ok(()), &unchanged)?;
    recorded
        .corrections
        .iter()
        .try_for_each(|file| self::unchanged(given, folder, (&file.path, &file.sha256)))?;
    Ok(source)
}

/// Checks that a file from which a run was made is as it was.
fn unchanged(
    given: &Path,
    folder: &Path,
    (path, sha256): (&str, &Option<String>),
) -> Result<(), StageError> {
    let path = rsom_pipeline::joined(folder, path);
    let found = fingerprint::of_path(&path).map_err(|_| {
        StageError::input(
            &path,
            format_args!(
                "there is no such file, but {} was made from it",
                given.display()
            ),
        )
    })?;
    match sha256.as_ref() == Some(&found) {
        true => Ok(()),
        false => Err(StageError::input(
            &path,
            "it has changed since the run; a changed study is another one: start 'rsom run'",
        )),
    }
}

/// The folder of the new outputs.
fn output(matches: &ArgMatches, folder: &Path) -> Result<PathBuf, StageError> {
    match matches.get_one::<PathBuf>("output") {
        Some(output) => absolute_path(output),
        None => {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            Ok(folder.with_file_name(format!("{name}-reproduced")))
        }
    }
}
