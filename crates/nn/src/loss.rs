//! Losses: binary cross-entropy of logits, and scalars with a precomputed gradient.

use candle_core::{DType, Result, Tensor, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::Element;
use crate::ops::{Needs, Operation, Pass, apply};
use rsom_kernels::sum::sum;

/// Elements per parallel task.
const CHUNK: usize = 1 << 14;

/// Reduction of the losses of all pixels to one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reduction {
    /// Sum over all pixels.
    Sum,
    /// Mean over all pixels.
    Mean,
}

impl Reduction {
    /// Factor for a sum over `count` elements: 1 for the sum, 1/`count` for the mean.
    #[must_use]
    pub fn factor(self, count: usize) -> f64 {
        match self {
            Self::Sum => 1.0,
            Self::Mean => 1.0 / count.max(1) as f64,
        }
    }
}

/// Binary cross-entropy of logits x and targets t in [0, 1]: `max(x, 0) − x·t + ln(1 + e^−|x|)`, reduced to a scalar.
///
/// The result is finite for all finite logits. Only the logits get a gradient, `sigmoid(x) − t`.
///
/// # Errors
/// Returns an error if the shapes or types differ, or if the tensors are empty.
pub fn bce_with_logits(logits: &Tensor, targets: &Tensor, reduction: Reduction) -> Result<Tensor> {
    balanced_bce_with_logits(logits, targets, 1.0, reduction)
}

/// [`bce_with_logits`] with a weight w = `positive_weight` for foreground pixels:
/// `w·t·softplus(−x) + (1 − t)·softplus(x)`, as `pos_weight` of PyTorch's `BCEWithLogitsLoss`.
///
/// The mean divides by the number of elements, not by the sum of the weights.
///
/// # Errors
/// Returns an error if the shapes or types differ, or if the tensors are empty.
pub fn balanced_bce_with_logits(
    logits: &Tensor,
    targets: &Tensor,
    positive_weight: f64,
    reduction: Reduction,
) -> Result<Tensor> {
    if logits.shape() != targets.shape() || logits.elem_count() == 0 {
        bail!(
            "cross-entropy needs logits and targets of the same shape, not empty: got {:?} and {:?}",
            logits.dims(),
            targets.dims()
        );
    }
    let factor = reduction.factor(logits.elem_count());
    let op = CrossEntropy {
        factor,
        extra: positive_weight - 1.0,
    };
    apply(op, &[logits, targets], ())
}

/// A scalar with a precomputed gradient with respect to `inputs`: for losses that compute value and gradient together.
///
/// # Errors
/// Returns an error if the gradient and the inputs differ in shape or type.
pub fn precomputed(inputs: &Tensor, value: f64, gradient: &Tensor) -> Result<Tensor> {
    if gradient.shape() != inputs.shape() || gradient.dtype() != inputs.dtype() {
        bail!(
            "the precomputed gradient has shape {:?}, but the inputs have shape {:?}",
            gradient.dims(),
            inputs.dims()
        );
    }
    let gradient = gradient.flatten_all()?.to_dtype(DType::F64)?.to_vec1()?;
    apply(Precomputed { value, gradient }, &[inputs], ())
}

struct Precomputed {
    value: f64,
    gradient: Vec<f64>,
}

impl Operation for Precomputed {
    const NAME: &'static str = "precomputed scalar";

    fn needs(&self) -> Needs {
        Needs::NOTHING
    }

    fn forward<T: Element>(&self, _inputs: &[&[T]]) -> Vec<T> {
        vec![T::from_f64(self.value)]
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let outer = pass.gradient[0];
        let slopes = || self.gradient.par_iter().map(|g| T::from_f64(*g) * outer);
        vec![pass.wanted(0, || slopes().collect())]
    }

    /// The value plus a term that is 0 and has the gradient.
    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let x = &inputs[0];
        let gradient = Tensor::from_slice(&self.gradient, x.shape(), x.device())?;
        let pull = (x * gradient.to_dtype(x.dtype())?)?.sum_all()?;
        (&pull - pull.detach())? + self.value
    }
}

struct CrossEntropy {
    factor: f64,
    /// Weight of foreground pixels, minus 1.
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
    let tail = T::from_f64(libm::log1p(libm::exp(-x.abs().to_f64())));
    positive - x * t + tail + extra * t * (positive - x + tail)
}

/// 1 / (1 + e^−x), without overflow.
#[must_use]
pub fn sigmoid<T: Element>(x: T) -> T {
    let small = T::from_f64(libm::exp(-x.abs().to_f64()));
    let numerator = if x >= T::zero() { T::one() } else { small };
    numerator / (T::one() + small)
}

impl Operation for CrossEntropy {
    const NAME: &'static str = "binary cross-entropy with logits";

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    /// `inputs`: logits, targets.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        vec![self.value(inputs[0], inputs[1])]
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let [logits, targets] = [pass.inputs[0], pass.inputs[1]];
        let of_logits = || self.gradient(logits, targets, pass.gradient[0]);
        vec![pass.wanted(0, of_logits), None]
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let (x, t) = (&inputs[0], inputs[1].detach());
        // softplus(x) without overflow; the detached sign keeps the gradient a sigmoid also at 0.
        let softplus = |x: &Tensor| -> Result<Tensor> {
            let positive = x.ge(0.0)?.to_dtype(x.dtype())?;
            let size = (x * ((&positive * 2.0)? - 1.0)?)?;
            let tail = (size.neg()?.exp()? + 1.0)?.log()?;
            (x * positive)? + tail
        };
        let inside = (softplus(&x.neg()?)? * &t)?.affine(1.0 + self.extra, 0.0)?;
        let outside = (softplus(x)? * t.affine(-1.0, 1.0)?)?;
        (inside + outside)?.sum_all()? * self.factor
    }
}
