//! Named tensors as files: safetensors with metadata, written and read; PyTorch state dicts (`.pt`), read.
//!
//! Functions take and give bytes; opening, atomic writing and naming the file is the caller's part. Whatever the bytes
//! are, reading ends in tensors or in an error that names the fault, and never allocates more than a small multiple of
//! the bytes that are there.

mod safetensors_format;

use std::collections::BTreeMap;

use candle_core::Tensor;

use crate::NnError;

pub use safetensors_format::to_bytes;

/// What a weights file holds.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// Tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
    /// Text beside them; empty for PyTorch files.
    pub metadata: BTreeMap<String, String>,
}

/// Reads a safetensors file or a PyTorch state dict, whichever the bytes are.
///
/// # Errors
/// [`NnError::Corrupt`] with what is wrong.
pub fn from_bytes(bytes: &[u8]) -> Result<Weights, NnError> {
    safetensors_format::from_bytes(bytes)
}
