//! `--json`: what happens in a run, for other programs: one JSON object for each event, in a line of its own on stdout.

use std::time::Instant;

use rsom_stage::ExitCode;
use serde_json::{Value, json};

use crate::plan::tasks::{Plan, Task};
use crate::run::outcome::State;
use crate::run::running::Running;
use crate::run::view::Whole;

/// Prints the events of a run, if the user asked for them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Events {
    is_on: bool,
    started: Instant,
}

impl Events {
    /// Events of a run that begins now.
    pub fn new(is_on: bool) -> Self {
        Self {
            is_on,
            started: Instant::now(),
        }
    }

    /// Whether events are printed.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// The run begins.
    pub fn run(&self, plan: &Plan, tasks: usize, up_to_date: usize) {
        self.print(|| {
            json!({"event": "run", "pipeline": plan.name, "workdir": plan.workdir, "tasks": tasks, "up_to_date": up_to_date})
        });
    }

    /// A task begins.
    pub fn start(&self, task: &Task, log: &str) {
        self.print(|| {
            json!({"event": "start", "task": task.label, "step": task.step, "scan": task.scan, "log": log})
        });
    }

    /// A task is done, or was up to date.
    pub fn end(&self, task: &Task, state: State) {
        self.print(|| {
            json!({"event": "end", "task": task.label, "step": task.step, "scan": task.scan, "state": state.name()})
        });
    }

    /// A task failed.
    pub fn failed(&self, task: &Task, fault: &str) {
        self.print(|| {
            let state = State::Failed.name();
            json!({"event": "end", "task": task.label, "step": task.step, "scan": task.scan, "state": state, "fault": fault})
        });
    }

    /// A task of the run gave a warning.
    pub fn warning(&self, task: &Task, text: &str) {
        self.print(|| json!({"event": "warning", "task": task.label, "text": text}));
    }

    /// How far the run is.
    pub fn progress(&self, whole: &Whole, running: &[Running<'_>]) {
        let task = |task: &Running<'_>| {
            json!({
                "task": task.label,
                "seconds": rounded(task.elapsed.as_secs_f64()),
                "done": task.reported.map(|r| r.done),
                "total": task.reported.map(|r| r.total),
            })
        };
        self.print(|| {
            json!({
                "event": "progress",
                "ended": whole.ended,
                "tasks": whole.total,
                "seconds_left": whole.left.map(|left| left.as_secs()),
                "running": running.iter().map(task).collect::<Vec<_>>(),
            })
        });
    }

    /// The run has ended, with so many tasks in each state.
    pub fn run_end(&self, count: impl Fn(State) -> usize, code: ExitCode) {
        let states = [
            State::Done,
            State::UpToDate,
            State::Taken,
            State::Failed,
            State::Interrupted,
            State::NotRun,
        ];
        self.print(|| {
            let mut event = json!({"event": "run_end", "exit_code": code as i32});
            for state in states {
                event[state.name()] = json!(count(state));
            }
            event
        });
    }

    /// Prints an event, with the seconds since the start of the run.
    fn print(&self, event: impl FnOnce() -> Value) {
        if !self.is_on {
            return;
        }
        let mut event = event();
        event["time_s"] = json!(rounded(self.started.elapsed().as_secs_f64()));
        // A closed stdout must not stop the run.
        let _ = rsom_stage::print(&format!("{event}\n"));
    }
}

/// Seconds with three decimals.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}
