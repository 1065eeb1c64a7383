//! Transposed 3-D convolution with weight and bias.

use candle_core::{Result, Tensor, Var};

use crate::ops::conv_transpose3d;
use crate::{Builder, Init, Mode, NnError};

/// A transposed convolution whose stride is its kernel; parameters `weight` (in, out, n, n, n) and `bias` (out).
#[derive(Debug, Clone)]
pub struct ConvTranspose3d {
    weight: Var,
    bias: Var,
}

impl ConvTranspose3d {
    /// From `inputs` to `outputs` channels, `kernel` times larger along all axes, PyTorch's initialization (whose fan-in
    /// counts output channels here).
    ///
    /// # Errors
    /// The names are taken.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
    ) -> std::result::Result<Self, NnError> {
        let init = Init::Uniform {
            fan_in: outputs * kernel.pow(3),
        };
        let shape = (inputs, outputs, kernel, kernel, kernel);
        Ok(Self {
            weight: builder.trainable("weight", shape, init)?,
            bias: builder.trainable("bias", outputs, init)?,
        })
    }

    /// (images, in, depth, height, width) to (images, out, kernel · depth, kernel · height, kernel · width).
    ///
    /// # Errors
    /// A shape that does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        conv_transpose3d(x, &weight, &bias)
    }
}
