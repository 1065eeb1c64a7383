//! The safetensors format: an 8-byte header length, a JSON header, the elements.

use std::collections::BTreeMap;

use candle_core::safetensors::Load;
use candle_core::{Device, Tensor};
use safetensors::SafeTensors;
use serde_json::{Map, Value, json};

use super::Weights;
use crate::NnError;

/// Bytes of a safetensors file with `f32` tensors and metadata, a function of its content: tensors and metadata are
/// sorted by name.
///
/// # Errors
/// A tensor that is not `f32`, or is called `__metadata__`.
pub fn to_bytes(
    tensors: &BTreeMap<String, Tensor>,
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, NnError> {
    let mut header = Map::new();
    if !metadata.is_empty() {
        header.insert(METADATA.into(), json!(metadata));
    }
    let mut data = Vec::new();
    for (name, tensor) in tensors {
        if name == METADATA {
            return Err(NnError::Corrupt(format!(
                "a tensor cannot be called {METADATA}"
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
        header.insert(name.clone(), entry);
    }
    let mut text = Value::Object(header).to_string();
    // The elements start at a multiple of eight bytes.
    text.push_str(&" ".repeat(text.len().next_multiple_of(8) - text.len()));
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes.extend(data);
    Ok(bytes)
}

const METADATA: &str = "__metadata__";

pub(super) fn from_bytes(bytes: &[u8]) -> Result<Weights, NnError> {
    let corrupt = |fault: String| NnError::Corrupt(format!("not a safetensors file: {fault}"));
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
