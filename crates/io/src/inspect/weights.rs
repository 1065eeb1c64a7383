//! Content of a file of network weights: the header of safetensors, or the type of a PyTorch archive.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use rsom_weights::{Header, TensorEntry, archive_entries};
use serde_json::{Map, Value, json};

use super::report::Report;
use rsom_formats::FormatError;

const SAFETENSORS: &str = "safetensors";
const ARCHIVE: &str = "zip";

/// Reports the header of a safetensors file; the tensors are not read.
pub(super) fn safetensors(path: &Path) -> Result<Report, FormatError> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let header = Header::read(BufReader::new(file), size)
        .map_err(|fault| FormatError::format(SAFETENSORS, fault))?;
    let tensors = header.tensors.values();
    let parameters = tensors.fold(0_u64, |sum, tensor| sum.saturating_add(tensor.elements));
    let shapes = header.tensors.iter().map(|(name, tensor)| {
        let TensorEntry { dtype, shape, .. } = tensor;
        (name.clone(), json!(format!("{dtype} {shape:?}")))
    });
    let texts: Map<String, Value> = (header.metadata.iter())
        .map(|(key, text)| (key.to_owned(), json!(text)))
        .collect();
    Ok(Report::new(SAFETENSORS)
        .with("tensors", json!(header.tensors.len()))
        .with("parameters", json!(parameters))
        .with(
            "metadata",
            if texts.is_empty() {
                Value::Null
            } else {
                json!(texts)
            },
        )
        .with("shapes", Value::Object(shapes.collect())))
}

/// Reports whether a zip archive is a PyTorch state dict. It unpacks nothing and runs no code.
pub(super) fn archive(path: &Path) -> Result<Report, FormatError> {
    let entries = archive_entries(BufReader::new(File::open(path)?));
    let entries = entries.map_err(|fault| FormatError::format(ARCHIVE, fault))?;
    let is_torch = entries.iter().any(|name| name.ends_with("/data.pkl"));
    let format = if is_torch {
        "PyTorch (zip)"
    } else {
        "zip archive"
    };
    Ok(Report::new(format).with("entries", json!(entries.len())))
}
