//! Process groups.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};

use crate::run::grace::GRACE;

/// Time between two looks at a group that is to end.
const PAUSE: Duration = Duration::from_millis(1);

/// The process group of a task.
#[derive(Debug)]
pub(crate) struct Group {
    id: u32,
}

impl Group {
    /// Starts a command in a group of its own.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
        let child = command.process_group(0).spawn()?;
        let id = child.id();
        Ok((child, Self { id }))
    }

    /// Asks the processes to stop. With `now`, kills them. Does nothing if all have ended.
    pub fn stop(&mut self, now: bool) {
        signal(self.id, now);
    }

    /// Stops what is left of a group whose first process has ended, and waits until it is gone: it could still write outputs.
    pub fn end(&mut self) {
        if !is_running(self.id) {
            return;
        }
        self.stop(false);
        let asked = Instant::now();
        let mut forced = false;
        while is_running(self.id) && asked.elapsed() < 2 * GRACE {
            if !forced && asked.elapsed() > GRACE {
                forced = true;
                self.stop(true);
            }
            std::thread::sleep(PAUSE);
        }
    }
}

/// Asks the processes of a group to stop. With `now`, kills them. Does nothing if the group has already ended.
pub(super) fn signal(group: u32, now: bool) {
    let signal = if now { Signal::KILL } else { Signal::TERM };
    if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, signal);
    }
}

/// The group of a process, given its folder in `/proc`: the third word after the program's name. The name is in brackets and may
/// itself contain brackets.
pub(super) fn of(process: &Path) -> Option<u32> {
    state_and_group(process).map(|(_, group)| group)
}

/// Whether a group has a process that has not ended. One that has ended and that nobody waits for does not count.
fn is_running(group: u32) -> bool {
    if !exists(group) {
        return false;
    }
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return true;
    };
    let mut states = processes.filter_map(|entry| state_and_group(&entry.ok()?.path()));
    states.any(|(state, of)| of == group && !matches!(state, 'Z' | 'X'))
}

fn exists(group: u32) -> bool {
    let group = i32::try_from(group).ok();
    let group = group.and_then(Pid::from_raw);
    group.is_some_and(|group| test_kill_process_group(group).is_ok())
}

fn state_and_group(process: &Path) -> Option<(char, u32)> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut words = after_name.split_whitespace();
    let state = words.next()?.chars().next()?;
    Some((state, words.nth(1)?.parse().ok()?))
}
