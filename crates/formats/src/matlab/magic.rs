//! The first bytes of MATLAB files.

use super::stream::ByteOrder;
use super::{v4, v5};
use crate::hdf5;

/// Kind of a file according to its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    V4,
    V5(ByteOrder),
    /// HDF5, of MATLAB's version 7.3 or of others.
    Hdf5,
}

/// Whether the first bytes (some thousand) are those of a MATLAB file; HDF5 counts only with MATLAB's description
/// before it.
#[must_use]
pub fn is(start: &[u8]) -> bool {
    match recognize(start) {
        Some(Kind::Hdf5) => start.starts_with(b"MATLAB"),
        other => other.is_some(),
    }
}

/// The kind of MATLAB file with these first bytes.
pub(super) fn recognize(start: &[u8]) -> Option<Kind> {
    if hdf5::is(start) {
        return Some(Kind::Hdf5);
    }
    v5::order_of(start)
        .map(Kind::V5)
        .or_else(|| v4::is(start).then_some(Kind::V4))
}
