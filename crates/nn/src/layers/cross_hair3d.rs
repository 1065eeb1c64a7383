//! 3-D convolution by three crossed 2-D kernels.

use candle_core::{Result, Tensor, Var};

use super::Conv3d;
use crate::ops::{Conv3dConfig, ConvolutionMethod, conv3d, cross_hair_kernel};
use crate::{Builder, Init, Mode, NnError};

/// The cross-hair filter of DeepVesselNet (Tetteh et al. 2020, section 2.1): the sum of three 2-D convolutions in
/// orthogonal planes, with one bias; 3·k² weights for each pair of channels in place of k³.
///
/// Parameters `zy.weight` (out, in, k, k, 1), `zx.weight` (out, in, k, 1, k), `yx.weight` (out, in, 1, k, k) and `bias`
/// (out), the axes being (out, in, z, y, x).
#[derive(Debug, Clone)]
pub struct CrossHair3d {
    planes: [Var; 3],
    bias: Var,
    config: Conv3dConfig,
}

impl CrossHair3d {
    /// A filter from `inputs` to `outputs` channels with windows of `extent` voxels, PyTorch's initialization for sums of
    /// this many products.
    ///
    /// # Errors
    /// The names are taken.
    pub fn new(
        builder: &mut Builder,
        [inputs, outputs]: [usize; 2],
        extent: usize,
        config: Conv3dConfig,
    ) -> std::result::Result<Self, NnError> {
        let k = extent;
        let init = Init::Uniform {
            fan_in: 3 * inputs * k * k,
        };
        let mut plane = |name: &str, [d, h, w]: [usize; 3]| {
            let shape = (outputs, inputs, d, h, w);
            builder.at(name).trainable("weight", shape, init)
        };
        Ok(Self {
            planes: [
                plane("zy", [k, k, 1])?,
                plane("zx", [k, 1, k])?,
                plane("yx", [1, k, k])?,
            ],
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
        let [zy, zx, yx] = [0, 1, 2].map(|plane| mode.parameter(&self.planes[plane]));
        let kernel = cross_hair_kernel(&zy, &zx, &yx)?;
        conv3d(x, &kernel, Some(&mode.parameter(&self.bias)), &self.config)
    }

    /// The convolution by a cubic kernel that gives the same, apart from this one's parameters.
    ///
    /// # Errors
    /// None that a filter of this crate can cause.
    pub fn dense(&self) -> Result<Conv3d> {
        let [zy, zx, yx] = [0, 1, 2].map(|plane| self.planes[plane].as_detached_tensor());
        let kernel = cross_hair_kernel(&zy, &zx, &yx)?;
        Conv3d::of(&kernel, &self.bias.as_detached_tensor(), self.config)
    }
}
