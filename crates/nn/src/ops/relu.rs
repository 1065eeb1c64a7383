//! Rectified linear unit.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};

/// Elements that a task works on.
const CHUNK: usize = 1 << 16;

/// max(x, 0), NaN staying NaN. The gradient at 0 is 0, as in PyTorch (stock candle: 1).
///
/// After a convolution, [`super::Conv2dConfig::with_relu`] does the same without a pass of its own.
///
/// # Errors
/// The type is not a float, or the tensor is not on the CPU.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    x.contiguous()?.apply_op1(Relu)
}

/// The gradient where the result of a ReLU is positive, else 0.
pub(super) fn masked<T: Element>(dy: &[T], result: &[T]) -> Vec<T> {
    let mut masked = vec![T::zero(); dy.len()];
    masked
        .par_chunks_mut(CHUNK)
        .zip(dy.par_chunks(CHUNK).zip(result.par_chunks(CHUNK)))
        .for_each(|(masked, (dy, result))| {
            for (masked, (dy, y)) in masked.iter_mut().zip(dy.iter().zip(result)) {
                *masked = if *y > T::zero() { *dy } else { T::zero() };
            }
        });
    masked
}

fn rectified<T: Element>(x: &[T]) -> Vec<T> {
    let mut y = vec![T::zero(); x.len()];
    y.par_chunks_mut(CHUNK)
        .zip(x.par_chunks(CHUNK))
        .for_each(|(y, x)| {
            // A comparison that keeps NaN.
            y.iter_mut()
                .zip(x)
                .for_each(|(y, x)| *y = if *x <= T::zero() { T::zero() } else { *x });
        });
    y
}

struct Relu;

impl CustomOp1 for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        with_element!(x.dtype(), T => {
            Ok(storage(rectified::<T>(elements(x, layout)?), layout.shape()))
        })
    }

    fn bwd(&self, x: &Tensor, result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let gradient = gradient.contiguous()?;
        with_element!(x.dtype(), T => {
            let (result, gradient) = (Host::of(result), Host::of(&gradient));
            let dx = masked::<T>(gradient.elements()?, result.elements()?);
            Ok(Some(tensor(dx, x.shape())?))
        })
    }
}
