//! Rectified linear unit (ReLU).

use candle_core::{Result, Tensor};
use rayon::prelude::*;

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;

/// Elements per parallel task.
const CHUNK: usize = 1 << 16;

/// max(x, 0); NaN stays NaN. The gradient at 0 is 0, as in PyTorch (in stock candle it is 1).
///
/// After a convolution, [`super::Conv2dConfig::with_relu`] computes the same without an additional pass over memory.
///
/// # Errors
/// Returns an error if the element type is not `f32` or `f64`.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    apply(Relu, &[x], x.shape())
}

/// The gradient of ReLU: `dy` where the result is positive, otherwise 0.
fn masked<T: Element>(dy: &[T], result: &[T]) -> Vec<T> {
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
            // Written so that NaN stays NaN: a comparison with NaN is false.
            y.iter_mut()
                .zip(x)
                .for_each(|(y, x)| *y = if *x <= T::zero() { T::zero() } else { *x });
        });
    y
}

struct Relu;

impl Operation for Relu {
    const NAME: &'static str = "relu";

    fn needs(&self) -> Needs {
        Needs {
            inputs: false,
            result: true,
        }
    }

    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        rectified(inputs[0])
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        vec![pass.wanted(0, || masked(pass.gradient, pass.result))]
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        composed_relu(&inputs[0])
    }
}

/// ReLU from candle's ops, with gradient 0 at 0.
pub(super) fn composed_relu(x: &Tensor) -> Result<Tensor> {
    x.le(0.0)?.where_cond(&x.zeros_like()?, x)
}
