//! Ctrl-C and termination signals: ask the work to stop, then end with exit code 130 and no half-written file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{ExitCode, StageError};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static PARTIAL_FILES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// How long the work has to stop by itself after a signal.
const GRACE: Duration = Duration::from_secs(3);

/// Catches Ctrl-C and termination signals from now on.
///
/// Work that calls [`check`] stops by itself. What has not stopped after a grace period is ended, after its partial
/// files are removed.
pub fn install() {
    let handler = || {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            end();
        }
        std::thread::spawn(|| {
            std::thread::sleep(GRACE);
            end();
        });
    };
    // Fails only when a handler is there already, which then does its work.
    let _ = ctrlc::set_handler(handler);
}

/// Whether the user asked to stop.
#[must_use]
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// To be called between the steps of long work.
///
/// # Errors
/// Exit code 130 when the user asked to stop.
pub fn check() -> Result<(), StageError> {
    if requested() {
        Err(StageError::interrupted())
    } else {
        Ok(())
    }
}

/// Registers a partial file, to be removed if the process is ended by a signal before the guard is dropped.
pub(crate) fn remove_when_interrupted(path: &Path) -> Guard {
    partial_files().insert(path.to_path_buf());
    Guard(path.to_path_buf())
}

/// Forgets the partial file when dropped.
pub(crate) struct Guard(PathBuf);

impl Drop for Guard {
    fn drop(&mut self) {
        partial_files().remove(&self.0);
    }
}

fn partial_files() -> std::sync::MutexGuard<'static, BTreeSet<PathBuf>> {
    PARTIAL_FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::exit,
    reason = "the signal's thread has no other way to end the process"
)]
fn end() {
    for path in partial_files().iter() {
        // Best effort: the process ends either way.
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(i32::from(ExitCode::Interrupted as u8));
}
