//! The progress of a task for the program that started it: a small file that is written over again and again.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The environment variable with the path of the file. A stage need not write it.
pub const PROGRESS_VARIABLE: &str = "RSOM_PROGRESS";

/// Time between two reports.
const EVERY: Duration = Duration::from_millis(500);

/// How far a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported {
    /// Finished units of work.
    pub done: u64,
    /// All units of work: at least 1.
    pub total: u64,
}

/// Writes the reports of this process.
#[derive(Debug)]
pub(crate) struct Reporter {
    file: PathBuf,
    last: Option<Instant>,
}

impl Reported {
    /// The last report in a file. `None` without one, or while it is being written.
    #[must_use]
    pub fn read(file: &Path) -> Option<Self> {
        let text = std::fs::read_to_string(file).ok()?;
        let (done, total) = text.strip_suffix('\n')?.split_once('/')?;
        let (done, total) = (done.parse().ok()?, total.parse().ok()?);
        (total > 0 && done <= total).then_some(Self { done, total })
    }
}

impl Reporter {
    /// A reporter, if the program that started this process asks for reports.
    pub fn of_environment() -> Option<Self> {
        let file = PathBuf::from(std::env::var_os(PROGRESS_VARIABLE)?);
        Some(Self { file, last: None })
    }

    /// Writes a report, but not too often.
    pub fn report(&mut self, done: u64, total: u64) {
        if self.last.is_none_or(|last| last.elapsed() >= EVERY) {
            self.last = Some(Instant::now());
            // Without it, the view lacks a number; the work goes on.
            let _ = std::fs::write(&self.file, format!("{done}/{total}\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reported_is_read_and_half_a_report_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress");
        let mut reporter = Reporter {
            file: file.clone(),
            last: None,
        };
        reporter.report(7, 16);
        // Too soon after the first.
        reporter.report(8, 16);
        let read = Reported::read(&file);
        assert_eq!(read, Some(Reported { done: 7, total: 16 }));
        for odd in ["", "7/1", "7/", "x/2\n", "3/2\n", "0/0\n", "1/2\n\n"] {
            std::fs::write(&file, odd).unwrap();
            assert_eq!(Reported::read(&file), None, "{odd}");
        }
        assert_eq!(Reported::read(&folder.path().join("none")), None);
    }
}
