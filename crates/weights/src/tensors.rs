//! The tensors of a weights file, whichever its format is.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};

use crate::{Metadata, WeightsError, safetensors_format, state_dict};

/// What a weights file holds.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// Tensors by name, in the types of the file.
    pub tensors: BTreeMap<String, Tensor>,
    /// Texts next to them; empty for PyTorch files.
    pub metadata: Metadata,
}

/// Reads a safetensors file or a PyTorch state dict, whichever the bytes are.
///
/// No code in a PyTorch file is ever run: its pickle is read as data, and anything in it that is not a tensor of a state
/// dict is an error.
///
/// # Errors
/// [`WeightsError::Corrupt`] with what is wrong.
pub fn from_bytes(bytes: &[u8]) -> Result<Weights, WeightsError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Weights {
            tensors: state_dict::read(bytes)?,
            metadata: Metadata::default(),
        });
    }
    if bytes.starts_with(b"\x80\x02\x8a\x0a") {
        let text =
            "a PyTorch file in the format from before version 1.6; load it there and save it again";
        return Err(WeightsError::Corrupt(text.to_string()));
    }
    safetensors_format::from_bytes(bytes)
}

/// Checks that every floating-point number of a set of tensors is finite.
///
/// # Errors
/// [`WeightsError::Corrupt`] with the name of the first tensor that has others, and how many.
pub fn require_finite(tensors: &BTreeMap<String, Tensor>) -> Result<(), WeightsError> {
    for (name, tensor) in tensors.iter().filter(|(_, t)| t.dtype().is_float()) {
        let values = tensor.to_dtype(DType::F64)?.flatten_all()?;
        let values = values.to_vec1::<f64>()?;
        match values.iter().filter(|v| !v.is_finite()).count() {
            0 => {}
            count => {
                let fault = format!("{count} of the weights '{name}' are NaN or infinite");
                return Err(WeightsError::Corrupt(fault));
            }
        }
    }
    Ok(())
}
