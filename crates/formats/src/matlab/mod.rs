//! MATLAB files of version 4, versions 5 to 7, and version 7.3 (`save -v4`, `-v6`, `-v7`, `-v7.3`): a list of their
//! variables without reading values, and their values. The version is recognized by content. Arrays of numbers are
//! written as version 5.
//!
//! Numbers keep their stored type: MATLAB stores an array of integer-valued doubles in fewer bytes, and the precision
//! of other software's results depends on it. Each length in a file is compared with the size of the file before memory
//! is allocated.

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
