//! Weights: safetensors and PyTorch state dicts.

use std::io::{Cursor, Write};
use std::path::Path;

use rsom_io::inspect::inspect;
use rsom_weights::{Header, archive_entries, from_bytes, require_finite};
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{require, told};

/// Tensors may share elements, but the sum of their sizes is at most this multiple of the file's.
const MOST_SHARING: usize = 4;

fn safetensors(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend((0..data).map(|i| (i % 4) as u8));
    bytes
}

/// Writes the length of the header, which ends with the last bracket, into its first eight bytes.
fn with_length(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let end = bytes.iter().rposition(|byte| *byte == b'}').unwrap_or(7) + 1;
    if let Some(start) = bytes.get_mut(..8) {
        start.copy_from_slice(&(end.saturating_sub(8) as u64).to_le_bytes());
    }
    bytes
}

/// A state dict of one tensor of 2 × 3 floats, as `torch.save` writes it.
fn pickle() -> Vec<u8> {
    let mut bytes = b"\x80\x02}q\x00(X\x01\x00\x00\x00w".to_vec();
    bytes.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage");
    bytes.extend(b"ctorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK\x00");
    bytes.extend(b"(K\x02K\x03t(K\x03K\x01t\x89)tRu.");
    bytes
}

/// The archive around a pickle.
fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let floats: Vec<u8> = (0..6_u8).flat_map(|i| f32::from(i).to_le_bytes()).collect();
    let entries = [
        ("m/data.pkl", pickle.to_vec()),
        ("m/byteorder", b"little".to_vec()),
        ("m/data/0", floats),
    ];
    for (name, content) in entries {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(&content).expect("an entry");
    }
    zip.finish().expect("an archive").into_inner()
}

fn check(path: &Path) -> Result<bool, String> {
    let bytes = std::fs::read(path).map_err(|e| e.to_string())?;
    told(archive_entries(Cursor::new(bytes.as_slice())))?;
    let header = told(Header::read(bytes.as_slice(), bytes.len() as u64))?;
    if let Some(header) = &header {
        let fits = (header.tensors.values()).all(|t| t.elements == t.shape.iter().product::<u64>());
        require(fits, || format!("{header:?}"))?;
    }
    let weights = told(from_bytes(&bytes))?;
    if let Some(weights) = &weights {
        let sizes = weights.tensors.values();
        let sum: usize = sizes
            .map(|t| t.elem_count() * t.dtype().size_in_bytes())
            .sum();
        let fits = sum <= bytes.len() * MOST_SHARING;
        require(fits, || format!("{sum} bytes of a file of {}", bytes.len()))?;
        told(require_finite(&weights.tensors))?;
        if let Some(header) = header {
            let names = header.tensors.keys().eq(weights.tensors.keys());
            require(names, || "the header has other tensors".into())?;
        }
    }
    told(inspect(path))?;
    Ok(weights.is_some())
}

#[test]
fn weights_safetensors() {
    let header = concat!(
        r#"{"__metadata__":{"format":"rsom-layerseg","note":"a"},"#,
        r#""a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"#,
        r#""b":{"dtype":"I64","shape":[1],"data_offsets":[24,32]}}"#
    );
    let half = r#"{"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}}"#;
    let target = Target {
        name: "safetensors",
        seeds: vec![
            Seed::new("a.safetensors", safetensors(header, 32)),
            Seed::new("h.safetensors", safetensors(half, 8)),
            Seed::sealed("s.safetensors", safetensors(header, 32), with_length),
        ],
        text: true,
        check,
    };
    target.run();
}

#[test]
fn weights_pytorch() {
    let target = Target {
        name: "pytorch",
        seeds: vec![
            Seed::sealed("a.pt", pickle(), archive),
            Seed::new("b.pt", archive(&pickle())),
        ],
        text: false,
        check,
    };
    target.run();
}
