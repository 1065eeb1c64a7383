//! Errors of HDF5 files, with the path of the object.

use hdf5_reader::error::Error;

use crate::FormatError;
use crate::guarded::catching;

/// Name of the format in errors.
pub(super) const FORMAT: &str = "HDF5";

/// The layout class of virtual datasets (HDF5 file format, section IV.A.2.i).
const VIRTUAL: u8 = 3;

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

/// The reason of an error, without the name of the format and of the object.
pub(super) fn reason(fault: &FormatError, object: &str) -> String {
    let text = fault.to_string();
    let text = text
        .strip_prefix(FORMAT)
        .map_or(text.as_str(), |text| text.trim_start_matches(": "));
    let text = text.strip_prefix(&one_line(object)).unwrap_or(text);
    text.trim_start_matches(": ").to_owned()
}

fn of(object: &str, error: Error) -> FormatError {
    match error {
        Error::Context { source, .. } => of(object, *source),
        Error::Io(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => {
            FormatError::System(error)
        }
        Error::UnsupportedFilter(what) => unsupported(
            object,
            format_args!("the filter {what} (h5repack -f GZIP=4 stores the data with gzip)"),
        ),
        Error::UnsupportedLayoutClass(VIRTUAL) => unsupported(
            object,
            "a virtual dataset (h5repack -l CONTI stores the data themselves)",
        ),
        Error::UnsupportedEncoding(what) => unsupported(object, what),
        other => at(object, other),
    }
}

/// Names come from the file, but an error must be one line.
pub(super) fn one_line(text: &str) -> String {
    text.replace(char::is_control, "?")
}
