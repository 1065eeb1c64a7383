//! The convolution of a layer, with a cubic or a cross-hair kernel.

use candle_core::{Result, Tensor};
use rsom_nn::Mode;
use rsom_nn::layers::{Conv3d, CrossHair3d};
use rsom_nn::ops::ConvolutionMethod;

/// A convolution with a cubic or a cross-hair kernel.
#[derive(Debug, Clone)]
pub(crate) enum Window {
    Cubic(Conv3d),
    CrossHair(CrossHair3d),
}

impl Window {
    /// Convolves a tensor (images, in, z, y, x) to (images, out, z', y', x').
    pub(crate) fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        match self {
            Self::Cubic(conv) => conv.forward(x, mode),
            Self::CrossHair(conv) => conv.forward(x, mode),
        }
    }

    /// The equivalent convolution with a cubic kernel.
    pub(crate) fn dense(&self) -> Result<Conv3d> {
        match self {
            Self::Cubic(conv) => Ok(conv.clone()),
            Self::CrossHair(conv) => conv.dense(),
        }
    }

    /// Sets the method of the convolution.
    pub(crate) fn set_method(&mut self, method: ConvolutionMethod) {
        match self {
            Self::Cubic(conv) => conv.set_method(method),
            Self::CrossHair(conv) => conv.set_method(method),
        }
    }
}
