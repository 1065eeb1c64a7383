//! Faults of MATLAB files.

use crate::FormatError;

/// What is wrong with a file.
pub(super) fn fault(what: impl std::fmt::Display) -> FormatError {
    FormatError::format("MATLAB", what)
}
