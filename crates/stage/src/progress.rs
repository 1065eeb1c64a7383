//! Progress of long work: a bar with the time left on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::log;
use crate::reported::Reporter;

/// Time between two plain lines if stderr is not a terminal.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// Progress of long work, on stderr.
#[derive(Debug)]
pub struct Progress {
    label: String,
    total: u64,
    done: u64,
    message: String,
    started: Instant,
    last_line: Instant,
    bar: Option<ProgressBar>,
    reporter: Option<Reporter>,
}

impl Progress {
    /// Starts the progress of `total` units of work. `label` names the work.
    #[must_use]
    pub fn start(label: &str, total: u64) -> Self {
        let bar = (std::io::stderr().is_terminal() && !log::is_quiet()).then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let template = "{prefix} {wide_bar} {pos}/{len} {elapsed} left {eta} {msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_prefix(label.to_owned());
            bar
        });
        let now = Instant::now();
        Self {
            label: label.to_owned(),
            total,
            done: 0,
            message: String::new(),
            started: now,
            last_line: now,
            bar,
            reporter: Reporter::of_environment(),
        }
    }

    /// Counts units of an earlier run. They do not enter the estimate of the time left.
    pub fn skip(&mut self, steps: u64) {
        self.done += steps;
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
            bar.reset_eta();
        }
    }

    /// Shows a message next to the progress, such as the current loss.
    pub fn message(&mut self, message: impl Into<String>) {
        self.message = message.into();
        if let Some(bar) = &self.bar {
            bar.set_message(self.message.clone());
        }
    }

    /// Counts finished units.
    pub fn advance(&mut self, steps: u64) {
        self.done += steps;
        if let Some(reporter) = &mut self.reporter {
            reporter.report(self.done.min(self.total), self.total);
        }
        match &self.bar {
            Some(bar) => bar.inc(steps),
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                log::info(self.line());
            }
            None => {}
        }
    }

    /// Removes the bar.
    pub fn finish(self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self) -> String {
        let elapsed = self.started.elapsed();
        let left =
            elapsed.mul_f64(self.total.saturating_sub(self.done) as f64 / self.done.max(1) as f64);
        let Self {
            label,
            done,
            total,
            message,
            ..
        } = self;
        format!(
            "{label}: {done}/{total}, {}s left {message}",
            left.as_secs()
        )
        .trim_end()
        .to_owned()
    }
}
