//! The progress of a run: on a terminal a live view below the finished tasks, elsewhere plain lines with a heartbeat, and with
//! `--json` events on stdout.

use std::fmt::Display as Show;
use std::path::Path;
use std::time::{Duration, Instant};

use rsom_stage::{Live, StageError, log};

use crate::plan::tasks::Task;
use crate::run::events::Events;
use crate::run::logs;
use crate::run::outcome::State;
use crate::run::running::Running;
use crate::run::scan_lines::ScanLines;
use crate::run::settings::{Lines, Settings};
use crate::run::step_counts::StepCounts;
use crate::run::view::{self, Whole};

/// Shows the progress of a run.
#[derive(Debug)]
pub(crate) struct Display {
    total: usize,
    /// Tasks with a line that says how they ended.
    finished: usize,
    counts: StepCounts,
    scans: Option<ScanLines>,
    live: Option<Live>,
    pub events: Events,
    warnings: usize,
    started: Instant,
    last_line: Instant,
    last_view: Instant,
    last_event: Instant,
}

/// Time between two drawings of the live view.
const REDRAW: Duration = Duration::from_millis(500);
/// Time without a line after which a heartbeat says in a log that the run goes on.
const HEARTBEAT: Duration = Duration::from_secs(60);
/// Time between two events of progress.
const EVENT: Duration = Duration::from_secs(5);

impl Display {
    /// A display for a run of the given tasks.
    pub fn new<'a>(
        tasks: impl Iterator<Item = &'a Task> + Clone,
        settings: Settings,
        events: Events,
    ) -> Self {
        let now = Instant::now();
        Self {
            total: tasks.clone().count(),
            finished: 0,
            counts: StepCounts::new(tasks.clone(), settings.jobs),
            scans: (settings.lines == Lines::Scans).then(|| ScanLines::new(tasks)),
            live: Live::on_terminal(),
            events,
            warnings: 0,
            started: now,
            last_line: now,
            last_view: now,
            last_event: now,
        }
    }

    /// Prints a line.
    pub fn line(&mut self, text: impl Show) {
        self.last_line = Instant::now();
        log::line(text);
    }

    /// Notes that a task begins.
    pub fn started(&mut self, task: &Task, log: &str) {
        self.events.start(task, log);
    }

    /// Prints that a task is done or was up to date, with its run time or another result.
    pub fn finished(&mut self, task: &Task, state: State, result: impl Show) {
        self.events.end(task, state);
        self.ended(task, result);
    }

    fn ended(&mut self, task: &Task, result: impl Show) {
        self.finished += 1;
        let (finished, total, label) = (self.finished, self.total, &task.label);
        if self.scans.is_none() {
            self.line(format_args!("[{finished}/{total}] {label} … {result}"));
        }
    }

    /// Prints a warning of a task that has just finished.
    pub fn warning(&mut self, task: &Task, text: &str) {
        self.warnings += 1;
        self.events.warning(task, text);
        if self.scans.is_none() {
            self.line(format_args!("    warning: {text}"));
        }
    }

    /// Prints that a task has failed, with the end of its log if the task ran.
    pub fn failed(&mut self, task: &Task, error: &StageError, log: Option<&Path>) {
        self.counts.of(&task.step).failed += 1;
        self.events.failed(task, &error.to_string());
        let Some(scans) = &mut self.scans else {
            self.ended(task, format_args!("failed: {error}"));
            for line in log.map(logs::tail).unwrap_or_default() {
                self.line(format_args!("    {line}"));
            }
            if let Some(log) = log {
                self.line(format_args!("    (log: {})", log.display()));
            }
            return;
        };
        let last = log.and_then(logs::last_line);
        let fault = last.unwrap_or_else(|| error.to_string());
        scans.failed(task, &fault);
        if task.scan.is_none() {
            self.line(format_args!("{} … failed: {fault}", task.label));
        }
    }

    /// Notes that a task has finished or failed, or will not run.
    pub fn settled(&mut self, task: &Task) {
        self.counts.of(&task.step).ended += 1;
        let line = self.scans.as_mut().and_then(|scans| scans.settled(task));
        if let Some(line) = line {
            self.line(line);
        }
    }

    /// Notes the run time of a task, to estimate the time left.
    pub fn add_time(&mut self, task: &Task, time: Duration) {
        self.counts.of(&task.step).add_time(time);
        if let Some(scans) = &mut self.scans {
            scans.add_time(task, time);
        }
    }

    /// Whether it is time to say what runs.
    pub fn is_due(&self) -> bool {
        match self.live {
            Some(_) => self.last_view.elapsed() >= REDRAW,
            None => self.last_line.elapsed() >= HEARTBEAT || self.is_event_due(),
        }
    }

    fn is_event_due(&self) -> bool {
        self.events.is_on() && self.last_event.elapsed() >= EVENT
    }

    /// Says what runs, in the view, as a heartbeat, or as an event.
    pub fn running(&mut self, running: &[Running<'_>]) {
        let ended = self.counts.steps.iter().map(|step| step.ended as usize);
        let whole = Whole {
            ended: ended.sum(),
            total: self.total,
            warnings: self.warnings,
            elapsed: self.started.elapsed(),
            left: self.counts.time_left(running),
        };
        if self.is_event_due() {
            self.last_event = Instant::now();
            self.events.progress(&whole, running);
        }
        if let Some(live) = &mut self.live {
            self.last_view = Instant::now();
            live.show(&view::lines(&whole, running, &self.counts, live.columns()));
        } else if self.last_line.elapsed() >= HEARTBEAT {
            self.line(view::heartbeat(&whole, running));
        }
    }

    /// Removes the view.
    pub fn clear(&mut self) {
        self.live = None;
    }
}
