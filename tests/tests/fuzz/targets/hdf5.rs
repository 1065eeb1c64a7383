//! HDF5 files.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use rsom_formats::hdf5::{Dataset, File, Node, ipasc};
use rsom_io::inspect::inspect;
use rsom_testing::checkout;

use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{require, told};

/// A small file that h5py wrote for the tests of `formats`.
pub fn stored(name: &str) -> Vec<u8> {
    let folder = checkout().join("crates/formats/tests/it/hdf5");
    let packed = std::fs::read(folder.join(format!("{name}.gz"))).expect("the file is there");
    let mut bytes = Vec::new();
    let unpacked = GzDecoder::new(packed.as_slice()).read_to_end(&mut bytes);
    unpacked.expect("the file is whole");
    bytes
}

fn dataset(dataset: &Dataset) -> Result<(), String> {
    told(dataset.filters())?;
    told(dataset.text())?;
    told(dataset.references())?;
    let _ = (dataset.chunks(), dataset.type_name());
    let count = told(dataset.count())?;
    if let Some(array) = told(dataset.numbers())? {
        let length = array.real.len() as u64;
        require(Some(length) == count, || {
            format!("{length} of {count:?} numbers")
        })?;
        let imaginary = array
            .imaginary
            .is_none_or(|part| part.len() as u64 == length);
        require(imaginary, || "imaginary parts are missing".into())?;
    }
    Ok(())
}

fn check(path: &Path) -> Result<bool, String> {
    let mut good = false;
    if let Some(file) = told(File::open(path))? {
        let objects = told(file.objects())?;
        good = objects.is_some();
        for node in objects.into_iter().flatten() {
            told(node.attributes())?;
            if let Node::Dataset(found) = node {
                dataset(found)?;
            }
        }
        told(ipasc::time_series(&file))?;
        told(ipasc::metadata(&file))?;
    }
    told(inspect(path))?;
    Ok(good)
}

#[test]
fn hdf5() {
    let target = Target {
        name: "hdf5",
        seeds: vec![
            Seed::new("types.h5", stored("types.h5")),
            Seed::new("chunked.h5", stored("chunked.h5")),
            Seed::new("nested.h5", stored("nested.mat")),
        ],
        text: false,
        check,
    };
    target.run();
}
