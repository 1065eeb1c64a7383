//! Messages on stderr.

use std::fmt::Display;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

static QUIET: AtomicBool = AtomicBool::new(false);

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

fn line(message: std::fmt::Arguments<'_>) {
    // A closed stderr must not stop the work.
    let _ = writeln!(std::io::stderr().lock(), "{message}");
}

/// Whether [`info`] is switched off.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}
