//! The operation behind 2-D and 3-D convolutions.

use candle_core::{Device, Result, Tensor, bail};

use super::apply::apply;
use super::composed::has_kernels;
use super::operation::{Needs, Operation, Pass, forward};
use super::relu::composed_relu;
use crate::Element;
use rsom_kernels::correlate::{Finish, correlate};
use rsom_kernels::correlate_data::correlate_data;
use rsom_kernels::correlate_weights::correlate_weights;
use rsom_kernels::geometry::Geometry;
use rsom_kernels::planes::Source;
use rsom_kernels::winograd::Filters;

/// A convolution of a tensor (images, channels, …), optionally followed by ReLU.
#[derive(Debug, Clone)]
pub(super) struct Convolution {
    pub(super) geometry: Geometry,
    /// Input and output channels.
    pub(super) channels: [usize; 2],
    pub(super) relu: bool,
    /// Number of input channels that come from a second tensor. If it is not 0, there is no backward pass.
    pub(super) joined: usize,
    /// `[scale, shift]` of each output channel, for batch norm with given statistics. If present, there is no backward pass.
    pub(super) affine: Option<Vec<[f64; 2]>>,
    /// Shape of the result.
    pub(super) shape: Vec<usize>,
}

impl Convolution {
    pub(super) fn apply(
        self,
        x: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        let shape = self.shape.clone();
        match bias {
            Some(bias) if bias.elem_count() != self.channels[1] => {
                bail!(
                    "the bias has shape {:?}, but the convolution has {} output channels",
                    bias.dims(),
                    self.channels[1]
                )
            }
            Some(bias) => apply(self, &[x, weight, bias], shape),
            None => apply(self, &[x, weight], shape),
        }
    }

    /// Convolves the channels of `x` followed by those of `second`; nothing is recorded on a tape.
    pub(super) fn apply_joined(
        self,
        [x, second]: [&Tensor; 2],
        [weight, bias]: [&Tensor; 2],
    ) -> Result<Tensor> {
        let inputs = [x, weight, bias, second].map(|tensor| tensor.detach().contiguous());
        let [x, weight, bias, second] = inputs;
        let (inputs, shape) = ([x?, weight?, bias?, second?], self.shape.as_slice());
        if has_kernels(inputs.iter()) {
            return forward(&self, &inputs, &shape.into());
        }
        let [x, weight, bias, second] = inputs;
        let x = Tensor::cat(&[x, second], 1)?;
        self.composed(&[x, weight, bias])?.reshape(shape)
    }

    fn input<'a, T: Element>(&self, x: &'a [T], second: Option<&'a [T]>) -> Source<'a, T> {
        Source {
            data: x,
            joined: second.map(|second| (second, self.joined)),
            positive: None,
            channels: self.channels[0],
            positions: self.geometry.input_len(),
        }
    }
}

impl Operation for Convolution {
    const NAME: &'static str = "convolution";

    fn needs(&self) -> Needs {
        Needs {
            inputs: true,
            result: self.relu,
        }
    }

    /// `inputs`: input, weights, optional bias, optional second input tensor.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        let affine = self.affine.as_ref().map(|lines| {
            let line = |[scale, shift]: &[f64; 2]| [*scale, *shift].map(T::from_f64);
            lines.iter().map(line).collect::<Vec<_>>()
        });
        let finish = Finish {
            bias: inputs.get(2).copied(),
            relu: self.relu,
            affine: affine.as_deref(),
        };
        let filters = Filters {
            weights: inputs[1],
            rows: self.channels[1],
            columns: self.channels[0],
            kernel: self.geometry.kernel,
            flipped: false,
        };
        correlate(
            self.input(inputs[0], inputs.get(3).copied()),
            &filters,
            &self.geometry,
            finish,
        )
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let dy = Source {
            data: pass.gradient,
            joined: None,
            positive: self.relu.then_some(pass.result),
            channels: self.channels[1],
            positions: self.geometry.output_len(),
        };
        let mut gradients = vec![pass.wanted(0, || {
            correlate_data(dy, pass.inputs[1], self.channels[0], &self.geometry)
        })];
        gradients.resize(pass.inputs.len(), None);
        if pass.wanted[1..].contains(&true) {
            let found = correlate_weights(self.input(pass.inputs[0], None), dy, &self.geometry);
            let parts = [found.weights, found.bias].into_iter().enumerate();
            for (part, values) in parts.take(pass.inputs.len() - 1) {
                gradients[part + 1] = pass.wanted(part + 1, || values);
            }
        }
        gradients
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let channels = self.channels[1];
        let mut y = self.composed_sums(&inputs[0], &inputs[1])?;
        if let Some(bias) = inputs.get(2) {
            y = y.broadcast_add(&bias.reshape((1, channels, 1))?)?;
        }
        if self.relu {
            y = composed_relu(&y)?;
        }
        if let Some(lines) = &self.affine {
            let column = |index: usize| {
                let values: Vec<f64> = lines.iter().map(|line| line[index]).collect();
                let column = Tensor::from_vec(values, (1, channels, 1), &Device::Cpu)?;
                column.to_dtype(y.dtype())?.to_device(y.device())
            };
            y = y.broadcast_mul(&column(0)?)?.broadcast_add(&column(1)?)?;
        }
        Ok(y)
    }
}

impl Convolution {
    /// A 3-D convolution as a sum of 2-D convolutions, one for each slice of the kernel, of shape (images, channels,
    /// positions).
    fn composed_sums(&self, x: &Tensor, weight: &Tensor) -> Result<Tensor> {
        let Geometry {
            kernel: [deep, kh, kw],
            stride: [step, stride, _],
            output: [slices, h, w],
            ..
        } = self.geometry;
        let [c, o] = self.channels;
        let x = self.composed_padding(x)?;
        let (images, _, _, rows, columns) = x.dims5()?;
        let weight = weight.reshape((o, c, deep, kh, kw))?;
        let mut sum: Option<Tensor> = None;
        for tap in 0..deep {
            let at: Vec<u32> = (0..slices).map(|s| (s * step + tap) as u32).collect();
            let part = x
                .index_select(&Tensor::new(at, x.device())?, 2)?
                .transpose(1, 2)?
                .reshape((images * slices, c, rows, columns))?;
            let kernel = weight.narrow(2, tap, 1)?.squeeze(2)?.contiguous()?;
            let part = part.conv2d(&kernel, 0, stride, 1, 1)?;
            sum = Some(match sum {
                Some(sum) => (sum + part)?,
                None => part,
            });
        }
        let Some(sum) = sum else {
            bail!("{}: the kernel is empty", Self::NAME);
        };
        sum.reshape((images, slices, o, h * w))?
            .transpose(1, 2)?
            .reshape((images, o, slices * h * w))
    }

    /// The input as (images, channels, depth, height, width), padded with the zeros that the kernel reaches.
    fn composed_padding(&self, x: &Tensor) -> Result<Tensor> {
        let Geometry {
            input: [depth, height, width],
            kernel,
            stride,
            front,
            output,
            ..
        } = self.geometry;
        let mut x = x.reshape(((), self.channels[0], depth, height, width))?;
        for a in 0..3 {
            let needed = (output[a] - 1) * stride[a] + kernel[a];
            let front = front[a].unsigned_abs();
            let back = needed.saturating_sub(front + x.dim(a + 2)?);
            x = x
                .pad_with_zeros(a + 2, front, back)?
                .narrow(a + 2, 0, needed)?;
        }
        x.contiguous()
    }
}
