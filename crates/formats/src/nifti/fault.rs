//! Errors of NIfTI files.

use crate::FormatError;

/// Name of the format in messages.
pub(super) const FORMAT: &str = "NIfTI";

/// An error of a NIfTI file.
pub(super) fn bad(fault: impl std::fmt::Display) -> FormatError {
    FormatError::format(FORMAT, fault)
}
