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
    /// Creates a convolution from `inputs` to `outputs` channels with a `kernel × kernel` window and PyTorch's
    /// initialization.
    ///
    /// # Errors
    /// Returns an error if the names are in use.
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

    /// The bias, of shape (out).
    #[must_use]
    pub fn bias(&self) -> &Var {
        &self.bias
    }

    /// Sets the method of the convolution.
    pub fn set_method(&mut self, method: ConvolutionMethod) {
        self.config.method = method;
    }

    /// Convolves a tensor (images, in, height, width) to (images, out, height', width').
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        conv2d(x, &weight, Some(&bias), &self.config)
    }

    /// Convolution followed by batch norm. In evaluation without a tape, both are computed in one pass over memory.
    ///
    /// # Errors
    /// Returns an error if the shape does not fit or, in training, if a channel has only one value.
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

    /// Convolution of the channels of `x` followed by those of `second`, and batch norm, in evaluation. The two tensors are
    /// read in place, without concatenation.
    ///
    /// # Errors
    /// Returns an error if a shape does not fit.
    pub fn evaluate_joined(&self, [x, second]: [&Tensor; 2], norm: &BatchNorm2d) -> Result<Tensor> {
        let [weight, bias] = [&self.weight, &self.bias].map(|v| Mode::Evaluation.parameter(v));
        let lines = norm.lines()?;
        conv2d_normalized(x, Some(second), [&weight, &bias], &self.config, lines)
    }
}
