//! Processes that a killed run left behind: they would go on to write the outputs that the next run writes as well.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rsom_stage::log;

/// How long an orphan may take to stop after it was asked to.
const GRACE: Duration = Duration::from_secs(5);

/// A note that a process group is at work; removed when dropped, unless the run is killed.
#[derive(Debug)]
pub(crate) struct Note(PathBuf);

impl Note {
    /// Notes a process group in a folder of notes. Where it cannot be noted, nothing is lost but this care.
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

/// Ends what the notes of a killed run name and is still at work in the workdir. Needs `/proc`; does nothing elsewhere.
pub(crate) fn end(folder: &Path, workdir: &Path) {
    let notes: Vec<PathBuf> = (std::fs::read_dir(folder).into_iter().flatten())
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    // What the system says of a process has no links in it.
    let workdir = &workdir
        .canonicalize()
        .unwrap_or_else(|_| workdir.to_path_buf());
    for note in notes {
        let group = note
            .file_name()
            .and_then(|name| name.to_str()?.parse().ok());
        if let Some(group) = group.filter(|group| is_at_work(*group, workdir)) {
            log::warn("ending a task that a killed run left behind");
            stop(group, workdir);
        }
        let _ = std::fs::remove_file(&note);
    }
}

fn stop(group: u32, workdir: &Path) {
    let asked = Instant::now();
    crate::run::process::signal_group(group, false);
    while is_at_work(group, workdir) {
        if asked.elapsed() > GRACE {
            crate::run::process::signal_group(group, true);
        }
        if asked.elapsed() > 2 * GRACE {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process of the group has the workdir as its folder: numbers of groups are used again, and tasks start in
/// the workdir.
fn is_at_work(group: u32, workdir: &Path) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    processes
        .filter_map(|entry| Some(entry.ok()?.path()))
        .any(|process| {
            let is_here = std::fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd == workdir);
            is_here && group_of(&process) == Some(group)
        })
}

/// The process group: the third word after the name in brackets, which may itself hold anything.
fn group_of(process: &Path) -> Option<u32> {
    let stat = std::fs::read_to_string(process.join("stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(2)?.parse().ok()
}
