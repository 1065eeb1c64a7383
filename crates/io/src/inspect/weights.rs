//! Content of a file of network weights: the header of safetensors, or the type of a PyTorch archive.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use rsom_weights::{Header, TensorEntry};
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
    let entries = entries(path)?;
    let is_torch = entries.iter().any(|name| name.ends_with("/data.pkl"));
    let format = if is_torch {
        "PyTorch (zip)"
    } else {
        "zip archive"
    };
    Ok(Report::new(format).with("entries", json!(entries.len())))
}

/// File names in the archive's central directory.
fn entries(path: &Path) -> Result<Vec<String>, FormatError> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    // The end record has 22 bytes, followed by a comment of at most 65535.
    const TAIL: u64 = 22 + 65_535;
    let bad = || {
        FormatError::format(
            ARCHIVE,
            "its directory is broken or missing; the file may be truncated",
        )
    };
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    file.read_to_end(&mut tail)?;
    let end = tail
        .windows(4)
        .rposition(|word| word == END)
        .ok_or_else(bad)?;
    let length = number(&tail, end + 12, 4).ok_or_else(bad)?;
    let start = number(&tail, end + 16, 4).ok_or_else(bad)?;
    if start + length > size {
        return Err(bad());
    }
    let mut directory = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut directory)?;
    let (mut names, mut rest) = (Vec::new(), directory.as_slice());
    while rest.starts_with(ENTRY) {
        let sizes: Option<Vec<usize>> = [28, 30, 32]
            .iter()
            .map(|place| number(rest, *place, 2).and_then(|n| usize::try_from(n).ok()))
            .collect();
        let sizes = sizes.ok_or_else(bad)?;
        let name = rest.get(46..46 + sizes[0]).ok_or_else(bad)?;
        names.push(String::from_utf8_lossy(name).into_owned());
        rest = rest
            .get(46 + sizes.iter().sum::<usize>()..)
            .ok_or_else(bad)?;
    }
    Ok(names)
}

/// A little-endian number of `width` bytes at byte `place`; `None` beyond the end.
fn number(bytes: &[u8], place: usize, width: usize) -> Option<u64> {
    let field = bytes.get(place..place + width)?;
    Some(
        field
            .iter()
            .rev()
            .fold(0, |n, byte| n << 8 | u64::from(*byte)),
    )
}
