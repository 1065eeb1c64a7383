//! Reads the reference arrays.

use std::path::PathBuf;

use candle_core::{DType, Tensor};
use rsom_testing::shared;

/// Path of a reference file; `None` when the reference values are absent.
pub fn golden(name: &str) -> Option<PathBuf> {
    shared(&format!("golden/nets/{name}"))
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
    Some(rsom_nn::weights::from_bytes(&bytes).unwrap().tensors)
}
