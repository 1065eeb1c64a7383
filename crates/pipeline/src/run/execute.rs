//! Executes a plan: starts tasks as processes, several at the same time, each after the tasks it depends on.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::{Duration, Instant};

use rsom_stage::{DATA_VARIABLE, Kind, Snapshot, StageError, Stamp, atomic};

use crate::assess::assessor::{Assessment, Assessor, Verdict};
use crate::assess::records::Record;
use crate::assess::survey::Outlook;
use crate::assess::workdir::Workdir;
use crate::plan::tasks::{Plan, Task};
use crate::run::arguments::arguments;
use crate::run::display::{Display, Lines};
use crate::run::duration::seconds;
use crate::run::left_out;
use crate::run::logs;
use crate::run::orphans::Note;
use crate::run::outcome::{Outcome, State, not_run};
use crate::run::outputs;
use crate::run::process::{Process, ProcessExit};
use crate::run::programs::{Programs, program};
use crate::run::queue::Queue;
use crate::run::signals;
use crate::run::stale;
use crate::run::warnings::Warnings;

/// How to run the tasks of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Number of processes at the same time.
    pub jobs: usize,
    /// Threads of each process.
    pub threads: usize,
    /// Whether to continue after a failure with tasks that do not need the failed one.
    pub keep_going: bool,
    /// Whether to overwrite outputs that were edited, and files of the user at their paths.
    pub replace: bool,
    /// Whether to remove files of earlier runs that the plan no longer has.
    pub prune: bool,
    /// When to print a line.
    pub lines: Lines,
}

/// Time for a process to stop before it is killed. Stages exit three seconds after a signal.
const GRACE: Duration = Duration::from_secs(5);
/// Longest time between two checks of the running processes.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
/// Time between two writes of the cached hashes, so that a killed run loses few of them.
const SAVE_EVERY: Duration = Duration::from_secs(30);

/// Runs the tasks of a plan that are not up to date. Returns the outcome of every task, and the warnings of those that ran.
pub(crate) fn execute(
    plan: &Plan,
    settings: Settings,
    assessor: &mut Assessor,
    outlooks: Vec<Outlook>,
) -> (Vec<Outcome>, Warnings) {
    let open = plan.tasks.iter().zip(&outlooks);
    let open = open
        .filter(|(_, outlook)| !outlook.is_up_to_date())
        .map(|(task, _)| task);
    let display = Display::new(open, settings.jobs, settings.lines);
    let mut run = Run {
        plan,
        settings,
        assessor,
        display,
        outcomes: vec![None; plan.tasks.len()],
        queue: Queue::new(plan, settings.lines),
        running: Vec::new(),
        any_failed: false,
        programs: Programs::of(plan),
        warnings: Warnings::default(),
        saved: Instant::now(),
    };
    run.prepare(outlooks);
    run.run_tasks();
    run.display.clear();
    let outcomes = run.outcomes.into_iter();
    let outcomes = outcomes.map(|o| o.unwrap_or_else(not_run)).collect();
    (outcomes, run.warnings)
}

struct Run<'a> {
    plan: &'a Plan,
    settings: Settings,
    assessor: &'a mut Assessor,
    display: Display,
    outcomes: Vec<Option<Outcome>>,
    queue: Queue<'a>,
    running: Vec<Job>,
    any_failed: bool,
    programs: Programs,
    warnings: Warnings,
    saved: Instant,
}

struct Job {
    task: usize,
    /// Stamps of the existing files at the paths of the outputs.
    before: Vec<Option<Stamp>>,
    _note: Note,
    process: Process,
    assessment: Assessment,
    /// The inputs before the task started.
    inputs: Snapshot,
}

