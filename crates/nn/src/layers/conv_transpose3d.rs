//! Transposed 3-D convolution with weight and bias.

use candle_core::{Result, Tensor, Var};

use crate::ops::conv_transpose3d;
use crate::{Builder, Init, Mode, NnError};

/// A transposed convolution with stride = kernel size n; parameters `weight` (in, out, n, n, n) and `bias` (out).
#[derive(Debug, Clone)]
pub struct ConvTranspose3d {
    weight: Var,
    bias: Var,
}

impl ConvTranspose3d {
    /// Creates a transposed convolution from `inputs` to `outputs` channels that enlarges volumes by the factor `kernel`
    /// along all axes. Initialization as in PyTorch, where the fan-in is output channels × kernel elements.
    ///
    /// # Errors
    /// Returns an error if the names are in use.
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

    /// Enlarges a tensor (images, in, depth, height, width) to (images, out, kernel · depth, kernel · height,
    /// kernel · width).
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        let (weight, bias) = (mode.parameter(&self.weight), mode.parameter(&self.bias));
        conv_transpose3d(x, &weight, &bias)
    }
}
