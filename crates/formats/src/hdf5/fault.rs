//! Faults of files, told with the object at which they were met.

use hdf5_reader::error::Error;

use crate::FormatError;
use crate::guarded::catching;

/// Name of the format in errors.
pub(super) const FORMAT: &str = "HDF5";

/// Runs the decoder; its fault, or its panic, becomes one of the object.
pub(super) fn guard<T>(
    object: &str,
    decode: impl FnOnce() -> Result<T, Error>,
) -> Result<T, FormatError> {
    catching(FORMAT, || decode().map_err(|error| of(object, error)))
}

/// A fault of an object.
pub(super) fn at(object: &str, what: impl std::fmt::Display) -> FormatError {
    FormatError::format(FORMAT, one_line(&format!("{object}: {what}")))
}

/// Something valid about an object that is not read.
pub(super) fn unsupported(object: &str, what: impl std::fmt::Display) -> FormatError {
    FormatError::unsupported(FORMAT, one_line(&format!("{object}: {what}")))
}

fn of(object: &str, error: Error) -> FormatError {
    match error {
        Error::Context { source, .. } => of(object, *source),
        Error::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            FormatError::System(error)
        }
        Error::UnsupportedFilter(what) => unsupported(object, format_args!("the filter {what}")),
        Error::UnsupportedEncoding(what) => unsupported(object, what),
        other => at(object, other),
    }
}

/// Names come from the file, and an error is one line.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, "?")
}
