//! The process of a task.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::run::grace::GRACE;
use crate::run::group::Group;
use crate::run::shell_line::shell_line;

/// A running process.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: Group,
    started: Instant,
    /// When it was asked to stop because it took too long.
    stopped: Option<Instant>,
    peak_memory_mib: Option<f64>,
}

/// The end of a process: exit code, run time and memory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProcessExit {
    /// Exit code. `None` if a signal ended the process.
    pub code: Option<i32>,
    pub wall_time: Duration,
    /// Peak memory in MiB, last read before the end. Excludes child processes. `None` if the system does not report it.
    pub peak_memory_mib: Option<f64>,
}

impl Process {
    /// Starts a command. Writes the command line and all its output to a log.
    ///
    /// # Errors
    /// The program cannot be started, or the log cannot be written.
    pub fn start(command: &mut Command, log: &Path) -> io::Result<Self> {
        let mut file = File::create(log)?;
        writeln!(file, "$ {}", shell_line(command))?;
        command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file);
        let (child, group) = Group::spawn(command)?;
        Ok(Self {
            child,
            group,
            started: Instant::now(),
            stopped: None,
            peak_memory_mib: None,
        })
    }

    /// The end of the process. `None` if it still runs. Of a process that fails or is killed, the children end with it.
    ///
    /// # Errors
    /// The system does not report the state of the process.
    pub fn poll(&mut self) -> io::Result<Option<ProcessExit>> {
        if let Some(status) = self.child.try_wait()? {
            if !status.success() {
                self.group.end();
            }
            return Ok(Some(self.exit(status)));
        }
        self.peak_memory_mib = peak_memory_mib(self.child.id()).or(self.peak_memory_mib);
        Ok(None)
    }

    /// Stops the process if it has run longer than a limit: asks it first, and kills it after a grace period.
    pub fn limit(&mut self, limit: Duration) {
        match self.stopped {
            None if self.elapsed() > limit => {
                self.stopped = Some(Instant::now());
                self.stop(false);
            }
            Some(asked) if asked.elapsed() > GRACE => self.stop(true),
            _ => {}
        }
    }

    /// Whether it was stopped because it took too long.
    pub fn is_over_limit(&self) -> bool {
        self.stopped.is_some()
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Asks the process and its children to stop. With `now`, kills them.
    pub fn stop(&mut self, now: bool) {
        self.group.stop(now);
    }

    fn exit(&self, status: ExitStatus) -> ProcessExit {
        ProcessExit {
            code: status.code(),
            wall_time: self.started.elapsed(),
            peak_memory_mib: self.peak_memory_mib,
        }
    }
}

/// Peak memory of a process in MiB, from `/proc` on Linux.
fn peak_memory_mib(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_takes_too_long_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sleep");
        let mut process = Process::start(command.arg("30"), &folder.path().join("log")).unwrap();
        process.limit(Duration::from_secs(20));
        assert!(!process.is_over_limit());
        while process.poll().unwrap().is_none() {
            process.limit(Duration::from_millis(20));
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(process.is_over_limit() && process.elapsed() < Duration::from_secs(20));
    }
}
