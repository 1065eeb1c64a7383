//! Batch norm of the channels of a tensor (images, channels, …).

use std::sync::{Arc, OnceLock};

use candle_core::{DType, Device, Result, Tensor, bail};

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;
use rsom_kernels::norm::{Line, Pull, input_gradient, normalize, spreads, sums};
use rsom_kernels::sum::Spread;

/// Constants of batch norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchNormConfig {
    /// Added to the variance, so that no division by 0 occurs.
    pub eps: f64,
    /// Weight of a new batch in the running statistics.
    pub momentum: f64,
}

impl Default for BatchNormConfig {
    /// The defaults of PyTorch: eps 1e-5, momentum 0.1.
    fn default() -> Self {
        Self {
            eps: 1e-5,
            momentum: 0.1,
        }
    }
}

/// Result of a training pass of batch norm.
pub struct BatchNormOutput {
    /// The normalized tensor, of the shape of the input.
    pub output: Tensor,
    /// Mean of each channel over images and positions.
    pub mean: Vec<f64>,
    /// Unbiased variance of each channel (divided by count − 1), for the running variance.
    pub unbiased_variance: Vec<f64>,
}

/// `(x − mean)/√(var + eps)·weight + bias` with the mean and the biased variance of each channel over images and
/// positions.
///
/// `x` has shape (images, channels, …), `weight` and `bias` (channels).
///
/// # Errors
/// Returns an error if the shapes do not fit, or if a channel has only one value (as in PyTorch), because it has no
/// variance.
pub fn batch_norm_training(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    eps: f64,
) -> Result<BatchNormOutput> {
    let channels = channels_of(x, [weight, bias])?;
    let count = x.elem_count() / channels;
    if count < 2 {
        bail!(
            "batch norm needs more than one value per channel in training, got shape {:?}",
            x.dims()
        );
    }
    let found = Arc::new(OnceLock::new());
    let op = BatchNorm {
        channels,
        positions: x.dims()[2..].iter().product(),
        eps,
        moments: Arc::clone(&found),
        fixed: false,
    };
    let output = apply(op, &[x, weight, bias], x.shape())?;
    let Some(moments) = found.get() else {
        bail!("batch norm computed no statistics");
    };
    let unbias = count as f64 / (count - 1) as f64;
    Ok(BatchNormOutput {
        output,
        mean: moments.iter().map(|m| m.mean).collect(),
        unbiased_variance: moments.iter().map(|m| m.variance * unbias).collect(),
    })
}

/// `(x − mean)/√(var + eps)·weight + bias` with given statistics, usually running statistics. They get no gradient.
///
/// `x` has shape (images, channels, …), all others (channels).
///
/// # Errors
/// Returns an error if the shapes do not fit.
pub fn batch_norm_evaluation(
    x: &Tensor,
    [weight, bias]: [&Tensor; 2],
    [mean, variance]: [&Tensor; 2],
    eps: f64,
) -> Result<Tensor> {
    let channels = channels_of(x, [weight, bias])?;
    channels_of(x, [mean, variance])?;
    let moments: Vec<Moment> = numbers(mean)?
        .into_iter()
        .zip(numbers(variance)?)
        .map(|(mean, variance)| Moment { mean, variance })
        .collect();
    let op = BatchNorm {
        channels,
        positions: x.dims()[2..].iter().product(),
        eps,
        moments: Arc::new(OnceLock::from(moments)),
        fixed: true,
    };
    apply(op, &[x, weight, bias], x.shape())
}

fn numbers(t: &Tensor) -> Result<Vec<f64>> {
    let t = t.detach().flatten_all()?.to_device(&Device::Cpu)?;
    t.to_dtype(DType::F64)?.to_vec1()
}

fn channels_of(x: &Tensor, others: [&Tensor; 2]) -> Result<usize> {
    let channels = if x.rank() < 2 { 0 } else { x.dims()[1] };
    if channels == 0 || x.elem_count() == 0 || others.iter().any(|t| t.elem_count() != channels) {
        let shapes = others.map(|t| t.dims().to_vec());
        bail!(
            "batch norm of a tensor {:?} needs parameters with one element for each channel, got {shapes:?}",
            x.dims()
        );
    }
    Ok(channels)
}

/// Mean and variance of a channel.
#[derive(Debug, Clone, Copy)]
struct Moment {
    mean: f64,
    variance: f64,
}

struct BatchNorm {
    channels: usize,
    positions: usize,
    eps: f64,
    /// Statistics of the channels: given if `fixed`, otherwise computed in the forward pass.
    moments: Arc<OnceLock<Vec<Moment>>>,
    fixed: bool,
}

