//! Stops processes that a killed run left behind: they would write the same outputs as the next run.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rsom_stage::log;

/// Time for an orphan to stop by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);

/// A file that records a running process group. Removed when dropped, so that it remains only if the run is killed.
#[derive(Debug)]
pub(crate) struct Note(PathBuf);

impl Note {
    /// Writes a note into a folder. Ignores errors: without a note, only the cleanup after a killed run is lost.
    pub fn write(folder: &Path, group: u32) -> Self {
        let path = folder.join(group.to_string());
        let _ = std::fs::create_dir_all(folder);
        let _ = std::fs::write(&path, "");
        Self(path)
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Stops the process groups that a killed run noted and that still run in the workdir. Needs `/proc`; does nothing without it.
pub(crate) fn stop_all(folder: &Path, workdir: &Path) {
    let notes: Vec<PathBuf> = (std::fs::read_dir(folder).into_iter().flatten())
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    // The system reports the folder of a process without links.
    let workdir = &workdir
        .canonicalize()
        .unwrap_or_else(|_| workdir.to_path_buf());
    for note in notes {
        let group = note
            .file_name()
            .and_then(|name| name.to_str()?.parse().ok());
        if let Some(group) = group.filter(|group| is_running(*group, workdir)) {
            log::warn("stopping a task that a killed run left behind");
            stop(group, workdir);
        }
        let _ = std::fs::remove_file(&note);
    }
}

fn stop(group: u32, workdir: &Path) {
    let asked = Instant::now();
    crate::run::process::signal_group(group, false);
    while is_running(group, workdir) {
        if asked.elapsed() > GRACE {
            crate::run::process::signal_group(group, true);
        }
        if asked.elapsed() > 2 * GRACE {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process of the group runs in the workdir, as all tasks do: another process may have the same group id later.
fn is_running(group: u32, workdir: &Path) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    processes
        .filter_map(|entry| Some(entry.ok()?.path()))
        .any(|process| {
            let is_here = std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == workdir);
            is_here && group_of(&process) == Some(group)
        })
}

/// The process group: the third word after the program's name. The name is in brackets and may itself contain brackets.
fn group_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(2)?.parse().ok()
}
