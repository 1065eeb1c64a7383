//! Executes a plan: starts tasks as processes, several at the same time, each after the tasks it depends on.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rsom_stage::{PROGRESS_VARIABLE, Snapshot, StageError, atomic};
use rsom_store::{Claimed, Store};

use crate::assess::assessor::{Assessment, Assessor, Verdict};
use crate::assess::records::Record;
use crate::assess::standing::Standing;
use crate::assess::survey::Outlook;
use crate::assess::workdir::Workdir;
use crate::plan::tasks::{Plan, Task};
use crate::run::command::command;
use crate::run::display::Display;
use crate::run::events::Events;
use crate::run::grace::GRACE;
use crate::run::kept::Kept;
use crate::run::left_out;
use crate::run::mark::Mark;
use crate::run::memory;
use crate::run::outcome::{Outcome, State, not_run};
use crate::run::outputs;
use crate::run::process::{Process, ProcessExit};
use crate::run::programs::{Programs, program};
use crate::run::queue::Queue;
use crate::run::reopened::Reopened;
use crate::run::reports::ReportFile;
use crate::run::retries::Retries;
use crate::run::running::Running;
use crate::run::settings::Settings;
use crate::run::shared::Shared;
use crate::run::signals;
use crate::run::stale;
use crate::run::warnings::Warnings;

/// Longest time between two checks of the running processes.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// Time between two looks at what another run computes for the store.
const OTHER_PAUSE: Duration = Duration::from_millis(500);

/// Runs the tasks of a plan that are not up to date. Returns the outcome of every task, and the warnings of those that ran.
///
/// # Errors
/// Exit code 4: the workdir cannot be written.
pub(crate) fn execute(
    plan: &Plan,
    (settings, events, store): (Settings, Events, Option<Store>),
    assessor: &mut Assessor,
    mut outlooks: Vec<Outlook>,
) -> Result<(Vec<Outcome>, Warnings), StageError> {
    let reopened = Reopened::take(plan, &mut outlooks);
    let mark = Mark::write(&assessor.workdir.running())?;
    let open = plan
        .selected_tasks()
        .filter(|(number, _)| !outlooks[*number].is_up_to_date());
    let open = open.map(|(_, task)| task);
    let display = Display::new(open, settings, events);
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
        mark,
        warnings: Warnings::default(),
        retries: Retries::default(),
        memory_mib: memory::for_tasks_mib(),
        shared: Shared::of(store),
        waited_for: BTreeSet::new(),
        saved: Instant::now(),
    };
    run.prepare(outlooks);
    run.run_tasks();
    run.display.clear();
    run.shared.keep_limit();
    let outcomes = run.outcomes.into_iter();
    let mut outcomes: Vec<Outcome> = outcomes.map(|o| o.unwrap_or_else(not_run)).collect();
    reopened.settle(plan, &mut outcomes);
    Ok((outcomes, run.warnings))
}

/// A run that goes on.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) settings: Settings,
    pub(super) assessor: &'a mut Assessor,
    pub(super) display: Display,
    pub(super) outcomes: Vec<Option<Outcome>>,
    pub(super) queue: Queue<'a>,
    pub(super) running: Vec<Job>,
    pub(super) any_failed: bool,
    pub(super) programs: Programs,
    pub(super) mark: Mark,
    pub(super) warnings: Warnings,
    pub(super) retries: Retries,
    /// Memory for all running tasks in MiB, if it is known.
    pub(super) memory_mib: Option<u64>,
    pub(super) shared: Shared,
    /// The tasks for which this run waited, because another one computes them for the store.
    pub(super) waited_for: BTreeSet<usize>,
    pub(super) saved: Instant,
}

/// A task whose process runs.
pub(super) struct Job {
    pub(super) task: usize,
    /// What stood at the paths of the outputs.
    pub(super) before: Standing,
    pub(super) kept: Kept,
    pub(super) process: Process,
    pub(super) assessment: Assessment,
    /// The inputs before the task started.
    pub(super) inputs: Snapshot,
    pub(super) report: ReportFile,
    /// Until its outputs are in the store, others that need the same wait.
    pub(super) _claim: Claimed,
}

