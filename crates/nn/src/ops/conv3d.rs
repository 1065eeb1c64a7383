//! 3-D convolution.

use candle_core::{Result, Tensor, bail};

use super::ConvolutionMethod;
use super::convolution::Convolution;
use rsom_kernels::geometry::Geometry;

/// Padding, stride and activation of a 3-D convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv3dConfig {
    /// Zeros on both sides along (depth, height, width), in voxels.
    pub padding: [usize; 3],
    /// Step between output positions along all three axes.
    pub stride: usize,
    /// Apply ReLU to the result, in the same pass over memory.
    pub relu: bool,
    /// Method on a CPU.
    pub method: ConvolutionMethod,
}

impl Default for Conv3dConfig {
    /// No padding, stride 1, no ReLU.
    fn default() -> Self {
        Self {
            padding: [0; 3],
            stride: 1,
            relu: false,
            method: ConvolutionMethod::Fastest,
        }
    }
}

/// `y[n, o, i] = bias[o] + Σ w[o, c, k] · x[n, c, s·i + k − p]` over three axes, then ReLU if configured. The gradient of ReLU
/// at 0 is 0, as in PyTorch.
///
/// `x` has shape (images, in, depth, height, width), `weight` (out, in, kernel depth, kernel height, kernel width), `bias`
/// (out).
///
/// # Errors
/// Returns an error if the channels do not fit, if a tensor is empty, or if the kernel is larger than the padded input.
pub fn conv3d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    config: &Conv3dConfig,
) -> Result<Tensor> {
    let (images, inputs, depth, height, width) = x.dims5()?;
    let (outputs, expected, kd, kh, kw) = weight.dims5()?;
    let geometry = Geometry::new(
        [depth, height, width],
        [kd, kh, kw],
        [config.stride; 3],
        config.padding,
    );
    let Some(geometry) = geometry.filter(|_| inputs == expected && images * inputs * outputs > 0)
    else {
        bail!(
            "cannot convolve an input of shape {:?} with weights of shape {:?} ({config:?})",
            x.dims(),
            weight.dims()
        );
    };
    let [d, h, w] = geometry.output;
    let op = Convolution {
        geometry: Geometry {
            method: config.method.into(),
            ..geometry
        },
        channels: [inputs, outputs],
        relu: config.relu,
        joined: 0,
        affine: None,
        shape: vec![images, outputs, d, h, w],
    };
    op.apply(x, weight, bias)
}
