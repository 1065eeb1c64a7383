//! What is in a file of network weights: the header of safetensors, the kind of a PyTorch archive.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use serde_json::{Map, Value, json};

use super::Report;
use crate::IoError;

const SAFETENSORS: &str = "safetensors";
const ARCHIVE: &str = "zip";
/// No list of tensors is longer.
const LARGEST_HEADER: u64 = 100 << 20;

/// The header of a safetensors file; the tensors are not read.
pub(super) fn safetensors(path: &Path) -> Result<Report, IoError> {
    let bad = |fault: &str| IoError::format(SAFETENSORS, fault);
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut length = [0_u8; 8];
    file.read_exact(&mut length)
        .map_err(|_| bad("it is too short for a header"))?;
    let length = u64::from_le_bytes(length);
    if length > LARGEST_HEADER || length + 8 > size {
        let fault = format_args!("a header of {length} bytes does not fit into {size} bytes");
        return Err(IoError::format(SAFETENSORS, fault));
    }
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    let header: Map<String, Value> =
        serde_json::from_slice(&bytes).map_err(|e| IoError::format(SAFETENSORS, e))?;
    let tensors = header.iter().filter(|(name, _)| *name != "__metadata__");
    let (mut shapes, mut parameters, mut end) = (Map::new(), 0_u64, 0_u64);
    for (name, tensor) in tensors {
        let shape: Option<Vec<u64>> = serde_json::from_value(tensor["shape"].clone()).ok();
        let (Some(shape), Some(last)) = (shape, tensor["data_offsets"][1].as_u64()) else {
            let fault = format_args!("tensor '{name}' has no shape or no place");
            return Err(IoError::format(SAFETENSORS, fault));
        };
        let count = shape
            .iter()
            .try_fold(1_u64, |n, extent| n.checked_mul(*extent));
        parameters = count
            .and_then(|count| parameters.checked_add(count))
            .ok_or_else(|| bad("a tensor is too large to be true"))?;
        end = end.max(last);
        let kind = tensor["dtype"].as_str().unwrap_or("?");
        shapes.insert(name.clone(), json!(format!("{kind} {shape:?}")));
    }
    if end != size - 8 - length {
        let data = size - 8 - length;
        let fault = format_args!("the tensors take {end} bytes, but {data} follow the header");
        return Err(IoError::format(SAFETENSORS, fault));
    }
    Ok(Report::new(SAFETENSORS)
        .with("tensors", json!(shapes.len()))
        .with("parameters", json!(parameters))
        .with(
            "metadata",
            header.get("__metadata__").cloned().unwrap_or_default(),
        )
        .with("shapes", Value::Object(shapes)))
}

/// The kind of a zip archive: a PyTorch state dict, or another one. Nothing is unpacked and no code is run.
pub(super) fn archive(path: &Path) -> Result<Report, IoError> {
    let entries = entries(path)?;
    let is_torch = entries.iter().any(|name| name.ends_with("/data.pkl"));
    let format = if is_torch {
        "PyTorch (zip)"
    } else {
        "zip archive"
    };
    Ok(Report::new(format).with("entries", json!(entries.len())))
}

/// Names in the archive's central directory.
fn entries(path: &Path) -> Result<Vec<String>, IoError> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    // The end record is 22 bytes and a comment of at most 65535.
    const TAIL: u64 = 22 + 65_535;
    let bad = || {
        IoError::format(
            ARCHIVE,
            "its directory is broken or missing; it is truncated",
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

/// A little-endian number of a few bytes.
fn number(bytes: &[u8], place: usize, width: usize) -> Option<u64> {
    let field = bytes.get(place..place + width)?;
    Some(
        field
            .iter()
            .rev()
            .fold(0, |n, byte| n << 8 | u64::from(*byte)),
    )
}
