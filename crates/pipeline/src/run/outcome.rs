//! The outcome of each task and the exit code of a run.

use std::rc::Rc;

use rsom_stage::ExitCode;

use crate::assess::assessor::{Assessment, Verdict};
use crate::assess::records::Record;
use crate::assess::survey::Outlook;
use crate::assess::unrecorded::Failure;
use crate::run::signals;

/// The state of a task at the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// The task ran and succeeded.
    Done,
    /// The outputs already existed.
    UpToDate,
    /// The outputs come from a store.
    Taken,
    /// The task failed.
    Failed,
    /// The user stopped the run during the task.
    Interrupted,
    /// The task did not start.
    NotRun,
}

/// The result of a task at the end of a run.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub state: State,
    pub assessment: Option<Assessment>,
    /// The record of a task whose outputs exist.
    pub record: Option<Rc<Record>>,
    pub exit_code: Option<i32>,
    /// Error of a failed task, in one line.
    pub fault: Option<String>,
    /// Warnings of a task that ran and failed. Those of other tasks are in their record.
    pub warnings: Vec<String>,
}

impl State {
    /// The name of the state in `run.json`.
    pub fn name(self) -> &'static str {
        match self {
            State::Done => "done",
            State::UpToDate => "up_to_date",
            State::Taken => "from_store",
            State::Failed => "failed",
            State::Interrupted => "interrupted",
            State::NotRun => "not_run",
        }
    }

    /// The states of tasks whose outputs exist.
    const GOOD: [Self; 3] = [Self::Done, Self::UpToDate, Self::Taken];

    /// Whether the outputs of the task exist.
    pub fn is_good(self) -> bool {
        Self::GOOD.contains(&self)
    }

    /// Whether this is the name of a state in which the outputs of the task exist.
    pub fn is_good_name(name: &str) -> bool {
        Self::GOOD.iter().any(|state| state.name() == name)
    }
}

impl Outcome {
    /// The outcome of a task that failed in an earlier run.
    pub fn of_failure(failure: Failure) -> Self {
        Self {
            state: State::Failed,
            exit_code: failure.exit_code,
            fault: Some(failure.fault),
            ..not_run()
        }
    }

    /// The outcome of a task that a run did not touch.
    pub fn of_outlook(outlook: Outlook, failure: Option<Failure>) -> Self {
        if let Some(failure) = failure {
            return Self::of_failure(failure);
        }
        match outlook {
            Outlook::Known(assessment) => match &assessment.verdict {
                Verdict::UpToDate(record) => Self {
                    state: State::UpToDate,
                    record: Some(Rc::clone(record)),
                    assessment: Some(*assessment),
                    exit_code: None,
                    fault: None,
                    warnings: Vec::new(),
                },
                Verdict::Run(_) => not_run(),
            },
            Outlook::After(_) => not_run(),
        }
    }
}

/// The outcome of a task that did not start.
pub(crate) fn not_run() -> Outcome {
    Outcome {
        state: State::NotRun,
        assessment: None,
        record: None,
        exit_code: None,
        fault: None,
        warnings: Vec::new(),
    }
}

/// The exit code of a run: 130 if the user stopped it, 0 if no task failed, the common code of the failed tasks, or 1 if
/// their codes differ.
pub(crate) fn exit_code<'a>(outcomes: impl Iterator<Item = &'a Outcome> + Clone) -> ExitCode {
    if outcomes.clone().any(|o| o.state == State::Interrupted) || signals::count() > 0 {
        return ExitCode::Interrupted;
    }
    let mut codes = outcomes
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
