//! Rectified linear unit.

use candle_core::{Result, Tensor};
use rayon::prelude::*;

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;

/// Elements that a task works on.
const CHUNK: usize = 1 << 16;

/// max(x, 0), NaN staying NaN. The gradient at 0 is 0, as in PyTorch (stock candle: 1).
///
/// After a convolution, [`super::Conv2dConfig::with_relu`] does the same without a pass of its own.
///
/// # Errors
/// The type is not a float.
pub fn relu(x: &Tensor) -> Result<Tensor> {
    apply(Relu, &[x], x.shape())
}

/// The gradient where the result of a ReLU is positive, else 0.
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
            // A comparison that keeps NaN.
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

/// ReLU out of candle's ops, with gradient 0 at 0.
pub(super) fn composed_relu(x: &Tensor) -> Result<Tensor> {
    x.le(0.0)?.where_cond(&x.zeros_like()?, x)
}
