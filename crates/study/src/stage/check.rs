//! Checks whether a program meets the contract of stages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_stage::{CommandSpec, ExitCode, Kind, Spec, StageError, atomic};

use super::command::Checked;
use super::findings::Findings;
use super::materials::Materials;
use super::program::Program;

/// What to check.
#[derive(Debug)]
pub(super) struct Request {
    /// Absolute path.
    pub program: PathBuf,
    /// Names of commands. All, if there are none.
    pub commands: Vec<String>,
    /// Files for inputs by name.
    pub inputs: BTreeMap<String, PathBuf>,
    /// Values of parameters by name.
    pub with: BTreeMap<String, String>,
    /// Where to keep the files.
    pub keep: Option<PathBuf>,
}

/// Checks a program, and prints what holds.
///
/// # Errors
/// Exit code 1: rsom itself does not work. Exit code 2: the program has no such command. Exit code 4: the files cannot be written.
pub(super) fn check(request: &Request, stages: &[Spec]) -> Result<ExitCode, StageError> {
    rsom_stage::interrupt::install();
    let kept = match &request.keep {
        Some(folder) => {
            let folder = crate::arguments::absolute_path(folder)?;
            crate::new_folder::require_empty(&folder, "")?;
            folder
        }
        None => PathBuf::new(),
    };
    let temporary = tempfile::tempdir().map_err(|e| StageError::failure(atomic::plain(&e)))?;
    let folder = match &request.keep {
        Some(_) => kept,
        None => temporary.path().to_path_buf(),
    };
    let mut findings = Findings::default();
    let answer = rsom_pipeline::ask(&request.program);
    findings.title(&request.program.display().to_string())?;
    let what = "'spec' prints a specification within 10 s";
    let (spec, _) = match answer {
        Ok(answer) => {
            findings.add(what, Ok(()))?;
            answer
        }
        Err(why) => {
            findings.add(what, Err(why))?;
            findings.finish()?;
            return Ok(ExitCode::Failure);
        }
    };
    let commands = chosen(&spec, request)?;
    check_names(&spec, request)?;
    let rsom = std::env::current_exe().map_err(|e| StageError::failure(atomic::plain(&e)))?;
    let mut materials = Materials::make(&rsom, &folder.join("inputs"), &request.inputs)?;
    let program = Program::at(request.program.clone());
    findings.add("each command has a description", described(&spec))?;
    findings.add(
        "an unknown command is exit code 2",
        unknown(&program, &folder),
    )?;
    for command in commands {
        rsom_stage::interrupt::check()?;
        findings.title(&format!("{} {}", spec.stage, command.name))?;
        let stands_for = stages.iter().find_map(|stage| stage.command(&command.name));
        let checked = Checked {
            program: &program,
            command,
            stands_for,
            with: &request.with,
            folder: folder.join(command.name.replace(' ', "_")),
        };
        checked.check(&mut materials, &mut findings)?;
    }
    Ok(match findings.finish()? {
        true => ExitCode::Done,
        false => ExitCode::Failure,
    })
}

/// The commands to check. Those that make weights come first: others may need some.
fn chosen<'a>(spec: &'a Spec, request: &Request) -> Result<Vec<&'a CommandSpec>, StageError> {
    for name in &request.commands {
        if spec.command(name).is_none() {
            let known: Vec<&str> = spec.commands.iter().map(|c| c.name.as_str()).collect();
            return Err(StageError::usage(format_args!(
                "--command {name}: {} has the commands {}",
                spec.stage,
                known.join(", ")
            )));
        }
    }
    let is_chosen = |command: &&CommandSpec| {
        request.commands.is_empty() || request.commands.contains(&command.name)
    };
    let mut commands: Vec<&CommandSpec> = spec.commands.iter().filter(is_chosen).collect();
    let makes_weights = |command: &CommandSpec| {
        command
            .outputs
            .iter()
            .any(|port| port.kind == Kind::Weights)
    };
    commands.sort_by_key(|command| !makes_weights(command));
    Ok(commands)
}

/// Refuses files and values for inputs and parameters that no command has.
fn check_names(spec: &Spec, request: &Request) -> Result<(), StageError> {
    let unknown = |option: &str, name: &str| {
        StageError::usage(format_args!(
            "--{option} {name}: no command of {} has it",
            spec.stage
        ))
    };
    for name in request.inputs.keys() {
        if !spec
            .commands
            .iter()
            .any(|command| command.input(name).is_some())
        {
            return Err(unknown("input", name));
        }
    }
    for name in request.with.keys() {
        if !spec
            .commands
            .iter()
            .any(|command| command.parameter(name).is_some())
        {
            return Err(unknown("with", name));
        }
    }
    Ok(())
}

fn described(spec: &Spec) -> Result<(), String> {
    match spec
        .commands
        .iter()
        .find(|command| command.about.is_empty())
    {
        Some(command) => Err(format!("'about' of '{}' is missing", command.name)),
        None if spec.commands.is_empty() => Err("there are no commands".to_owned()),
        None => Ok(()),
    }
}

fn unknown(program: &Program, folder: &Path) -> Result<(), String> {
    let words = ["no-such-command".to_owned()];
    program.run(folder, &words)?.expect(2)
}
