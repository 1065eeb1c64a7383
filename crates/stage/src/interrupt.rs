//! Handles Ctrl-C and termination signals: stops the work and exits with code 130, without a half-written file.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{ExitCode, StageError};

static REQUESTED: AtomicBool = AtomicBool::new(false);
static PARTIAL_FILES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Time for the work to stop by itself after a signal.
const GRACE: Duration = Duration::from_secs(3);

/// Installs the handler for Ctrl-C and termination signals.
///
/// Work that calls [`check`] stops by itself. After three seconds or a second signal, the handler removes partial files and
/// exits with code 130.
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
    // Fails only if a handler is already installed.
    let _ = ctrlc::set_handler(handler);
}

/// Whether the user stopped the program.
#[must_use]
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}

/// Checks for a stop request. Long computations call it between their steps.
///
/// # Errors
/// Exit code 130 if the user stopped the program.
pub fn check() -> Result<(), StageError> {
    if requested() {
        Err(StageError::interrupted())
    } else {
        Ok(())
    }
}

/// Registers a partial file. A signal before the drop of the guard removes the file.
pub(crate) fn remove_when_interrupted(path: &Path) -> PartialFileGuard {
    partial_files().insert(path.to_path_buf());
    PartialFileGuard(path.to_path_buf())
}

/// Unregisters a partial file when dropped.
pub(crate) struct PartialFileGuard(PathBuf);

impl Drop for PartialFileGuard {
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
        // Errors are ignored, because the process ends anyway.
        let _ = std::fs::remove_file(path);
    }
    std::process::exit(i32::from(ExitCode::Interrupted as u8));
}
