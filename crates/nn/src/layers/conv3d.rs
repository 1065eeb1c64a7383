//! 3-D convolution with weight and bias.

use candle_core::{Result, Tensor, Var};

use crate::ops::{Conv3dConfig, ConvolutionMethod, conv3d};
use crate::{Builder, Init, Mode, NnError};

/// A 3-D convolution; parameters `weight` (out, in, depth, height, width) and `bias` (out).
#[derive(Debug, Clone)]
pub struct Conv3d {
    weight: Var,
    bias: Var,
    config: Conv3dConfig,
}

impl Conv3d {
    /// A convolution from `inputs` to `outputs` channels with a window of the given extents, PyTorch's initialization.
    ///
    /// # Errors
    /// The names are taken.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        kernel: [usize; 3],
        config: Conv3dConfig,
    ) -> std::result::Result<Self, NnError> {
        let [depth, height, width] = kernel;
        let init = Init::Uniform {
            fan_in: inputs * depth * height * width,
        };
        Ok(Self {
            weight: builder.trainable("weight", (outputs, inputs, depth, height, width), init)?,
            bias: builder.trainable("bias", outputs, init)?,
            config,
        })
    }

    /// Sets how it is computed.
    pub fn set_method(&mut self, method: ConvolutionMethod) {
        self.config.method = method;
    }

    /// (images, in, depth, height, width) to (images, out, …).
    ///
    /// # Errors
    /// A shape that does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        conv3d(x, &weight, Some(&bias), &self.config)
    }
}
