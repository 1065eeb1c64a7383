//! Ctrl-C and termination signals, counted: the first asks the tasks to stop, the second ends them.

use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Catches signals from now on.
///
/// Unlike a stage, which ends itself after a grace period, a run must stay until its tasks have ended.
pub(crate) fn install() {
    let handler = || {
        COUNT.fetch_add(1, Ordering::SeqCst);
    };
    // Fails only when a handler is there already, which is then this one.
    let _ = ctrlc::set_handler(handler);
}

/// How many signals have come.
pub(crate) fn count() -> usize {
    COUNT.load(Ordering::SeqCst)
}
