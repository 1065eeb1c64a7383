//! What a reader promises of its result.

use std::fmt::Display;

use rsom_stage::StageError;

/// The value of a reader, if it returned one. Its error, as a command prints it, must be one clear line.
///
/// # Errors
/// The message is empty.
pub fn told<T, E: Display>(result: Result<T, E>) -> Result<Option<T>, String> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => one_line(&StageError::failure(error).to_string()).map(|()| None),
    }
}

/// Checks that a message is one clear line.
///
/// # Errors
/// It is empty, or has several lines or other control characters.
pub fn one_line(message: &str) -> Result<(), String> {
    let fine = !message.trim().is_empty() && !message.contains(char::is_control);
    require(fine, || {
        format!("the message is not one clear line: {message:?}")
    })
}

/// Checks a promise.
///
/// # Errors
/// It does not hold.
pub fn require(holds: bool, fault: impl FnOnce() -> String) -> Result<(), String> {
    match holds {
        true => Ok(()),
        false => Err(fault()),
    }
}
