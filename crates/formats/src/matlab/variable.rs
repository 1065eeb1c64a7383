//! A variable: its properties, and its position in the file.

use super::value::Class;

/// A variable of a file, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Name of the variable.
    pub name: String,
    /// MATLAB's class.
    pub class: Class,
    /// Extents; empty for opaque objects.
    pub dims: Vec<usize>,
    /// Whether the numbers are complex.
    pub complex: bool,
    /// Whether the numbers represent true and false.
    pub logical: bool,
    pub(super) place: Place,
}

/// Position of a variable in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// First byte of its header, or of its compressed data; in version 7.3, its address.
    pub(super) start: u64,
    /// Size in bytes.
    pub(super) len: u64,
    pub(super) compressed: bool,
}
