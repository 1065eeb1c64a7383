//! Content of a file: format, shape, spacing, type, range, hash.

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

use rsom_stage::{StageError, atomic, fingerprint};
use serde_json::json;

#[cfg(feature = "cli")]
pub(crate) use hdf5::words as hdf5_words;
pub use report::Report;

use crate::ports::at_input;

/// Number of leading bytes that suffice to recognize a format.
const START: u64 = 4096;

/// Reports the format and content of a file. The format is recognized by content, not by name, except for text files.
///
/// # Errors
/// Exit code 3: the file cannot be read, is broken, or has no known format.
pub fn inspect(path: &Path) -> Result<Report, StageError> {
    let failed = |e: std::io::Error| StageError::input(path, atomic::plain(&e));
    let mut start = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let bytes = file.metadata().map_err(failed)?.len();
    file.take(START).read_to_end(&mut start).map_err(failed)?;
    let report = match kind(path, &start) {
        Kind::Volume => volume::report(path).map_err(|e| at_input(path, e)),
        Kind::Picture => picture::report(path).map_err(|e| at_input(path, e)),
        Kind::Table => table::report(path).map_err(|e| at_input(path, e)),
        Kind::Safetensors => weights::safetensors(path).map_err(|e| at_input(path, e)),
        Kind::Archive => weights::archive(path).map_err(|e| at_input(path, e)),
        Kind::Hdf5 => hdf5::report(path).map_err(|e| at_input(path, e)),
        Kind::Matlab => matlab::report(path).map_err(|e| at_input(path, e)),
        Kind::Yaml => document::report(path),
        Kind::Unknown if bytes == 0 => Err(StageError::input(path, "the file is empty")),
        Kind::Unknown => Err(StageError::input(
            path,
            "unknown file format; known are NIfTI, PNG, TIFF, Parquet, safetensors, PyTorch, MATLAB, HDF5 and YAML",
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
    let name = path.file_name().unwrap_or_default();
    let name = name.to_string_lossy().to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match start {
        [0x89, b'P', b'N', b'G', ..] => Kind::Picture,
        [b'I', b'I', b'*' | b'+', 0, ..] | [b'M', b'M', 0, b'*' | b'+', ..] => Kind::Picture,
        [b'P', b'A', b'R', b'1', ..] => Kind::Table,
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Kind::Archive,
        _ if rsom_formats::nifti::is(start) || ends(VOLUME_NAMES) => Kind::Volume,
        _ if rsom_formats::matlab::is(start) => Kind::Matlab,
        _ if rsom_formats::hdf5::is(start) => Kind::Hdf5,
        _ if start.get(8) == Some(&b'{') || ends(&[".safetensors"]) => Kind::Safetensors,
        _ if ends(&[".parquet"]) => Kind::Table,
        _ if ends(&[".png", ".tif", ".tiff"]) => Kind::Picture,
        _ if ends(&[".yaml", ".yml"]) => Kind::Yaml,
        _ => Kind::Unknown,
    }
}

/// Names of volumes: a broken file with such a name gets the error message of the NIfTI reader.
const VOLUME_NAMES: &[&str] = &[".nii", ".nii.gz", ".hdr", ".hdr.gz", ".img", ".img.gz"];
