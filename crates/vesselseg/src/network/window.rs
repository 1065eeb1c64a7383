//! The convolution of a layer: by cubes or by crossed planes.

use candle_core::{Result, Tensor};
use rsom_nn::Mode;
use rsom_nn::layers::{Conv3d, CrossHair3d};
use rsom_nn::ops::ConvolutionMethod;

/// A convolution with its parameters.
#[derive(Debug, Clone)]
pub(crate) enum Window {
    Cubic(Conv3d),
    CrossHair(CrossHair3d),
}

impl Window {
    /// (images, in, z, y, x) to (images, out, …).
    pub(crate) fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor> {
        match self {
            Self::Cubic(conv) => conv.forward(x, mode),
            Self::CrossHair(conv) => conv.forward(x, mode),
        }
    }

    /// The same as one convolution by cubes.
    pub(crate) fn dense(&self) -> Result<Conv3d> {
        match self {
            Self::Cubic(conv) => Ok(conv.clone()),
            Self::CrossHair(conv) => conv.dense(),
        }
    }

    /// Sets how it is computed.
    pub(crate) fn set_method(&mut self, method: ConvolutionMethod) {
        match self {
            Self::Cubic(conv) => conv.set_method(method),
            Self::CrossHair(conv) => conv.set_method(method),
        }
    }
}
