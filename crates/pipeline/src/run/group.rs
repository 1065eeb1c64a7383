//! The processes of a task: a process group.

use std::path::Path;
use std::time::{Duration, Instant};

/// Time for a process to stop by itself before it is killed. Stages exit three seconds after a signal.
pub(crate) const GRACE: Duration = Duration::from_secs(5);
/// Time between two looks at a group that is to end.
const PAUSE: Duration = Duration::from_millis(1);

/// Asks the processes of a group to stop. With `now`, kills them. Does nothing if the group has already ended.
pub(crate) fn signal(group: u32, now: bool) {
    #[cfg(unix)]
    {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = if now { Signal::KILL } else { Signal::TERM };
        if let Some(group) = i32::try_from(group).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
    #[cfg(not(unix))]
    let _ = (group, now);
}

/// Stops what is left of a group whose first process has ended, and waits until it is gone: it could still write outputs.
pub(crate) fn end(group: u32) {
    if !is_running(group) {
        return;
    }
    signal(group, false);
    let asked = Instant::now();
    let mut forced = false;
    while is_running(group) && asked.elapsed() < 2 * GRACE {
        if !forced && asked.elapsed() > GRACE {
            forced = true;
            signal(group, true);
        }
        std::thread::sleep(PAUSE);
    }
}

/// The group of a process, given its folder in `/proc`: the third word after the program's name. The name is in brackets and may
/// itself contain brackets.
pub(crate) fn of(process: &Path) -> Option<u32> {
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

#[cfg(unix)]
fn exists(group: u32) -> bool {
    let group = i32::try_from(group).ok();
    let group = group.and_then(rustix::process::Pid::from_raw);
    group.is_some_and(|group| rustix::process::test_kill_process_group(group).is_ok())
}

#[cfg(not(unix))]
fn exists(_: u32) -> bool {
    false
}

fn state_and_group(process: &Path) -> Option<(char, u32)> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut words = after_name.split_whitespace();
    let state = words.next()?.chars().next()?;
    Some((state, words.nth(1)?.parse().ok()?))
}
