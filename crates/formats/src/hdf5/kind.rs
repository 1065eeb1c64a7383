//! Kinds of datasets.

/// Kind of the elements of a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers, including enumerations other than booleans.
    Number,
    /// An enumeration of false and true.
    Logical,
    /// Complex numbers.
    Complex,
    /// Texts.
    Text,
    /// References to other objects of the file.
    Reference,
    /// Anything else, which is not read.
    Other,
}
