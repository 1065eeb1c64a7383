//! Stops processes that a killed run left behind: they would write the same outputs as the next run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rsom_stage::{StageError, atomic, log};

use crate::run::group::{self, GRACE};

/// The environment variable that marks the processes of a run.
pub(crate) const RUN_VARIABLE: &str = "RSOM_RUN";

/// The mark of a run in the environment of its processes, and a file that names it. The file is removed when dropped, so that
/// it remains only if the run is killed. It is there before the first process: no process can escape.
#[derive(Debug)]
pub(crate) struct Mark(PathBuf);

impl Mark {
    /// Writes the mark of this run into a folder.
    ///
    /// # Errors
    /// Exit code 4: the file cannot be written.
    pub fn write(folder: &Path) -> Result<Self, StageError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_nanos();
        let path = folder.join(format!("{}-{now}", std::process::id()));
        atomic::write_bytes(&path, b"")?;
        Ok(Self(path))
    }

    /// The text of the mark.
    pub fn text(&self) -> String {
        text(&self.0)
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Stops the process groups with the mark of a run that was killed. Needs `/proc`; does nothing without it.
pub(crate) fn stop_all(folder: &Path) {
    let marks = std::fs::read_dir(folder).into_iter().flatten();
    for path in marks.filter_map(|entry| Some(entry.ok()?.path())) {
        let mark = text(&path);
        if !groups_of(&mark).is_empty() {
            log::warn("stopping a task that a killed run left behind");
            stop(&mark);
        }
        let _ = std::fs::remove_file(&path);
    }
}

fn text(mark: &Path) -> String {
    let name = mark.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn stop(mark: &str) {
    let asked = Instant::now();
    let mut told: BTreeSet<u32> = BTreeSet::new();
    loop {
        let groups = groups_of(mark);
        if groups.is_empty() || asked.elapsed() > 2 * GRACE {
            return;
        }
        let forced = asked.elapsed() > GRACE;
        for group in groups {
            if told.insert(group) || forced {
                group::signal(group, forced);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The groups of the processes with a mark in their environment. Processes that have ended and were not waited for have none.
fn groups_of(mark: &str) -> BTreeSet<u32> {
    let variable = format!("{RUN_VARIABLE}={mark}");
    let processes = std::fs::read_dir("/proc").into_iter().flatten();
    let marked = processes.filter_map(|entry| {
        let process = entry.ok()?.path();
        let environment = std::fs::read(process.join("environ")).ok()?;
        let mut variables = environment.split(|byte| *byte == 0);
        let is_marked = variables.any(|found| found == variable.as_bytes());
        is_marked.then(|| group::of(&process))?
    });
    marked.collect()
}
