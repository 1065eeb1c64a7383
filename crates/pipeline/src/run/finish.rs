//! What follows when the process of a task has ended: its record, a new try, or its failure.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rsom_stage::StageError;

use crate::assess::records::Record;
use crate::assess::unrecorded::Failure;
use crate::assess::workdir::Workdir;
use crate::plan::tasks::Task;
use crate::run::duration::seconds;
use crate::run::execute::{Job, Run};
use crate::run::kept::wrote_over;
use crate::run::left_out;
use crate::run::log_warnings::warnings;
use crate::run::logs;
use crate::run::outcome::State;
use crate::run::outputs;
use crate::run::process::ProcessExit;
use crate::run::signals;

/// Time between two writes of the cached hashes, so that a killed run loses few of them.
const SAVE_EVERY: Duration = Duration::from_secs(30);

impl Run<'_> {
    /// Checks the running processes. Returns whether one has ended.
    pub(super) fn check_running(&mut self) -> bool {
        let mut ended = Vec::new();
        let mut index = 0;
        while index < self.running.len() {
            let minutes = self.plan.tasks[self.running[index].task].limits.minutes;
            if let Some(minutes) = minutes {
                let limit = Duration::from_secs(minutes * 60);
                self.running[index].process.limit(limit);
            }
            match self.running[index].process.poll() {
                Ok(None) => index += 1,
                Ok(Some(end)) => ended.push((self.running.remove(index), Ok(end))),
                Err(error) => ended.push((self.running.remove(index), Err(error))),
            }
        }
        let any = !ended.is_empty();
        for (job, end) in ended {
            self.queue.release(&self.plan.tasks[job.task].step);
            match end {
                Ok(end) => self.finish(job, end),
                Err(error) => self.failed(job.task, None, &StageError::failure(error)),
            }
        }
        any
    }

    pub(super) fn finish(&mut self, mut job: Job, end: ProcessExit) {
        let task = &self.plan.tasks[job.task];
        self.display.add_time(task, end.wall_time);
        let fault = match end.code {
            _ if job.process.is_over_limit() => {
                Some("it took longer than its limit and was stopped".to_owned())
            }
            Some(0) => None,
            Some(code) => Some(format!("exit code {code}")),
            None => Some("ended by a signal".to_owned()),
        };
        // The last line of its log says why.
        let reason = fault
            .is_some()
            .then(|| logs::last_line(&self.log(job.task)));
        let replaced = self.put_back(&mut job);
        let result = match (fault, &replaced) {
            (Some(fault), _) => Err(StageError::failure(format_args!(
                "{fault} after {}",
                seconds(end.wall_time)
            ))),
            (None, Err(error)) => Err(error.clone()),
            (None, Ok(replaced)) if !replaced.is_empty() => {
                Err(wrote_over(&self.assessor.workdir, replaced))
            }
            (None, Ok(_)) => self.record(&job, end),
        };
        match result {
            Ok(record) => {
                self.display
                    .finished(task, State::Done, seconds(end.wall_time));
                self.warn(job.task, &record.warnings);
                self.display.settled(task);
                self.done(job.task, State::Done, job.assessment, record);
            }
            Err(error) => {
                let replaced = replaced.unwrap_or_default();
                let fault = match reason.flatten() {
                    Some(reason) => format!("{error}: {reason}"),
                    None => error.to_string(),
                };
                let failure = Failure {
                    identity: job.assessment.identity.hash().to_owned(),
                    fault: fault.clone(),
                    exit_code: end.code.or(Some(error.exit_code() as i32)),
                };
                outputs::note_end(task, &job.before, (replaced, Some(failure)), self.assessor);
                let said = warnings(&self.log(job.task));
                if self.try_again(job.task, end, &error) {
                    return;
                }
                self.failed(job.task, Some(job.assessment), &error);
                self.warn(job.task, &said);
                if let Some(outcome) = &mut self.outcomes[job.task] {
                    outcome.warnings = said;
                    outcome.fault = Some(fault);
                    if let Some(1..) = end.code {
                        outcome.exit_code = end.code;
                    }
                }
            }
        }
    }

    /// Lets a failed task run again, if its step allows it and another try may help: wrong usage and bad input stay wrong.
    fn try_again(&mut self, number: usize, end: ProcessExit, error: &StageError) -> bool {
        let task = &self.plan.tasks[number];
        let limit = task.limits.retries;
        if signals::count() > 0 || matches!(end.code, Some(0 | 2 | 3)) {
            return false;
        }
        let Some((pause, tries)) = self.retries.add(number, limit) else {
            return false;
        };
        self.display.line(format_args!(
            "    {} … {error}; again in {}, try {tries} of {limit}",
            task.label,
            seconds(pause)
        ));
        true
    }

    /// Puts files of the user back that a task wrote over. Returns them with the sha256 of what the task wrote.
    pub(super) fn put_back(
        &mut self,
        job: &mut Job,
    ) -> Result<BTreeMap<String, String>, StageError> {
        let replaced = std::mem::take(&mut job.kept).put_back(&job.before)?;
        for path in replaced.keys() {
            let path = self.assessor.workdir.root().join(path);
            self.assessor.hashes.forget(&path);
        }
        Ok(replaced)
    }

    /// Shows the warnings of a task that are unlike all earlier ones.
    pub(super) fn warn(&mut self, number: usize, warnings: &[String]) {
        let task = &self.plan.tasks[number];
        for warning in self.warnings.add(&task.label, warnings) {
            self.display.warning(task, &warning);
        }
    }

    pub(super) fn log(&self, number: usize) -> PathBuf {
        let label = &self.plan.tasks[number].label;
        self.assessor.workdir.root().join(Workdir::log(label))
    }

    /// Hashes the outputs of a finished task and writes its record.
    fn record(&mut self, job: &Job, end: ProcessExit) -> Result<Rc<Record>, StageError> {
        let task = &self.plan.tasks[job.task];
        // A running binary keeps its code when its file is replaced; a script may not.
        if task.tool.is_foreign() {
            self.programs.check(task)?;
        }
        let outcomes = &self.outcomes;
        let good = |task: usize| outcomes[task].as_ref().is_some_and(|o| o.state.is_good());
        let ran = left_out::ready(task, &good);
        if let Some(ran) = &ran {
            self.assessor
                .check_inputs_unchanged(self.plan, ran, &job.assessment, &job.inputs)?;
        }
        let outputs = self.assessor.hash_outputs(task, &job.before)?;
        outputs::check_kinds(self.plan, task, self.assessor)?;
        let record = Record {
            identity: job.assessment.identity.hash().to_owned(),
            of: job.assessment.identity.document().clone(),
            ports: task.ports(),
            outputs,
            pipeline: self.plan.name.clone(),
            instruction_set: task.tool.instruction_set().map(str::to_owned),
            warnings: warnings(&self.log(job.task)),
            wall_time_s: (end.wall_time.as_secs_f64() * 1000.0).round() / 1000.0,
            peak_memory_mib: end.peak_memory_mib.map(f64::round),
        };
        if let Some(ran) = &ran {
            self.shared.add(self.plan, ran, &job.assessment, &record);
        }
        self.keep_record(task, record)
    }

    /// Writes a record.
    pub(super) fn keep_record(
        &mut self,
        task: &Task,
        record: Record,
    ) -> Result<Rc<Record>, StageError> {
        let record = self.assessor.records.add(record)?;
        self.assessor.unrecorded.forget(&task.label);
        if self.saved.elapsed() > SAVE_EVERY {
            self.assessor.hashes.save(false)?;
            self.saved = Instant::now();
        }
        Ok(record)
    }
}
