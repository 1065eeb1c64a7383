//! Converts a panic inside a third-party decoder to an error.
//!
//! The Parquet decoder returns errors for most corrupt files, but panics for some. Catching these panics gives one
//! error line instead of a backtrace.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::FormatError;

thread_local! {
    static SILENT: Cell<bool> = const { Cell::new(false) };
}
static HOOK: Once = Once::new();

/// Runs a decoder on this thread; a panic becomes an error of the file.
pub(crate) fn catching<T>(
    format: &'static str,
    decode: impl FnOnce() -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !SILENT.get() {
                previous(info);
            }
        }));
    });
    let before = SILENT.replace(true);
    // The decoder owns its data, so no inconsistent state is visible after a panic.
    let result = catch_unwind(AssertUnwindSafe(decode));
    SILENT.set(before);
    result.unwrap_or_else(|_| Err(FormatError::format(format, "the file is corrupt")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let result: Result<(), _> = catching("Parquet", || panic!("index out of bounds"));
        assert_eq!(
            result.unwrap_err().to_string(),
            "Parquet: the file is corrupt"
        );
    }
}