impl Run<'_> {
    fn prepare(&mut self, outlooks: Vec<Outlook>) {
        for (number, outlook) in outlooks.into_iter().enumerate() {
            let selected = self.plan.is_selected(number);
            if !selected && !outlook.is_up_to_date() {
                self.queue.leave_out(number);
                let label = &self.plan.tasks[number].label;
                let failure = outlook.failure(label, &mut self.assessor.unrecorded);
                self.outcomes[number] = failure.map(Outcome::of_failure);
            } else if let Outlook::Known(assessment) = outlook
                && let Verdict::UpToDate(record) = &assessment.verdict
            {
                let record = Rc::clone(record);
                self.done(number, State::UpToDate, *assessment, record);
            }
        }
    }

    fn run_tasks(&mut self) {
        let mut pause = Duration::from_millis(1);
        while signals::count() == 0 {
            self.start_ready();
            if self.running.is_empty() && self.retries.is_empty() {
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
        for number in self.retries.due() {
            self.queue.put_back(number);
        }
        while self.running.len() < self.settings.jobs && signals::count() == 0 {
            if self.any_failed && !self.settings.keep_going {
                return;
            }
            let Some(number) = self.queue.pop() else {
                return;
            };
            let limits = self.plan.tasks[number].limits;
            if limits
                .jobs
                .is_some_and(|most| self.running_of_step(number) >= most)
            {
                self.queue.hold(number);
                continue;
            }
            if !self.has_memory_for(number) {
                self.queue.put_back(number);
                return;
            }
            if let Err(error) = self.start(number) {
                self.failed(number, None, &error);
            }
        }
    }

    /// Number of running tasks of the same step.
    fn running_of_step(&self, number: usize) -> usize {
        let tasks = &self.plan.tasks;
        let same = self
            .running
            .iter()
            .filter(|job| tasks[job.task].step == tasks[number].step);
        same.count()
    }

    /// Whether the memory of the machine is enough for one more task. A task that runs alone may have all.
    fn has_memory_for(&self, number: usize) -> bool {
        let running = self.running.iter().map(|job| self.memory_of(job.task));
        let needed = running.fold(self.memory_of(number), u64::saturating_add);
        self.running.is_empty() || self.memory_mib.is_none_or(|all| needed <= all)
    }

    /// The memory of a task in MiB: what its step declares, else what it took in its last run, if that is asked for.
    fn memory_of(&self, number: usize) -> u64 {
        let task = &self.plan.tasks[number];
        let measured = || {
            let output = task.outputs.first().filter(|_| self.settings.by_memory)?;
            let record = self.assessor.records.latest(&output.path)?;
            record.peak_memory_mib.map(|mib| mib as u64)
        };
        task.limits.memory_mib.or_else(measured).unwrap_or(0)
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
            let record = Rc::clone(record);
            self.display.finished(
                task,
                State::UpToDate,
                "up to date: its inputs have not changed",
            );
            self.display.settled(task);
            self.done(number, State::UpToDate, assessment, record);
            return Ok(());
        }
        if !self.settings.replace {
            outputs::check_edits(plan, task, self.assessor)?;
        }
        let Some(claim) = self.look_in_store(number, task, &assessment)? else {
            return Ok(());
        };
        self.programs.check(task)?;
        let (before, kept) =
            outputs::make_room(task, (self.settings.replace, &self.mark), self.assessor)?;
        let root = self.assessor.workdir.root();
        let report = ReportFile::at(root.join(Workdir::progress(&task.label)));
        let threads = task.limits.threads.unwrap_or(self.settings.threads);
        let mut command = command(plan, task, threads, &self.mark)?;
        command
            .env(PROGRESS_VARIABLE, report.path())
            .current_dir(root);
        let log = Workdir::log(&task.label);
        let process = Process::start(&mut command, &root.join(&log)).map_err(|e| {
            StageError::failure(format_args!(
                "{} cannot be started: {}",
                program(task).display(),
                atomic::plain(&e)
            ))
        })?;
        self.display.started(task, &log);
        self.running.push(Job {
            task: number,
            before,
            kept,
            process,
            assessment,
            inputs,
            report,
            _claim: claim,
        });
        Ok(())
    }

    /// Takes the outputs of a task from the store, or claims the task there. `None` if it need not start now.
    fn look_in_store(
        &mut self,
        number: usize,
        task: &Task,
        assessment: &Assessment,
    ) -> Result<Option<Claimed>, StageError> {
        if self.take_from_store(number, task, assessment)? {
            return Ok(None);
        }
        let claim = self.shared.claim(self.plan, task, assessment);
        match claim {
            Claimed::Busy => {
                self.wait_for_other(number);
                return Ok(None);
            }
            // Another run may have added them just before.
            Claimed::Own(_) if self.take_from_store(number, task, assessment)? => return Ok(None),
            Claimed::Own(_) | Claimed::Unknown => {}
        }
        Ok(Some(claim))
    }

    /// Looks later again for the outputs of a task that another run computes now for the same store. Meanwhile, other tasks start: who
    /// waits holds no claim that another one waits for.
    fn wait_for_other(&mut self, number: usize) {
        if self.waited_for.insert(number) {
            let label = &self.plan.tasks[number].label;
            self.display.line(format_args!(
                "    {label} … waits: another run computes the same for the store now"
            ));
        }
        self.retries.wait(number, OTHER_PAUSE);
    }

    pub(super) fn done(
        &mut self,
        number: usize,
        state: State,
        assessment: Assessment,
        record: Rc<Record>,
    ) {
        self.queue.done(number);
        self.outcomes[number] = Some(Outcome {
            state,
            assessment: Some(assessment),
            record: Some(record),
            exit_code: None,
            fault: None,
            warnings: Vec::new(),
        });
    }

    /// Skips a task whose inputs all come from failed tasks, and removes its old outputs, which are no longer valid.
    fn skip(&mut self, number: usize) -> Result<(), StageError> {
        let task = &self.plan.tasks[number];
        stale::remove_outputs(self.assessor, task)?;
        self.display.finished(
            task,
            State::NotRun,
            "not run: all tasks that it depends on failed",
        );
        self.outcomes[number] = Some(not_run());
        self.without_outputs(number);
        Ok(())
    }

    pub(super) fn without_outputs(&mut self, number: usize) {
        self.display.settled(&self.plan.tasks[number]);
        for blocked in self.queue.without_outputs(number) {
            self.display.settled(&self.plan.tasks[blocked]);
        }
    }

    pub(super) fn failed(
        &mut self,
        number: usize,
        assessment: Option<Assessment>,
        error: &StageError,
    ) {
        self.any_failed = true;
        let task = &self.plan.tasks[number];
        let log = assessment.is_some().then(|| self.log(number));
        self.display.failed(task, error, log.as_deref());
        self.outcomes[number] = Some(Outcome {
            state: State::Failed,
            assessment,
            record: None,
            exit_code: Some(error.exit_code() as i32),
            fault: Some(error.to_string()),
            warnings: Vec::new(),
        });
        self.without_outputs(number);
    }

    fn draw(&mut self) {
        if !self.display.is_due() {
            return;
        }
        let tasks = &self.plan.tasks;
        let running: Vec<Running<'_>> = (self.running.iter())
            .map(|job| Running {
                label: &tasks[job.task].label,
                step: &tasks[job.task].step,
                elapsed: job.process.elapsed(),
                reported: job.report.read(),
            })
            .collect();
        self.display.running(&running);
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
                self.interrupted(job);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Notes what a stopped task left.
    fn interrupted(&mut self, mut job: Job) {
        let task = &self.plan.tasks[job.task];
        let replaced = self.put_back(&mut job).unwrap_or_default();
        outputs::note_end(task, &job.before, (replaced, None), self.assessor);
        self.outcomes[job.task] = Some(Outcome {
            state: State::Interrupted,
            assessment: Some(job.assessment),
            ..not_run()
        });
    }
}
