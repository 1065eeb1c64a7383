//! The process of a task, before it starts: program, arguments and environment.

use std::process::Command;

use rsom_stage::{DATA_VARIABLE, StageError};

use crate::plan::tasks::{Plan, Task};
use crate::run::arguments::arguments;
use crate::run::interpreter::command_of;
use crate::run::mark::{Mark, RUN_VARIABLE};
use crate::run::programs::program;

/// The program of a task with its arguments.
///
/// # Errors
/// An inconsistent plan: see [`arguments`].
pub(crate) fn bare_command(
    plan: &Plan,
    task: &Task,
    threads: usize,
) -> Result<Command, StageError> {
    let mut command = command_of(program(task));
    command.args(arguments(plan, task, threads)?);
    Ok(command)
}

/// The command of a task of a run, which is to start in the workdir.
///
/// # Errors
/// An inconsistent plan: see [`arguments`].
pub(crate) fn command(
    plan: &Plan,
    task: &Task,
    threads: usize,
    mark: &Mark,
) -> Result<Command, StageError> {
    let mut command = bare_command(plan, task, threads)?;
    command
        // The thread pool of candle reads this variable, not --threads.
        .env("RAYON_NUM_THREADS", threads.to_string())
        .env(RUN_VARIABLE, mark.text());
    // The path is absolute, because a task runs in the workdir.
    match &plan.data {
        Some(data) => command.env(DATA_VARIABLE, data),
        None => command.env_remove(DATA_VARIABLE),
    };
    Ok(command)
}
