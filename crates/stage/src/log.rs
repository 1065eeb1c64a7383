//! Messages on stderr.

use std::fmt::Display;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::MultiProgress;

static QUIET: AtomicBool = AtomicBool::new(false);
/// The changing lines above which messages appear.
static ABOVE: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// Switches [`info`] off or on. Warnings and errors are always printed.
pub fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Prints a message, unless [`set_quiet`] switched messages off.
pub fn info(message: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        line(format_args!("{message}"));
    }
}

/// Prints a warning: something may be wrong.
pub fn warn(message: impl Display) {
    line(format_args!("warning: {message}"));
}

/// Prints an error.
pub fn error(message: impl Display) {
    line(format_args!("error: {message}"));
}

/// Prints a line on stderr, above the changing lines of a terminal.
pub fn line(message: impl Display) {
    let area = ABOVE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    // A closed stderr must not stop the work.
    match area {
        // One write for the message and the lines below it: taking them away first would make them flicker.
        Some(area) if area.println(message.to_string()).is_ok() => {}
        Some(area) => area.suspend(|| write(&message)),
        None => write(&message),
    }
}

fn write(message: &impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "{message}");
}

/// Messages appear above these lines from now on.
pub(crate) fn print_above(area: Option<MultiProgress>) {
    *ABOVE.lock().unwrap_or_else(PoisonError::into_inner) = area;
}

/// Whether [`info`] is switched off.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}
