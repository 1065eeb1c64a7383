//! The tensors of a weights file of any format.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};

use crate::{Metadata, WeightsError, safetensors_format, state_dict};

/// The content of a weights file.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// Tensors by name, in the element types of the file.
    pub tensors: BTreeMap<String, Tensor>,
    /// Metadata; empty for PyTorch files.
    pub metadata: Metadata,
}

impl Weights {
    /// The elements of a tensor in double precision, in its order. `None` if there is no such tensor.
    ///
    /// # Errors
    /// Elements of a type without numbers.
    pub fn doubles(&self, name: &str) -> Result<Option<Vec<f64>>, WeightsError> {
        let Some(tensor) = self.tensors.get(name) else {
            return Ok(None);
        };
        let flat = tensor.to_dtype(DType::F64)?.flatten_all()?;
        Ok(Some(flat.to_vec1()?))
    }
}

/// Reads a safetensors file or a PyTorch state dict; the format is recognized by content.
///
/// Code in a PyTorch file is never run: its pickle is parsed as data, and anything other than tensors of a state dict
/// is an error.
///
/// # Errors
/// [`WeightsError::Corrupt`] with the fault.
pub fn from_bytes(bytes: &[u8]) -> Result<Weights, WeightsError> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok(Weights {
            tensors: state_dict::read(bytes)?,
            metadata: Metadata::default(),
        });
    }
    if bytes.starts_with(b"\x80\x02\x8a\x0a") {
        let text = "a PyTorch file in the format before version 1.6; load it with PyTorch and save it again";
        return Err(WeightsError::Corrupt(text.to_string()));
    }
    safetensors_format::from_bytes(bytes)
}

/// Checks that every floating-point number of a set of tensors is finite.
///
/// # Errors
/// [`WeightsError::Corrupt`] with the name of the first tensor with NaN or infinite values, and their number.
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
