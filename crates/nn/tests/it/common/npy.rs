//! Reads the reference arrays.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Tensor};

/// A NumPy array in single precision.
pub fn array(path: &Path) -> Tensor {
    Tensor::read_npy(path)
        .unwrap()
        .to_dtype(DType::F32)
        .unwrap()
}

/// The tensors of a PyTorch state dict.
pub fn state_dict(path: &Path) -> BTreeMap<String, Tensor> {
    let bytes = std::fs::read(path).unwrap();
    rsom_weights::from_bytes(&bytes).unwrap().tensors
}
