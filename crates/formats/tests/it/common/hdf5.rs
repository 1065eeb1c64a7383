//! Small HDF5 files of our own, and real ones.
//!
//! Those of `tests/it/hdf5` were written with h5py 3 (HDF5 2), and then packed with gzip; their values stand in the tests.
//! `chunked.h5`: `create_dataset` with `chunks`, `compression='gzip'`, `shuffle` or `fletcher32`, libver latest.
//! `linked.h5`, `linked_old.h5`: plain and LZF datasets next to virtual ones, soft and external links; libver latest and
//! earliest.
//! `conventions.h5`: one dataset for each way of saying what values mean, most of them `numpy.arange(24)` of 2 x 3 x 4:
//! `scale_factor`, `_FillValue`, `element_size_um`, labels and scales of axes as attributes; integers of 12 bits and a float
//! with nine bits of exponent (`h5py.h5t`); `numpy.arange(144)` of 6 x 6 x 4 in chunks with a `maxshape`; libver latest.
//! `neighbors.h5`: an external link next to a picture. `no_numbers.h5`: complex numbers and records.
//! `circles.h5`: a dataset next to soft links that lead to each other and nowhere, libver earliest.
//! `types.h5`: one dataset of each type. `nested.mat`, `circle.mat`: groups, references and attributes as MATLAB 7.3
//! writes them, behind a user block of 512 bytes.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "helpers of several test files"
)]

use std::io::Read;
use std::path::{Path, PathBuf};

/// The bytes of one of our files.
pub fn bytes_of(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../formats/tests/it/hdf5");
    let packed = std::fs::read(folder.join(format!("{name}.gz"))).unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// One of our files in a folder.
pub fn put(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes_of(name)).unwrap();
    path
}
