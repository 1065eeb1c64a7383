//! The progress of a run on stderr: one line for each finished task or scan; on a terminal also the running tasks and the time
//! left.

use std::collections::BTreeMap;
use std::fmt::Display as Show;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rsom_stage::StageError;

use crate::plan::tasks::Task;
use crate::run::duration::seconds;
use crate::run::logs;
use crate::run::scan_lines::ScanLines;

/// When a run prints a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// After each task.
    Tasks,
    /// After the last task of each scan.
    Scans,
}

/// Prints the progress of a run.
#[derive(Debug)]
pub(crate) struct Display {
    total: usize,
    finished: usize,
    jobs: usize,
    scans: Option<ScanLines>,
    /// For each step, the number of its finished tasks and the sum of their run times.
    times: BTreeMap<String, (u32, Duration)>,
    terminal: bool,
    /// Time of the last drawing of the line with running tasks. `None` if the line is not visible.
    drawn: Option<Instant>,
}

/// Time between two drawings of the line with running tasks.
const REDRAW: Duration = Duration::from_millis(500);

impl Display {
    /// A display for a run of the given tasks, with `jobs` of them at the same time.
    pub fn new<'a>(
        tasks: impl Iterator<Item = &'a Task> + Clone,
        jobs: usize,
        lines: Lines,
    ) -> Self {
        Self {
            total: tasks.clone().count(),
            finished: 0,
            jobs,
            scans: (lines == Lines::Scans).then(|| ScanLines::new(tasks)),
            times: BTreeMap::new(),
            terminal: std::io::stderr().is_terminal(),
            drawn: None,
        }
    }

    /// Prints a line.
    pub fn line(&mut self, text: impl Show) {
        self.clear();
        self.write(format_args!("{text}\n"));
    }

    /// Prints that a task has finished, with its run time or another result.
    pub fn finished(&mut self, task: &Task, result: impl Show) {
        self.finished += 1;
        let (finished, total, label) = (self.finished, self.total, &task.label);
        if self.scans.is_none() {
            self.line(format_args!("[{finished}/{total}] {label} … {result}"));
        }
    }

    /// Prints a warning of a task that has just finished.
    pub fn warning(&mut self, text: &str) {
        if self.scans.is_none() {
            self.line(format_args!("    warning: {text}"));
        }
    }

    /// Prints that a task has failed, with the end of its log if the task ran.
    pub fn failed(&mut self, task: &Task, error: &StageError, log: Option<&Path>) {
        let Some(scans) = &mut self.scans else {
            self.finished(task, format_args!("failed: {error}"));
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
        let line = self.scans.as_mut().and_then(|scans| scans.settled(task));
        if let Some(line) = line {
            self.line(line);
        }
    }

    /// Notes the run time of a task, to estimate the time left.
    pub fn add_time(&mut self, task: &Task, time: Duration) {
        self.add_step_time(&task.step, time);
        if let Some(scans) = &mut self.scans {
            scans.add_time(task, time);
        }
    }

    fn add_step_time(&mut self, step: &str, time: Duration) {
        let (count, sum) = self.times.entry(step.to_owned()).or_default();
        *count += 1;
        *sum += time;
    }

    /// Whether to draw the line with running tasks again: only on a terminal, and not too often.
    pub fn is_due(&self) -> bool {
        self.terminal && self.drawn.is_none_or(|drawn| drawn.elapsed() >= REDRAW)
    }

    /// Draws the line with running tasks. `waiting` counts the unfinished tasks of each step.
    pub fn running(&mut self, labels: &[(&str, Duration)], waiting: &BTreeMap<&str, u32>) {
        self.clear();
        let Some((label, longest)) = labels.first() else {
            return;
        };
        let others = match labels.len() {
            1 => String::new(),
            n => format!(" and {} more", n - 1),
        };
        let left = self
            .time_left(waiting, labels)
            .map_or_else(String::new, |left| {
                format!(", about {} left", seconds(left))
            });
        let text = format!("running {label}{others} ({}){left}", seconds(*longest));
        let width = std::env::var("COLUMNS")
            .ok()
            .and_then(|c| c.parse().ok())
            .unwrap_or(80_usize);
        let text: String = text.chars().take(width.saturating_sub(1)).collect();
        self.write(format_args!("{text}"));
        self.drawn = Some(Instant::now());
    }

    /// Removes the line with running tasks.
    pub fn clear(&mut self) {
        if self.drawn.take().is_some() {
            self.write(format_args!("\r\x1b[2K"));
        }
    }

    /// Estimated time left: the mean run time of each step for its unfinished tasks (the overall mean for a step without
    /// finished tasks), minus the time that running tasks have spent, divided by the number of jobs.
    fn time_left(
        &self,
        waiting: &BTreeMap<&str, u32>,
        running: &[(&str, Duration)],
    ) -> Option<Duration> {
        let (count, sum) = self
            .times
            .values()
            .fold((0, Duration::ZERO), |(n, t), (m, u)| (n + m, t + *u));
        let overall = sum.checked_div(count)?;
        let mean = |step: &str| self.times.get(step).map_or(overall, |(n, t)| *t / *n);
        let work: Duration = waiting
            .iter()
            .map(|(step, count)| mean(step) * *count)
            .sum();
        let done: Duration = running.iter().map(|(_, elapsed)| *elapsed).sum();
        Some(work.saturating_sub(done) / u32::try_from(self.jobs).unwrap_or(1).max(1))
    }

    fn write(&self, text: std::fmt::Arguments<'_>) {
        // A closed stderr must not stop the run.
        let _ = write!(std::io::stderr().lock(), "{text}");
        let _ = std::io::stderr().flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_uses_the_mean_of_each_step() {
        let mut display = Display::new(std::iter::empty(), 2, Lines::Tasks);
        display.add_step_time("train", Duration::from_secs(60));
        display.add_step_time("predict", Duration::from_secs(2));
        let waiting = BTreeMap::from([("train", 2), ("predict", 3), ("compare", 1)]);
        // 2 · 60 + 3 · 2 + 1 · 31 = 157 s of work, 17 s of it done, on two jobs.
        let left = display.time_left(&waiting, &[("train a", Duration::from_secs(17))]);
        assert_eq!(left, Some(Duration::from_secs(70)));
    }
}
