//! Penalties that are sums over rows along x: what they have in common.

use candle_core::{Result, Tensor};
use rayon::prelude::*;
use rsom_nn::Element;
use rsom_nn::ops::{Pass, relu};

/// A penalty of one row of probabilities p along x.
pub(super) trait RowPenalty: Sync {
    /// The penalty of a row.
    fn value(&self, p: &[f64]) -> f64;

    /// Its derivative by each p.
    fn derivative(&self, p: &[f64]) -> Vec<f64>;
}

/// The sum over all rows of `width` pixels. It is added in order, so that it does not depend on threads.
pub(super) fn sum<T: Element>(penalty: &impl RowPenalty, logits: &[T], width: usize) -> Vec<T> {
    let value = |row: &[T]| penalty.value(&probabilities(row));
    let rows: Vec<f64> = logits.par_chunks(width).map(value).collect();
    vec![T::from_f64(rows.iter().sum())]
}

/// The gradient by the logits, if it is wanted: dp/dlogit = p · (1 − p).
pub(super) fn gradient<T: Element>(
    penalty: &impl RowPenalty,
    pass: &Pass<T>,
    width: usize,
) -> Vec<Option<Vec<T>>> {
    let (logits, outer) = (pass.inputs[0], pass.gradient[0]);
    let all = || {
        let mut gradient = vec![T::zero(); logits.len()];
        let rows = gradient.par_chunks_mut(width).zip(logits.par_chunks(width));
        rows.for_each(|(gradient, row)| {
            let p = probabilities(row);
            let by_p = penalty.derivative(&p);
            for ((gradient, by_p), p) in gradient.iter_mut().zip(by_p).zip(p) {
                *gradient = T::from_f64(by_p * p * (1.0 - p)) * outer;
            }
        });
        gradient
    };
    vec![pass.wanted(0, all)]
}

/// sigmoid(logit) for each pixel, in double precision.
pub(super) fn probabilities<T: Element>(logits: &[T]) -> Vec<f64> {
    let sigmoid = |logit: &T| 1.0 / (1.0 + libm::exp(-logit.to_f64()));
    logits.iter().map(sigmoid).collect()
}

/// The same by operations of tensors: sigmoid(x) = (tanh(x / 2) + 1) / 2, which has a finite gradient for every x.
pub(super) fn sigmoid(logits: &Tensor) -> Result<Tensor> {
    (logits * 0.5)?.tanh()?.affine(0.5, 0.5)
}

/// |d| by operations of tensors, with gradient 0 at 0.
pub(super) fn absolute(d: &Tensor) -> Result<Tensor> {
    relu(d)? + relu(&d.neg()?)?
}

/// The penalty 0 with a gradient, because each loss needs one.
pub(super) fn nothing(logits: &Tensor) -> Result<Tensor> {
    logits.sub(logits)?.sum_all()
}
