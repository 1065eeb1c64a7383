//! The command line `rsom pipeline check`.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};
use rsom_stage::{ExitCode, StageError, atomic, log};

use crate::arguments::plan_arguments;
use crate::mend::mending::{Change, Mended, mended};
use crate::plan::build::BuiltInStages;
use crate::plan::tasks::Request;

/// Name of the group of commands.
pub(crate) const NAME: &str = "pipeline";

const EXAMPLES: &str = "\
Examples:
  rsom pipeline check study.yaml
  rsom pipeline check study.yaml --fix      write what a message calls 'did you mean' into the file, and list each change

--fix replaces misspelled keys, and names of stages, commands, inputs, outputs, parameters and steps, each where only one name is close.
Comments, quotes, anchors and layout stay; included files are mended, too. Values, such as those of parameters and conditions, stay as
they are: look at them yourself. The exit code is 0 if no problem is left, else 2.";

/// The command line of `rsom pipeline`.
pub(crate) fn command_line() -> Command {
    let fix = Arg::new("fix")
        .long("fix")
        .action(ArgAction::SetTrue)
        .help("Write what is certain into the file; without it, nothing changes");
    let check = Command::new("check")
        .about("Print the problems of a pipeline file, and mend misspelled names with --fix")
        .args(plan_arguments())
        .arg(fix)
        .arg_required_else_help(true)
        .after_help(EXAMPLES);
    Command::new(NAME)
        .about("Check a pipeline file")
        .subcommand_required(true)
        .subcommand(check)
}

/// Checks a pipeline, and mends it if that is asked for.
///
/// # Errors
/// Exit code 4: a file cannot be written.
pub(crate) fn check(
    request: &Request,
    built_in: &BuiltInStages<'_>,
    matches: &ArgMatches,
) -> Result<ExitCode, StageError> {
    let mended = mended(request, built_in);
    if !matches.get_flag("fix") {
        return Ok(only_checked(request, built_in, &mended));
    }
    write(&mended)?;
    let lines: String = mended.changes.iter().map(line).collect();
    let printed = rsom_stage::print(&lines);
    Ok(match conclusion(request, &mended) {
        ExitCode::Done => printed,
        code => code,
    })
}

fn line(change: &Change) -> String {
    let Change {
        file,
        line,
        old,
        new,
    } = change;
    format!("{file}:{line}: {old} -> {new}\n")
}

/// Prints the problems of the file as it is.
fn only_checked(request: &Request, built_in: &BuiltInStages<'_>, mended: &Mended) -> ExitCode {
    let as_it_is = Mended {
        problems: crate::plan::build::problems_of(request, built_in, &rsom_stage::text::read),
        ..Mended::default()
    };
    let code = conclusion(request, &as_it_is);
    match mended.changes.len() {
        0 => {}
        1 => log::info("--fix mends one word"),
        n => log::info(format_args!("--fix mends {n} words")),
    }
    code
}

fn conclusion(request: &Request, mended: &Mended) -> ExitCode {
    for problem in &mended.problems {
        log::error(problem);
    }
    if !mended.problems.is_empty() {
        return ExitCode::Usage;
    }
    log::info(format_args!("{}: no problems", request.pipeline.display()));
    ExitCode::Done
}

/// Writes the mended files, each at once.
fn write(mended: &Mended) -> Result<(), StageError> {
    mended
        .texts
        .iter()
        .try_for_each(|(path, text)| one(path, text))
}

fn one(path: &Path, text: &str) -> Result<(), StageError> {
    let failed = |e: std::io::Error| StageError::output(path, atomic::plain(&e));
    // A link stays one.
    let path = path.canonicalize().map_err(failed)?;
    let before = std::fs::read(&path).map_err(failed)?;
    let mark: &[u8] = match before.starts_with(BYTE_ORDER_MARK) {
        true => BYTE_ORDER_MARK,
        false => b"",
    };
    let permissions = std::fs::metadata(&path).map_err(failed)?.permissions();
    atomic::write_bytes(&path, &[mark, text.as_bytes()].concat())?;
    std::fs::set_permissions(&path, permissions).map_err(failed)
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
