//! Errors of HDF5 files, with the path of the object.

use hdf5_reader::error::Error;

use crate::FormatError;
use crate::guarded::catching;

/// Name of the format in errors.
pub(super) const FORMAT: &str = "HDF5";

/// Runs the decoder; its error, or its panic, becomes an error of the object.
pub(super) fn guard<T>(
    object: &str,
    decode: impl FnOnce() -> Result<T, Error>,
) -> Result<T, FormatError> {
    catching(FORMAT, || decode().map_err(|error| of(object, error)))
}

/// An error of an object.
pub(super) fn at(object: &str, what: impl std::fmt::Display) -> FormatError {
    FormatError::format(FORMAT, one_line(&format!("{object}: {what}")))
}

/// An unsupported feature of an object.
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

/// Names come from the file, but an error must be one line.
fn one_line(text: &str) -> String {
    text.replace(char::is_control, "?")
}