impl Run<'_> {
    fn prepare(&mut self, outlooks: Vec<Outlook>) {
        for (number, outlook) in outlooks.into_iter().enumerate() {
            let Outlook::Known(assessment) = outlook else {
                continue;
            };
            if let Verdict::UpToDate(record) = &assessment.verdict {
                let record = record.clone();
                self.done(number, State::UpToDate, *assessment, record);
            }
        }
    }

    fn run_tasks(&mut self) {
        let mut pause = Duration::from_millis(1);
        while signals::count() == 0 {
            self.start_ready();
            if self.running.is_empty() {
                return;
            }
            if self.check_running() {
                pause = Duration::from_millis(1);
            } else {
                std::thread::sleep(pause);
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            self.draw();
        }
        self.stop();
    }

    /// Starts tasks until `jobs` processes run. A task that is up to date needs no process.
    fn start_ready(&mut self) {
        while self.running.len() < self.settings.jobs && signals::count() == 0 {
            if self.any_failed && !self.settings.keep_going {
                return;
            }
            let Some(number) = self.queue.pop() else {
                return;
            };
            if let Err(error) = self.start(number) {
                self.failed(number, None, &error);
            }
        }
    }

    fn start(&mut self, number: usize) -> Result<(), StageError> {
        let plan = self.plan;
        let outcomes = &self.outcomes;
        let good = |task: usize| outcomes[task].as_ref().is_some_and(|o| o.state.is_good());
        let Some(task) = left_out::ready(&plan.tasks[number], &good) else {
            return self.skip(number);
        };
        let task = task.as_ref();
        // Before the hashes: a change between the two counts as one during the task.
        let inputs = self.assessor.snapshot(plan, task)?;
        let assessment = self.assessor.assess_again(plan, task)?;
        if let Verdict::UpToDate(record) = &assessment.verdict {
            let record = record.clone();
            self.display
                .finished(task, "up to date: its inputs have not changed");
            self.display.settled(task);
            self.done(number, State::UpToDate, assessment, record);
            return Ok(());
        }
        if !self.settings.replace {
            outputs::check_edits(plan, task, self.assessor)?;
        }
        outputs::note_start(task, self.assessor)?;
        outputs::clear(task, self.assessor)?;
        let before = self.stamps(task);
        let root = self.assessor.workdir.root();
        self.programs.check(task)?;
        let program = program(task);
        let mut command = Command::new(program);
        command
            .args(arguments(self.plan, task, self.settings.threads)?)
            // The thread pool of candle reads this variable, not --threads.
            .env("RAYON_NUM_THREADS", self.settings.threads.to_string())
            .current_dir(root);
        // The path is absolute, because a task runs in the workdir.
        match &self.plan.data {
            Some(data) => command.env(DATA_VARIABLE, data),
            None => command.env_remove(DATA_VARIABLE),
        };
        let process =
            Process::start(&mut command, &root.join(Workdir::log(&task.label))).map_err(|e| {
                StageError::failure(format_args!(
                    "{} cannot be started: {}",
                    program.display(),
                    atomic::plain(&e)
                ))
            })?;
        self.running.push(Job {
            task: number,
            before,
            _note: Note::write(&self.assessor.workdir.running(), process.group()),
            process,
            assessment,
            inputs,
        });
        Ok(())
    }

    fn stamps(&self, task: &Task) -> Vec<Option<Stamp>> {
        let root = self.assessor.workdir.root();
        let paths = task.outputs.iter().map(|output| root.join(&output.path));
        paths.map(|path| Stamp::of(&path).ok()).collect()
    }

    /// Checks the running processes. Returns whether one has ended.
    fn check_running(&mut self) -> bool {
        let mut ended = Vec::new();
        let mut index = 0;
        while index < self.running.len() {
            match self.running[index].process.poll() {
                Ok(None) => index += 1,
                Ok(Some(end)) => ended.push((self.running.remove(index), Ok(end))),
                Err(error) => ended.push((self.running.remove(index), Err(error))),
            }
        }
        let any = !ended.is_empty();
        for (job, end) in ended {
            match end {
                Ok(end) => self.finish(job, end),
                Err(error) => self.failed(job.task, None, &StageError::failure(error)),
            }
        }
        any
    }

    fn finish(&mut self, job: Job, end: ProcessExit) {
        let task = &self.plan.tasks[job.task];
        self.display.add_time(task, end.wall_time);
        let fault = match end.code {
            Some(0) => None,
            Some(code) => Some(format!("exit code {code}")),
            None => Some("ended by a signal".to_owned()),
        };
        let result = match fault {
            Some(fault) => Err(StageError::failure(format_args!(
                "{fault} after {}",
                seconds(end.wall_time)
            ))),
            None => self.record(&job, end),
        };
        match result {
            Ok(record) => {
                self.display.finished(task, seconds(end.wall_time));
                for warning in self.warnings.add(&task.label, &record.warnings) {
                    self.display.warning(&warning);
                }
                self.display.settled(task);
                self.done(job.task, State::Done, job.assessment, record);
            }
            Err(error) => {
                outputs::note_failure(task, self.assessor);
                self.failed(job.task, Some(job.assessment), &error);
                if let (Some(outcome), Some(1..)) = (&mut self.outcomes[job.task], end.code) {
                    outcome.exit_code = end.code;
                }
            }
        }
    }

    /// Hashes the outputs of a finished task and writes its record.
    fn record(&mut self, job: &Job, end: ProcessExit) -> Result<Record, StageError> {
        let task = &self.plan.tasks[job.task];
        let stamps = self.stamps(task);
        for ((output, before), now) in task.outputs.iter().zip(&job.before).zip(&stamps) {
            // An old file must not count as the output of this task.
            if output.kind != Kind::Directory && before.is_some() && before == now {
                let path = &output.path;
                return Err(StageError::failure(format_args!("it did not write {path}")));
            }
        }
        // A running binary keeps its code when its file is replaced; a script may not.
        if task.tool.is_foreign() {
            self.programs.check(task)?;
        }
        let outcomes = &self.outcomes;
        let good = |task: usize| outcomes[task].as_ref().is_some_and(|o| o.state.is_good());
        if let Some(ran) = left_out::ready(task, &good) {
            self.assessor
                .check_inputs_unchanged(self.plan, &ran, &job.assessment, &job.inputs)?;
        }
        let outputs = self.assessor.hash_outputs(task)?;
        outputs::check_kinds(self.plan, task, self.assessor)?;
        let record = Record {
            of: job.assessment.identity.document().clone(),
            outputs,
            instruction_set: task.tool.instruction_set().map(str::to_owned),
            warnings: logs::warnings(&self.assessor.workdir.root().join(Workdir::log(&task.label))),
            wall_time_s: (end.wall_time.as_secs_f64() * 1000.0).round() / 1000.0,
            peak_memory_mib: end.peak_memory_mib.map(f64::round),
        };
        self.assessor
            .records
            .add(&job.assessment.identity, &record)?;
        self.assessor.unrecorded.forget(&task.label);
        if self.saved.elapsed() > SAVE_EVERY {
            self.assessor.hashes.save(false)?;
            self.saved = Instant::now();
        }
        Ok(record)
    }

    fn done(&mut self, number: usize, state: State, assessment: Assessment, record: Record) {
        self.queue.done(number);
        self.outcomes[number] = Some(Outcome {
            state,
            assessment: Some(assessment),
            record: Some(record),
            exit_code: None,
            fault: None,
        });
    }

    /// Skips a task whose inputs all come from failed tasks, and removes its old outputs, which are no longer valid.
    fn skip(&mut self, number: usize) -> Result<(), StageError> {
        let task = &self.plan.tasks[number];
        stale::remove_outputs(self.assessor, task)?;
        self.display
            .finished(task, "not run: all tasks that it depends on failed");
        self.outcomes[number] = Some(not_run());
        self.without_outputs(number);
        Ok(())
    }

    fn without_outputs(&mut self, number: usize) {
        self.display.settled(&self.plan.tasks[number]);
        for blocked in self.queue.without_outputs(number) {
            self.display.settled(&self.plan.tasks[blocked]);
        }
    }

    fn failed(&mut self, number: usize, assessment: Option<Assessment>, error: &StageError) {
        self.any_failed = true;
        let task = &self.plan.tasks[number];
        let log = self.assessor.workdir.root().join(Workdir::log(&task.label));
        let log = assessment.is_some().then_some(log);
        self.display.failed(task, error, log.as_deref());
        self.outcomes[number] = Some(Outcome {
            state: State::Failed,
            assessment,
            record: None,
            exit_code: Some(error.exit_code() as i32),
            fault: Some(error.to_string()),
        });
        self.without_outputs(number);
    }

    fn draw(&mut self) {
        if !self.display.is_due() {
            return;
        }
        let labels: Vec<(&str, Duration)> = (self.running.iter())
            .map(|job| {
                (
                    self.plan.tasks[job.task].label.as_str(),
                    job.process.elapsed(),
                )
            })
            .collect();
        let mut waiting: BTreeMap<&str, u32> = BTreeMap::new();
        for (task, outcome) in self.plan.tasks.iter().zip(&self.outcomes) {
            if outcome.is_none() {
                *waiting.entry(&task.step).or_default() += 1;
            }
        }
        self.display.running(&labels, &waiting);
    }

    /// Stops the running processes after a signal. Kills them after a grace period or a second signal.
    fn stop(&mut self) {
        self.display.line(format_args!(
            "stopping {} running tasks",
            self.running.len()
        ));
        for job in &mut self.running {
            job.process.stop(false);
        }
        let asked = Instant::now();
        let mut forced = false;
        while !self.running.is_empty() {
            if !forced && (asked.elapsed() > GRACE || signals::count() > 1) {
                forced = true;
                self.running
                    .iter_mut()
                    .for_each(|job| job.process.stop(true));
            }
            let mut index = 0;
            while index < self.running.len() {
                let end = self.running[index].process.poll();
                if let Ok(None) = end {
                    index += 1;
                    continue;
                }
                let job = self.running.remove(index);
                if let Ok(Some(end @ ProcessExit { code: Some(0), .. })) = end {
                    // It was done before the signal arrived.
                    self.finish(job, end);
                    continue;
                }
                self.outcomes[job.task] = Some(Outcome {
                    state: State::Interrupted,
                    assessment: Some(job.assessment),
                    ..not_run()
                });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
