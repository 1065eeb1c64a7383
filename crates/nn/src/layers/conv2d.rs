//! 2-D convolution with weight and bias.

use candle_core::{Result, Tensor, Var};

use crate::layers::BatchNorm2d;
use crate::ops::{Conv2dConfig, ConvolutionMethod, conv2d, conv2d_normalized};
use crate::{Builder, Init, Mode, NnError};

/// A 2-D convolution; parameters `weight` (out, in, k, k) and `bias` (out).
#[derive(Debug, Clone)]
pub struct Conv2d {
    weight: Var,
    bias: Var,
    config: Conv2dConfig,
}

impl Conv2d {
    /// A convolution from `inputs` to `outputs` channels with a `kernel × kernel` window, PyTorch's initialization.
    ///
    /// # Errors
    /// The names are taken.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
        config: Conv2dConfig,
    ) -> std::result::Result<Self, NnError> {
        let init = Init::Uniform {
            fan_in: inputs * kernel * kernel,
        };
        Ok(Self {
            weight: builder.trainable("weight", (outputs, inputs, kernel, kernel), init)?,
            bias: builder.trainable("bias", outputs, init)?,
            config,
        })
    }

    /// Sets how it is computed.
    pub fn set_method(&mut self, method: ConvolutionMethod) {
        self.config.method = method;
    }

    /// (images, in, height, width) to (images, out, height', width').
    ///
    /// # Errors
    /// A shape that does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        conv2d(x, &weight, Some(&bias), &self.config)
    }

    /// The convolution followed by a batch norm. In evaluation, and with nothing on a tape, both are one pass over memory.
    ///
    /// # Errors
    /// A shape that does not fit; in training, one value a channel.
    pub fn forward_normalized(
        &self,
        x: &Tensor,
        norm: &BatchNorm2d,
        mode: &Mode,
    ) -> Result<Tensor> {
        if mode.is_training() || x.track_op() {
            return norm.forward(&self.forward(x, mode)?, mode);
        }
        let parameters = [mode.parameter(&self.weight), mode.parameter(&self.bias)];
        let [weight, bias] = &parameters;
        conv2d_normalized(x, None, [weight, bias], &self.config, norm.lines()?)
    }

    /// The same of the channels of two tensors, in evaluation: they are not copied together.
    ///
    /// # Errors
    /// A shape that does not fit.
    pub fn evaluate_joined(&self, [x, second]: [&Tensor; 2], norm: &BatchNorm2d) -> Result<Tensor> {
        let [weight, bias] = [&self.weight, &self.bias].map(|v| Mode::Evaluation.parameter(v));
        let lines = norm.lines()?;
        conv2d_normalized(x, Some(second), [&weight, &bias], &self.config, lines)
    }
}
