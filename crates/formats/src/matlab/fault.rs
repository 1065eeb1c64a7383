//! Errors of MATLAB files.

use crate::FormatError;

/// An error of a MATLAB file.
pub(super) fn fault(what: impl std::fmt::Display) -> FormatError {
    FormatError::format("MATLAB", what)
}
