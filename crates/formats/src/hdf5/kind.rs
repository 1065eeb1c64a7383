//! Kinds of datasets.

/// What a dataset consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Numbers; those of an enumeration among them.
    Number,
    /// An enumeration of false and true.
    Logical,
    /// Numbers of two parts, real and imaginary.
    Complex,
    /// Texts.
    Text,
    /// References to other objects of the file.
    Reference,
    /// Something else, which is not read.
    Other,
}
