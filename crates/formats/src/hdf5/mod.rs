//! HDF5 files: their groups and datasets, attributes, and numbers in the type that they are stored in.
//!
//! A thin layer over the decoder crate. It adds what the decoder leaves to its caller: the size of the file limits all
//! memory allocations, and every error states the object.

mod attributes;
mod chunk_order;
mod context;
mod dataset;
mod element;
mod encoding;
mod fault;
mod file;
pub mod ipasc;
mod kind;
mod layout;
mod links;
mod lzf;
mod members;
mod numbers;
mod packing;
mod scales;
mod text;

pub use attributes::{Attribute, Attributes};
pub use dataset::Dataset;
pub use file::{File, Group, Node};
pub use kind::Kind;
pub use members::{Members, Unreadable};
pub use numbers::Array;
pub use packing::Packing;

/// The signature of an HDF5 file, at byte 0 or after a user block.
const MAGIC: &[u8] = b"\x89HDF\r\n\x1a\n";

/// Whether the first bytes (some thousand) are those of an HDF5 file.
#[must_use]
pub fn is(start: &[u8]) -> bool {
    let holds = |place: &usize| start.get(*place..).is_some_and(|s| s.starts_with(MAGIC));
    [0, 512, 1024, 2048].iter().any(holds)
}
