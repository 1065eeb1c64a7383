//! Faults of NIfTI files.

use crate::FormatError;

/// Name of the format in messages.
pub(super) const FORMAT: &str = "NIfTI";

/// What is wrong with a file.
pub(super) fn bad(fault: impl std::fmt::Display) -> FormatError {
    FormatError::format(FORMAT, fault)
}
