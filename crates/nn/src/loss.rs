//! Losses.

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor, WithDType, bail,
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use rsom_kernels::sum::sum;

/// Elements that a task works on.
const CHUNK: usize = 1 << 14;

/// How the losses of single pixels become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduction {
    /// Their sum.
    Sum,
    /// Their sum divided by their number.
    Mean,
}

impl Reduction {
    /// What a sum over `count` elements is multiplied with.
    #[must_use]
    pub fn factor(self, count: usize) -> f64 {
        match self {
            Self::Sum => 1.0,
            Self::Mean => 1.0 / count.max(1) as f64,
        }
    }
}

/// Binary cross-entropy of logits x against targets t in [0, 1]: `max(x, 0) − x·t + ln(1 + e^−|x|)`, reduced to a scalar.
///
/// Finite for every finite logit. Only the logits get a gradient, `sigmoid(x) − t`.
///
/// # Errors
/// Shapes or types that differ, empty tensors.
pub fn bce_with_logits(logits: &Tensor, targets: &Tensor, reduction: Reduction) -> Result<Tensor> {
    balanced_bce_with_logits(logits, targets, 1.0, reduction)
}

/// [`bce_with_logits`] in which what is inside counts `positive_weight` times: `w·t·softplus(−x) + (1 − t)·softplus(x)`,
/// as `pos_weight` of PyTorch's `BCEWithLogitsLoss`. The mean divides by the number of elements, not by their weights.
///
/// # Errors
/// Shapes or types that differ, empty tensors.
pub fn balanced_bce_with_logits(
    logits: &Tensor,
    targets: &Tensor,
    positive_weight: f64,
    reduction: Reduction,
) -> Result<Tensor> {
    if logits.shape() != targets.shape() || logits.elem_count() == 0 {
        bail!(
            "cross-entropy of logits {:?} and targets {:?}",
            logits.dims(),
            targets.dims()
        );
    }
    let factor = reduction.factor(logits.elem_count());
    logits.contiguous()?.apply_op2(
        &targets.contiguous()?,
        CrossEntropy {
            factor,
            extra: positive_weight - 1.0,
        },
    )
}

/// A scalar that was computed together with its gradient by `inputs`: a loss for which taking both at once saves work.
///
/// # Errors
/// A gradient of another shape or type than the inputs.
pub fn known(inputs: &Tensor, value: f64, gradient: Tensor) -> Result<Tensor> {
    if gradient.shape() != inputs.shape() || gradient.dtype() != inputs.dtype() {
        bail!(
            "a gradient of {:?} for inputs of {:?}",
            gradient.dims(),
            inputs.dims()
        );
    }
    inputs.contiguous()?.apply_op1(Known { value, gradient })
}

struct Known {
    value: f64,
    gradient: Tensor,
}

impl CustomOp1 for Known {
    fn name(&self) -> &'static str {
        "known scalar"
    }

    fn cpu_fwd(&self, inputs: &CpuStorage, _layout: &Layout) -> Result<(CpuStorage, Shape)> {
        with_element!(inputs.dtype(), T => Ok(storage(vec![T::from_f64(self.value)], ())))
    }

    fn bwd(&self, _inputs: &Tensor, _result: &Tensor, outer: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(self.gradient.broadcast_mul(outer)?))
    }
}

struct CrossEntropy {
    factor: f64,
    /// How much more than once what is inside counts.
    extra: f64,
}

impl CrossEntropy {
    fn value<T: Element>(&self, logits: &[T], targets: &[T]) -> T {
        let extra = T::from_f64(self.extra);
        let chunks: Vec<f64> = logits
            .par_chunks(CHUNK)
            .zip(targets.par_chunks(CHUNK))
            .map(|(logits, targets)| {
                let terms: Vec<T> = logits
                    .iter()
                    .zip(targets)
                    .map(|(x, t)| term(*x, *t, extra))
                    .collect();
                sum(&terms)
            })
            .collect();
        T::from_f64(chunks.iter().sum::<f64>() * self.factor)
    }

    fn gradient<T: Element>(&self, logits: &[T], targets: &[T], outer: T) -> Vec<T> {
        let scale = outer * T::from_f64(self.factor);
        let extra = T::from_f64(self.extra);
        let mut gradient = vec![T::zero(); logits.len()];
        gradient
            .par_chunks_mut(CHUNK)
            .zip(logits.par_chunks(CHUNK).zip(targets.par_chunks(CHUNK)))
            .for_each(|(gradient, (logits, targets))| {
                for (g, (x, t)) in gradient.iter_mut().zip(logits.iter().zip(targets)) {
                    let p = sigmoid(*x);
                    *g = (p - *t - extra * *t * (T::one() - p)) * scale;
                }
            });
        gradient
    }
}

fn term<T: Element>(x: T, t: T, extra: T) -> T {
    let positive = if x > T::zero() { x } else { T::zero() };
    let tail = (T::zero() - x.abs()).exp().ln_1p();
    positive - x * t + tail + extra * t * (positive - x + tail)
}

/// 1 / (1 + e^−x), without overflow.
#[must_use]
pub fn sigmoid<T: Element>(x: T) -> T {
    let small = (T::zero() - x.abs()).exp();
    let numerator = if x >= T::zero() { T::one() } else { small };
    numerator / (T::one() + small)
}

impl CustomOp2 for CrossEntropy {
    fn name(&self) -> &'static str {
        "binary cross-entropy with logits"
    }

    fn cpu_fwd(
        &self,
        logits: &CpuStorage,
        logits_layout: &Layout,
        targets: &CpuStorage,
        targets_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        with_element!(logits.dtype(), T => {
            let targets = elements::<T>(targets, targets_layout)?;
            Ok(storage(vec![self.value(elements(logits, logits_layout)?, targets)], ()))
        })
    }

    fn bwd(
        &self,
        logits: &Tensor,
        targets: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        with_element!(logits.dtype(), T => {
            let (x, t) = (Host::of(logits), Host::of(targets));
            let outer = gradient.to_scalar::<T>()?;
            let dx = self.gradient::<T>(x.elements()?, t.elements()?, outer);
            Ok((Some(tensor(dx, logits.shape())?), None))
        })
    }
}
