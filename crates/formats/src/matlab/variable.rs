//! A variable: what a file says of it, and where it is.

use super::value::Class;

/// A variable of a file, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// MATLAB's class.
    pub class: Class,
    /// Extents; none for an object of the new kind.
    pub dims: Vec<usize>,
    /// Whether there are imaginary parts.
    pub complex: bool,
    /// Whether the numbers stand for true and false.
    pub logical: bool,
    pub(super) place: Place,
}

/// Where a variable is in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The first byte of its header, or of what is compressed; in version 7.3, its address.
    pub(super) start: u64,
    /// Bytes from there on.
    pub(super) len: u64,
    pub(super) compressed: bool,
}
