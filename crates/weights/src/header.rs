//! The header of a safetensors file: names, types, shapes and positions of its tensors, and its metadata.
//!
//! Layout: eight bytes with the length of the header (little-endian), the header as JSON, then the elements.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::{Map, Value, json};

use crate::{Metadata, WeightsError};

/// Key of the metadata among the tensors.
const METADATA: &str = "__metadata__";
/// Limit of the format: 100 MB.
const LARGEST_HEADER_BYTES: u64 = 100_000_000;

/// The header of a safetensors file.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// The metadata.
    pub metadata: Metadata,
    /// The tensors by name.
    pub tensors: BTreeMap<String, TensorEntry>,
}

/// One tensor of a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorEntry {
    /// Type of its elements as in the format, such as `F32`.
    pub dtype: String,
    /// Shape.
    pub shape: Vec<u64>,
    /// Number of elements.
    pub elements: u64,
}

impl Header {
    /// Reads the header of a file of `size` bytes; the elements are not read.
    ///
    /// # Errors
    /// [`WeightsError::Corrupt`]: not a safetensors file, or tensors that do not fill it exactly.
    pub fn read(mut file: impl Read, size: u64) -> Result<Self, WeightsError> {
        let mut length = [0_u8; 8];
        file.read_exact(&mut length)
            .map_err(|_| corrupt("it is too short for a header"))?;
        let length = u64::from_le_bytes(length);
        let Some(data) = size
            .checked_sub(8)
            .and_then(|rest| rest.checked_sub(length))
        else {
            return Err(corrupt(format_args!(
                "its header of {length} bytes is longer than the file of {size} bytes"
            )));
        };
        if length > LARGEST_HEADER_BYTES {
            return Err(corrupt(format_args!(
                "a header of {length} bytes exceeds the limit of the format"
            )));
        }
        let mut bytes = Vec::new();
        file.take(length).read_to_end(&mut bytes).map_err(corrupt)?;
        Self::parse(&bytes, data)
    }

    /// Parses the header from the bytes of a file.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        Self::read(bytes, bytes.len() as u64)
    }

    fn parse(json: &[u8], data: u64) -> Result<Self, WeightsError> {
        let mut header: Map<String, Value> = serde_json::from_slice(json).map_err(corrupt)?;
        let texts = header.remove(METADATA).unwrap_or_else(|| json!({}));
        let texts: BTreeMap<String, String> =
            serde_json::from_value(texts).map_err(|e| corrupt(format_args!("metadata: {e}")))?;
        let (mut tensors, mut end) = (BTreeMap::new(), 0);
        for (name, tensor) in header {
            let (entry, last) = entry(&name, &tensor)?;
            end = end.max(last);
            tensors.insert(name, entry);
        }
        if end != data {
            return Err(corrupt(format_args!(
                "the tensors take {end} bytes, but {data} follow the header"
            )));
        }
        Ok(Self {
            metadata: texts.into_iter().collect(),
            tensors,
        })
    }
}

/// The bytes of a safetensors file with metadata and without tensors. Deterministic.
#[must_use]
pub fn without_tensors(metadata: &Metadata) -> Vec<u8> {
    to_bytes(Map::new(), metadata)
}

/// The bytes before the elements: length and header, padded so that the elements start at a multiple of eight bytes.
pub(crate) fn to_bytes(mut tensors: Map<String, Value>, metadata: &Metadata) -> Vec<u8> {
    if !metadata.is_empty() {
        let texts: BTreeMap<&str, &str> = metadata.iter().collect();
        tensors.insert(METADATA.into(), json!(texts));
    }
    let mut text = Value::Object(tensors).to_string();
    text.push_str(&" ".repeat(text.len().next_multiple_of(8) - text.len()));
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}

/// Whether this name is reserved.
#[cfg(feature = "tensors")]
pub(crate) fn is_reserved(name: &str) -> bool {
    name == METADATA
}

fn entry(name: &str, tensor: &Value) -> Result<(TensorEntry, u64), WeightsError> {
    let shape: Option<Vec<u64>> = serde_json::from_value(tensor["shape"].clone()).ok();
    let (Some(shape), Some(last)) = (shape, tensor["data_offsets"][1].as_u64()) else {
        return Err(corrupt(format_args!(
            "tensor '{name}' has no shape or no offsets"
        )));
    };
    let elements = shape
        .iter()
        .try_fold(1_u64, |n, extent| n.checked_mul(*extent));
    let Some(elements) = elements else {
        return Err(corrupt(format_args!("tensor '{name}' is too large")));
    };
    let entry = TensorEntry {
        dtype: tensor["dtype"].as_str().unwrap_or("?").to_owned(),
        shape,
        elements,
    };
    Ok((entry, last))
}

fn corrupt(fault: impl std::fmt::Display) -> WeightsError {
    WeightsError::Corrupt(format!("not a safetensors file: {fault}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_tensors_brings_its_metadata_back() {
        let metadata = Metadata::of_format("rsom-x 1").with_text("note", "a \"quoted\" word");
        let bytes = without_tensors(&metadata);
        assert_eq!(bytes.len() % 8, 0);
        let header = Header::of_bytes(&bytes).unwrap();
        assert_eq!(header.metadata, metadata);
        assert!(header.tensors.is_empty());
    }

    #[test]
    fn broken_headers_are_refused_with_what_is_wrong() {
        let said = |bytes: &[u8]| Header::of_bytes(bytes).unwrap_err().to_string();
        let file = |json: &str, data: usize| {
            let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
            bytes.extend(json.as_bytes());
            bytes.extend(vec![0; data]);
            bytes
        };
        assert!(said(b"").contains("too short"));
        assert!(said(&[255; 40]).contains("longer than the file"));
        assert!(said(&file("[]", 0)).contains("not a safetensors file"));
        assert!(said(&file(r#"{"__metadata__":{"a":1}}"#, 0)).contains("metadata"));
        let tensor = r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        assert!(said(&file(tensor, 7)).contains("take 8 bytes, but 7 follow"));
        assert_eq!(
            Header::of_bytes(&file(tensor, 8)).unwrap().tensors["w"].elements,
            2
        );
        let huge = r#"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#;
        assert!(said(&file(huge, 0)).contains("is too large"));
        assert!(said(&file(r#"{"w":{}}"#, 0)).contains("no shape or no offsets"));
    }
}
