//! The `main` function of a stage: parse, resolve, run, report.

use std::ffi::OsString;
use std::io::Write;

use clap::ArgMatches;
use serde_json::json;

use crate::resolve::resolve;
use crate::watched::Watched;
use crate::{
    Command, Definition, ExitCode, Invocation, StageError, Summary, command_line, interrupt, log,
};

/// Runs the binary of a stage with the arguments of the process.
#[must_use]
pub fn main(definition: &Definition) -> std::process::ExitCode {
    let name = format!("rsom-{}", definition.name);
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let matches = match command_line(definition, &name).try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return usage(&error).into(),
    };
    run(definition, &matches).into()
}

/// Runs one command of a stage with parsed arguments. Prints results on stdout and errors on stderr.
#[must_use]
pub fn run(definition: &Definition, matches: &ArgMatches) -> ExitCode {
    let Some((name, matches)) = matches.subcommand() else {
        return ExitCode::Usage;
    };
    if name == "spec" {
        return print(&format!("{:#}", definition.spec().to_json()));
    }
    let (name, matches) = match matches.subcommand() {
        Some((inner, matches)) => (format!("{name} {inner}"), matches),
        None => (name.to_owned(), matches),
    };
    let Some(command) = definition.commands.iter().find(|c| c.spec.name == name) else {
        return ExitCode::Usage;
    };
    log::set_quiet(matches.get_flag("quiet"));
    interrupt::install();
    match execute(definition, command, matches) {
        Ok((invocation, summary)) => report(&invocation, &summary, matches.get_flag("json")),
        Err(error) => {
            log::error(format_args!("{} {name}: {error}", definition.name));
            error.exit_code()
        }
    }
}

/// Prints a message of clap: help and version (exit code 0), or an error of usage (exit code 2).
#[must_use]
pub fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is not an error.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::Usage
    } else {
        ExitCode::Done
    }
}

/// Stack size of the threads in the pool: the usual size of a main thread.
const STACK_BYTES: usize = 8 << 20;

fn execute(
    definition: &Definition,
    command: &Command,
    matches: &ArgMatches,
) -> Result<(Invocation, Summary), StageError> {
    if let Some(fault) = &command.fault {
        return Err(StageError::usage(fault));
    }
    let threads = matches.get_one::<u16>("threads").map_or_else(
        || std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        |n| usize::from(*n),
    );
    // A process can build the pool only once. A second command in the same process uses the existing pool.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_BYTES)
        .build_global();
    let invocation = Invocation::new(&definition.name, &definition.version, &command.spec.name)
        .with_build(
            definition.revision.clone(),
            command.spec.instruction_set.clone(),
        )
        .with_threads(threads);
    let invocation = resolve(invocation, &command.spec, matches)?;
    // Runs inside the pool. From outside, each parallel loop would be sent to the pool and waited for.
    let watched = Watched::inputs(&invocation, &command.spec);
    let summary = rayon::scope(|_| (command.run)(&invocation))?;
    watched.check()?;
    Ok((invocation, summary))
}

fn report(invocation: &Invocation, summary: &Summary, as_json: bool) -> ExitCode {
    if as_json {
        let outputs: serde_json::Map<_, _> = invocation
            .all_outputs()
            .map(|(name, path)| (name.to_owned(), json!(path.to_string_lossy())))
            .collect();
        let line = json!({
            "stage": invocation.stage(),
            "version": invocation.version(),
            "revision": invocation.revision(),
            "command": invocation.command(),
            "outputs": outputs,
            "result": summary.values(),
        });
        return print(&line.to_string());
    }
    summary.as_text().map_or(ExitCode::Done, print)
}

/// Prints a text on stdout. A closed pipe is not an error.
#[must_use]
pub fn print(text: &str) -> ExitCode {
    let mut stdout = std::io::stdout().lock();
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    match write!(stdout, "{text}{newline}").and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::Done,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::Done,
        Err(_) => ExitCode::CannotWrite,
    }
}
