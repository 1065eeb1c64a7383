//! The safetensors format: an 8-byte header length, a JSON header, the elements.

use std::collections::BTreeMap;

use candle_core::safetensors::Load;
use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use serde_json::{Map, json};

use crate::{Metadata, Weights, WeightsError, header};

/// Bytes of a safetensors file with `f32` tensors and metadata. Deterministic: tensors and metadata are sorted by name.
///
/// # Errors
/// A tensor that is not `f32`, or has the name `__metadata__`.
pub fn to_bytes(
    tensors: &BTreeMap<String, Tensor>,
    metadata: &Metadata,
) -> Result<Vec<u8>, WeightsError> {
    let mut entries = Map::new();
    let mut data = Vec::new();
    for (name, tensor) in tensors {
        if header::is_reserved(name) {
            return Err(WeightsError::Corrupt(format!(
                "a tensor must not have the name {name}"
            )));
        }
        let start = data.len();
        for value in tensor.flatten_all()?.to_vec1::<f32>()? {
            data.extend(value.to_le_bytes());
        }
        let entry = json!({
            "dtype": "F32",
            "shape": tensor.dims(),
            "data_offsets": [start, data.len()],
        });
        entries.insert(name.clone(), entry);
    }
    let mut bytes = header::to_bytes(entries, metadata);
    bytes.extend(data);
    Ok(bytes)
}

pub(super) fn from_bytes(bytes: &[u8]) -> Result<Weights, WeightsError> {
    let corrupt = |fault: String| WeightsError::Corrupt(format!("not a safetensors file: {fault}"));
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|e| corrupt(e.to_string()))?;
    let file = SafeTensors::deserialize(bytes).map_err(|e| corrupt(e.to_string()))?;
    let mut tensors = BTreeMap::new();
    for (name, view) in file.iter() {
        let tensor = view
            .load(&Device::Cpu)
            .map_err(|e| corrupt(format!("'{name}': {e}")))?;
        tensors.insert(name.to_string(), tensor);
    }
    let metadata = header.metadata().clone().unwrap_or_default();
    Ok(Weights {
        tensors,
        metadata: metadata.into_iter().collect(),
    })
}
