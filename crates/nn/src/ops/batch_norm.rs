//! Batch norm over the channels of (image, channel, position…).

use std::sync::{Arc, OnceLock};

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use crate::kernels::batch_norm::{
    Moment, Pull, input_gradient, moments, normalise, parameter_gradients,
};

/// Constants of batch norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormConfig {
    /// Added to the variance.
    pub eps: f64,
    /// Weight of the batch in the running statistics.
    pub momentum: f64,
}

impl Default for BatchNormConfig {
    /// PyTorch's: eps 1e-5, momentum 0.1.
    fn default() -> Self {
        Self {
            eps: 1e-5,
            momentum: 0.1,
        }
    }
}

/// Result of a training pass.
pub struct Normalised {
    /// The normalised tensor.
    pub output: Tensor,
    /// Mean of each channel over images and positions.
    pub mean: Vec<f64>,
    /// Unbiased variance of each channel (divided by count − 1): what the running variance moves towards.
    pub unbiased_variance: Vec<f64>,
}

/// `(x − mean)/√(var + eps)·weight + bias` with each channel's own mean and biased variance over images and positions.
///
/// `x` is (images, channels, …), `weight` and `bias` (channels).
///
/// # Errors
/// Shapes that do not fit; a channel of only one value, which has no variance (PyTorch refuses it as well).
pub fn batch_norm_training(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    eps: f64,
) -> Result<Normalised> {
    let channels = channels_of(x, [weight, bias])?;
    let count = x.elem_count() / channels;
    if count < 2 {
        bail!(
            "batch norm in training needs more than one value a channel, got {:?}",
            x.dims()
        );
    }
    let found = Arc::new(OnceLock::new());
    let op = BatchNorm {
        channels,
        eps,
        moments: Arc::clone(&found),
        fixed: false,
    };
    let output = x
        .contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, op)?;
    let Some(moments) = found.get() else {
        bail!("batch norm did not run");
    };
    let unbias = count as f64 / (count - 1) as f64;
    Ok(Normalised {
        output,
        mean: moments.iter().map(|m| m.mean).collect(),
        unbiased_variance: moments.iter().map(|m| m.variance * unbias).collect(),
    })
}

/// The same with given statistics (running ones), which are constants to the gradient.
///
/// `mean` and `variance` hold one number for each channel.
///
/// # Errors
/// Shapes that do not fit.
pub fn batch_norm_evaluation(
    x: &Tensor,
    [weight, bias]: [&Tensor; 2],
    [mean, variance]: [&Tensor; 2],
    eps: f64,
) -> Result<Tensor> {
    let channels = channels_of(x, [weight, bias])?;
    channels_of(x, [mean, variance])?;
    let numbers = |t: &Tensor| {
        t.to_dtype(candle_core::DType::F64)?
            .flatten_all()?
            .to_vec1::<f64>()
    };
    let moments: Vec<Moment> = numbers(mean)?
        .into_iter()
        .zip(numbers(variance)?)
        .map(|(mean, variance)| Moment { mean, variance })
        .collect();
    let op = BatchNorm {
        channels,
        eps,
        moments: Arc::new(OnceLock::from(moments)),
        fixed: true,
    };
    x.contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, op)
}

fn channels_of(x: &Tensor, others: [&Tensor; 2]) -> Result<usize> {
    let channels = if x.rank() < 2 { 0 } else { x.dims()[1] };
    if x.elem_count() == 0 || others.iter().any(|t| t.elem_count() != channels) {
        let shapes = others.map(|t| t.dims().to_vec());
        bail!("batch norm of {:?} with parameters {shapes:?}", x.dims());
    }
    Ok(channels)
}

struct BatchNorm {
    channels: usize,
    eps: f64,
    /// What the input was normalised with: given when `fixed`, else found in the forward pass.
    moments: Arc<OnceLock<Vec<Moment>>>,
    fixed: bool,
}

impl BatchNorm {
    fn forward<T: Element>(&self, x: &[T], positions: usize, affine: [&[T]; 2]) -> Vec<T> {
        let moments = self
            .moments
            .get_or_init(|| moments(x, self.channels, positions));
        normalise(x, positions, moments, affine, self.eps)
    }

    fn gradients<T: Element>(
        &self,
        [x, weight, bias]: [&Tensor; 3],
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let positions: usize = x.dims()[2..].iter().product();
        let count = (x.elem_count() / self.channels) as f64;
        let gradient = gradient.contiguous()?;
        let (x_host, dy_host) = (Host::of(x), Host::of(&gradient));
        let (data, dy): (&[T], &[T]) = (x_host.elements()?, dy_host.elements()?);
        let moments = self
            .moments
            .get_or_init(|| moments(data, self.channels, positions));
        let sums = parameter_gradients(data, dy, positions, moments, self.eps);
        let dx = if x.track_op() {
            let host = Host::of(weight);
            let pulls: Vec<Pull> = host
                .elements::<T>()?
                .iter()
                .zip(moments.iter().zip(&sums))
                .map(|(weight, (moment, sums))| self.pull(weight.to_f64(), *moment, *sums, count))
                .collect();
            Some(tensor(
                input_gradient(data, dy, positions, &pulls),
                x.shape(),
            )?)
        } else {
            None
        };
        let column = |index: usize, parameter: &Tensor| {
            let values: Vec<T> = sums.iter().map(|s| T::from_f64(s[index])).collect();
            parameter
                .track_op()
                .then(|| tensor(values, parameter.shape()))
                .transpose()
        };
        Ok([dx, column(0, weight)?, column(1, bias)?])
    }

    /// With r = 1/√(var + eps) and batch statistics, dx = w·r·(dy − mean(dy) − (x − mean)·r²·mean(dy·(x − mean)));
    /// with fixed ones, dx = w·r·dy.
    fn pull(&self, weight: f64, moment: Moment, [dw, db]: [f64; 2], count: f64) -> Pull {
        let r = 1.0 / (moment.variance + self.eps).sqrt();
        let scale = weight * r;
        let (slope, shift) = if self.fixed {
            (0.0, 0.0)
        } else {
            (-scale * r * dw / count, -scale * db / count)
        };
        Pull {
            scale,
            slope,
            shift,
            mean: moment.mean,
        }
    }
}

impl CustomOp3 for BatchNorm {
    fn name(&self) -> &'static str {
        "batch norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let positions = x_layout.dims()[2..].iter().product();
        with_element!(x.dtype(), T => {
            let affine = [elements(weight, weight_layout)?, elements(bias, bias_layout)?];
            let y = self.forward::<T>(elements(x, x_layout)?, positions, affine);
            Ok(storage(y, x_layout.shape()))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        with_element!(x.dtype(), T => {
            let [dx, dw, db] = self.gradients::<T>([x, weight, bias], gradient)?;
            Ok((dx, dw, db))
        })
    }
}
