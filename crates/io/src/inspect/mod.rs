//! What is in a file: format, shape, spacing, type, range, hash.

mod document;
mod hdf5;
mod matlab;
mod picture;
mod report;
mod table;
mod volume;
mod weights;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use rsom_stage::{StageError, atomic, fingerprint};
use serde_json::json;

#[cfg(feature = "cli")]
pub(crate) use hdf5::words as hdf5_words;
pub use report::Report;

use crate::ports::at_input;

/// How much of a file is enough to tell what it is.
const START: u64 = 4096;

/// Says what a file is and what is in it. The format is told by content, not by name, except for texts.
///
/// # Errors
/// Exit code 3: the file cannot be read, is broken, or is of no format that this project knows.
pub fn inspect(path: &Path) -> Result<Report, StageError> {
    let failed = |e: std::io::Error| StageError::input(path, atomic::plain(&e));
    let mut start = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    file.take(START).read_to_end(&mut start).map_err(failed)?;
    let report = match kind(path, &start) {
        Kind::Volume => volume::report(path).map_err(|e| at_input(path, e)),
        Kind::Picture => picture::report(path),
        Kind::Table => table::report(path).map_err(|e| at_input(path, e)),
        Kind::Safetensors => weights::safetensors(path).map_err(|e| at_input(path, e)),
        Kind::Archive => weights::archive(path).map_err(|e| at_input(path, e)),
        Kind::Hdf5 => hdf5::report(path).map_err(|e| at_input(path, e)),
        Kind::Matlab => matlab::report(path).map_err(|e| at_input(path, e)),
        Kind::Yaml => document::report(path),
        Kind::Unknown => Err(StageError::input(
            path,
            "no kind of file that this project knows (NIfTI, PNG, TIFF, Parquet, safetensors, PyTorch, MATLAB, HDF5, YAML)",
        )),
    }?;
    let sha256 = fingerprint::of_path(path).map_err(failed)?;
    Ok(report
        .with("bytes", json!(bytes))
        .with("sha256", json!(sha256)))
}

enum Kind {
    Volume,
    Picture,
    Table,
    Safetensors,
    Archive,
    Hdf5,
    Matlab,
    Yaml,
    Unknown,
}

fn kind(path: &Path, start: &[u8]) -> Kind {
    let unpacked = unpacked(start);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match start {
        [0x89, b'P', b'N', b'G', ..] => Kind::Picture,
        [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => Kind::Picture,
        [b'P', b'A', b'R', b'1', ..] => Kind::Table,
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Kind::Archive,
        _ if is_nifti(&unpacked) || ends(VOLUME_NAMES) => Kind::Volume,
        _ if matlab::is(start) => Kind::Matlab,
        _ if crate::hdf5::is(start) => Kind::Hdf5,
        _ if start.get(8) == Some(&b'{') || ends(&[".safetensors"]) => Kind::Safetensors,
        _ if ends(&[".parquet"]) => Kind::Table,
        _ if ends(&[".png", ".tif", ".tiff"]) => Kind::Picture,
        _ if ends(&[".yaml", ".yml"]) => Kind::Yaml,
        _ => Kind::Unknown,
    }
}

/// Names that promise a volume; the fault is then told in the words of NIfTI.
const VOLUME_NAMES: &[&str] = &[".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz"];

fn is_nifti(start: &[u8]) -> bool {
    let magic = |place: usize| start.get(place..place + 3);
    matches!(magic(344), Some(b"n+1" | b"ni1")) || matches!(magic(4), Some(b"n+2" | b"ni2"))
}

/// The start of what a gzip file holds; other files are as they are.
fn unpacked(start: &[u8]) -> Vec<u8> {
    if !start.starts_with(&[0x1f, 0x8b]) {
        return start.to_vec();
    }
    let mut bytes = Vec::new();
    // The start of a file is a truncated stream: what came before the end is enough.
    let _ = MultiGzDecoder::new(start)
        .take(START)
        .read_to_end(&mut bytes);
    bytes
}
