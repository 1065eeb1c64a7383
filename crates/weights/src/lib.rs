//! Files of network weights: reads and writes safetensors with metadata, and reads PyTorch state dicts (`.pt`).
//!
//! Functions take and return bytes; the caller opens, names and writes files. For any input, reading returns tensors or
//! an error that states the fault, and allocates at most a small multiple of the input's size.
//!
//! [`Header`] and [`Metadata`] need no tensor library. With the feature `tensors` (on by default), [`from_bytes`] reads
//! the tensors of either format.

#[cfg(feature = "tensors")]
mod archive;
mod entries;
mod error;
mod header;
mod metadata;
#[cfg(feature = "tensors")]
mod pickle;
#[cfg(feature = "tensors")]
mod safetensors_format;
#[cfg(feature = "tensors")]
mod state_dict;
#[cfg(feature = "tensors")]
mod tensors;

pub use entries::archive_entries;
pub use error::WeightsError;
pub use header::{Header, TensorEntry, without_tensors};
pub use metadata::Metadata;
#[cfg(feature = "tensors")]
pub use safetensors_format::to_bytes;
#[cfg(feature = "tensors")]
pub use tensors::{Weights, from_bytes, require_finite};
