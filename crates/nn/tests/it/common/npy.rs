//! Reads the reference arrays.

use std::path::PathBuf;

use candle_core::{DType, Tensor};

/// Path of a reference file, or `None` (with a note) when the reference values are absent.
#[allow(clippy::print_stdout)]
pub fn golden(name: &str) -> Option<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/golden/nets");
    let path = PathBuf::from(folder).join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

/// A NumPy array in single precision.
pub fn array(name: &str) -> Option<Tensor> {
    let path = golden(name)?;
    Some(
        Tensor::read_npy(path)
            .unwrap()
            .to_dtype(DType::F32)
            .unwrap(),
    )
}

/// The tensors of a PyTorch state dict.
pub fn state_dict(name: &str) -> Option<std::collections::BTreeMap<String, Tensor>> {
    let bytes = std::fs::read(golden(name)?).unwrap();
    Some(rsom_weights::from_bytes(&bytes).unwrap().tensors)
}
