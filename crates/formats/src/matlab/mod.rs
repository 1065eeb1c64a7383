//! MATLAB files of version 4, of versions 5 to 7 and of version 7.3 (`save -v4`, `-v6`, `-v7`, `-v7.3`): their variables,
//! listed without being read, and their values. The version is told by content. Arrays of numbers are written as version 5.
//!
//! Numbers keep the type that they are stored in: MATLAB stores an array of doubles that are whole numbers in fewer bytes,
//! and the precision of what other software computed from it depends on that. A length in the file is compared with what the
//! file can hold before memory is taken for it.

mod fault;
mod file;
mod magic;
mod stream;
mod text;
mod v4;
mod v5;
mod v73;
mod value;
mod variable;
mod write;

pub use file::{MatFile, Version};
pub use magic::is;
pub use stream::ByteOrder;
pub use value::{CellArray, Class, NumericArray, SparseMatrix, StructArray, TextArray, Value};
pub use variable::Variable;
pub use write::{NewArray, NewNumbers, write};

pub use crate::Numbers;
