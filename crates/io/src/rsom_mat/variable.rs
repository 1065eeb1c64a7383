//! Variables of a scan's MATLAB files: their numbers and their errors.

use rsom_formats::matlab::{NumericArray, Value};
use rsom_formats::{FormatError, Numbers};

/// The numbers of a variable.
pub(super) fn numbers(value: Value, name: &str) -> Result<Numbers, FormatError> {
    match value {
        Value::Numeric(NumericArray {
            real,
            imaginary: None,
            ..
        }) => Ok(real),
        _ => Err(fault(format_args!(
            "{name} is not an array of real numbers"
        ))),
    }
}

/// An error about the content of a MATLAB file.
pub(super) fn fault(what: impl std::fmt::Display) -> FormatError {
    FormatError::Format {
        format: "MATLAB",
        fault: what.to_string(),
    }
}