impl BatchNorm {
    fn moments<T: Element>(&self, x: &[T], positions: usize) -> &[Moment] {
        self.moments.get_or_init(|| {
            let planes = spreads(x, positions);
            let moment = |channel: usize| {
                let images = planes.iter().skip(channel).step_by(self.channels);
                let all = images.copied().fold(Spread::default(), Spread::merge);
                Moment {
                    mean: all.mean,
                    variance: all.squares / all.count,
                }
            };
            (0..self.channels).map(moment).collect()
        })
    }

    fn root(&self, moment: Moment) -> f64 {
        1.0 / (moment.variance + self.eps).sqrt()
    }

    /// `Σ dy·(x − mean)` and `Σ dy` of each channel.
    fn channel_sums<T: Element>(
        &self,
        x: &[T],
        dy: &[T],
        positions: usize,
        moments: &[Moment],
    ) -> Vec<[f64; 2]> {
        let means: Vec<f64> = moments.iter().map(|moment| moment.mean).collect();
        let planes = sums(x, dy, positions, &means);
        let total = |channel: usize| {
            let images = planes.iter().skip(channel).step_by(self.channels);
            images.fold([0.0, 0.0], |total, plane| {
                [total[0] + plane[0], total[1] + plane[1]]
            })
        };
        (0..self.channels).map(total).collect()
    }

    /// With r = 1/√(var + eps) and batch statistics, dx = w·r·(dy − mean(dy) − (x − mean)·r²·mean(dy·(x − mean)));
    /// with fixed ones, dx = w·r·dy.
    fn pull(&self, weight: f64, moment: Moment, [dot, sum]: [f64; 2], count: f64) -> Pull {
        let root = self.root(moment);
        let scale = weight * root;
        let (slope, shift) = if self.fixed {
            (0.0, 0.0)
        } else {
            (-scale * root * root * dot / count, -scale * sum / count)
        };
        Pull {
            mean: moment.mean,
            scale,
            slope,
            shift,
        }
    }
}

impl Operation for BatchNorm {
    const NAME: &'static str = "batch norm";

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    /// `inputs`: input, weights, bias.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        let moments = self.moments(inputs[0], self.positions).iter();
        let lines: Vec<Line> = moments
            .zip(inputs[1].iter().zip(inputs[2]))
            .map(|(moment, (weight, bias))| Line {
                mean: moment.mean,
                scale: weight.to_f64() * self.root(*moment),
                shift: bias.to_f64(),
            })
            .collect();
        normalize(inputs[0], self.positions, &lines)
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let (x, dy) = (pass.inputs[0], pass.gradient);
        let moments = self.moments(x, self.positions);
        let sums = self.channel_sums(x, dy, self.positions, moments);
        let dx = || {
            let count = (x.len() / self.channels) as f64;
            let pulls: Vec<Pull> = pass.inputs[1]
                .iter()
                .zip(moments.iter().zip(&sums))
                .map(|(weight, (moment, sums))| self.pull(weight.to_f64(), *moment, *sums, count))
                .collect();
            input_gradient(x, dy, self.positions, &pulls)
        };
        let pairs = || moments.iter().zip(&sums);
        let dw = || pairs().map(|(moment, [dot, _])| T::from_f64(dot * self.root(*moment)));
        let db = || sums.iter().map(|[_, sum]| T::from_f64(*sum));
        vec![
            pass.wanted(0, dx),
            pass.wanted(1, || dw().collect()),
            pass.wanted(2, || db().collect()),
        ]
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let x = inputs[0].reshape(((), self.channels, self.positions))?;
        let column = |t: &Tensor| t.reshape((1, self.channels, 1));
        let [mean, variance] = match self.moments.get() {
            Some(moments) => {
                let numbers = |number: fn(&Moment) -> f64| {
                    let numbers: Vec<f64> = moments.iter().map(number).collect();
                    let numbers = Tensor::from_vec(numbers, self.channels, &Device::Cpu)?;
                    column(&numbers.to_dtype(x.dtype())?.to_device(x.device())?)
                };
                [numbers(|m| m.mean)?, numbers(|m| m.variance)?]
            }
            None => {
                let mean = x.mean_keepdim((0, 2))?;
                let variance = x.broadcast_sub(&mean)?.sqr()?.mean_keepdim((0, 2))?;
                let pairs = numbers(&mean)?.into_iter().zip(numbers(&variance)?);
                let found = pairs.map(|(mean, variance)| Moment { mean, variance });
                self.moments.get_or_init(|| found.collect());
                [mean, variance]
            }
        };
        let normalized = x
            .broadcast_sub(&mean)?
            .broadcast_div(&(variance + self.eps)?.sqrt()?)?;
        normalized
            .broadcast_mul(&column(&inputs[1])?)?
            .broadcast_add(&column(&inputs[2])?)
    }
}
