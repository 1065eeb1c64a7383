//! Counts Ctrl-C and termination signals: the first asks the tasks to stop, the second kills them.

use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Starts to count signals instead of being stopped by them.
///
/// A stage exits after a grace period; a run must wait until its tasks have ended.
pub(crate) fn install() {
    let handler = || {
        COUNT.fetch_add(1, Ordering::SeqCst);
    };
    // Fails only if this handler is already installed.
    let _ = ctrlc::set_handler(handler);
}

/// Number of signals so far.
pub(crate) fn count() -> usize {
    COUNT.load(Ordering::SeqCst)
}
