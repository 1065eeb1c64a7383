//! How a task ended, and how a run with it.

use rsom_stage::ExitCode;

use crate::assess::assessor::Assessment;
use crate::assess::records::Record;
use crate::run::signals;

/// How a task ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// It ran.
    Done,
    /// Its outputs were there.
    UpToDate,
    /// It ran and failed.
    Failed,
    /// It was running when the user stopped the run.
    Interrupted,
    /// It did not start.
    NotRun,
}

/// What is known of a task at the end of a run.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub state: State,
    pub assessment: Option<Assessment>,
    /// For a task that is done, now or earlier.
    pub record: Option<Record>,
    pub exit_code: Option<i32>,
    /// Why it failed, in one line.
    pub fault: Option<String>,
}

impl State {
    /// Its name in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            State::Done => "done",
            State::UpToDate => "up_to_date",
            State::Failed => "failed",
            State::Interrupted => "interrupted",
            State::NotRun => "not_run",
        }
    }

    /// Whether the task's outputs are there.
    pub fn is_good(self) -> bool {
        matches!(self, State::Done | State::UpToDate)
    }
}

/// Of a task that did not start.
pub(crate) fn not_run() -> Outcome {
    Outcome {
        state: State::NotRun,
        assessment: None,
        record: None,
        exit_code: None,
        fault: None,
    }
}

/// The exit code of a run: that of the failed tasks when they agree, else 1; 130 when the user stopped it.
pub(crate) fn exit_code(outcomes: &[Outcome]) -> ExitCode {
    if outcomes.iter().any(|o| o.state == State::Interrupted) || signals::count() > 0 {
        return ExitCode::Interrupted;
    }
    let mut codes = outcomes
        .iter()
        .filter(|o| o.state == State::Failed)
        .map(|o| o.exit_code);
    let Some(first) = codes.next() else {
        return ExitCode::Done;
    };
    if codes.any(|code| code != first) {
        return ExitCode::Failure;
    }
    match first {
        Some(2) => ExitCode::Usage,
        Some(3) => ExitCode::BadInput,
        Some(4) => ExitCode::CannotWrite,
        _ => ExitCode::Failure,
    }
}
