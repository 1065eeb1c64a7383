//! Lines for people, on stderr.

use std::fmt::Display;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

static QUIET: AtomicBool = AtomicBool::new(false);

/// Silences [`info`]; warnings and errors still show.
pub fn set_quiet(quiet: bool) {
    QUIET.store(quiet, Ordering::Relaxed);
}

/// Something worth knowing.
pub fn info(message: impl Display) {
    if !QUIET.load(Ordering::Relaxed) {
        line(format_args!("{message}"));
    }
}

/// Something that may be wrong.
pub fn warn(message: impl Display) {
    line(format_args!("warning: {message}"));
}

/// Something that is wrong.
pub fn error(message: impl Display) {
    line(format_args!("error: {message}"));
}

fn line(message: std::fmt::Arguments<'_>) {
    // A closed stderr must not stop the work.
    let _ = writeln!(std::io::stderr().lock(), "{message}");
}

/// Whether [`info`] is silenced.
pub(crate) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}
