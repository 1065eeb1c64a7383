//! Transposed 2-D convolution with weight and bias.

use candle_core::{Result, Tensor, Var};

use crate::ops::conv_transpose2d;
use crate::{Builder, Init, Mode, NnError};

/// A transposed convolution with stride = kernel size n; parameters `weight` (in, out, n, n) and `bias` (out).
#[derive(Debug, Clone)]
pub struct ConvTranspose2d {
    weight: Var,
    bias: Var,
}

impl ConvTranspose2d {
    /// Creates a transposed convolution from `inputs` to `outputs` channels that enlarges images by the factor `kernel`
    /// along both axes. Initialization as in PyTorch, where the fan-in is output channels × kernel elements.
    ///
    /// # Errors
    /// Returns an error if the names are in use.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        kernel: usize,
    ) -> std::result::Result<Self, NnError> {
        let init = Init::Uniform {
            fan_in: outputs * kernel * kernel,
        };
        Ok(Self {
            weight: builder.trainable("weight", (inputs, outputs, kernel, kernel), init)?,
            bias: builder.trainable("bias", outputs, init)?,
        })
    }

    /// Enlarges a tensor (images, in, height, width) to (images, out, kernel · height, kernel · width).
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        conv_transpose2d(
            x,
            &mode.parameter(&self.weight),
            &mode.parameter(&self.bias),
        )
    }
}
