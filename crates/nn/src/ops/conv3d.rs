//! 3-D convolution.

use candle_core::{Result, Tensor, bail};

use super::convolution::Convolution;
use crate::kernels::geometry::Geometry;

/// Padding and activation of a 3-D convolution of stride 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conv3dConfig {
    /// Zeros on both sides along (depth, height, width).
    pub padding: [usize; 3],
    /// Whether ReLU follows, in the same pass over memory.
    pub relu: bool,
}

/// `y[n, o, i] = bias[o] + Σ w[o, c, k] · x[n, c, i + k − p]` over three axes, then ReLU if configured
/// (with gradient 0 where the result is 0, as PyTorch).
///
/// `x` is (images, in, depth, height, width), `weight` (out, in, and the three kernel extents, which may differ: a
/// cross-hair filter has one of 1), `bias` (out).
///
/// # Errors
/// Channels that do not fit, an empty tensor, a kernel larger than the padded input.
pub fn conv3d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    config: &Conv3dConfig,
) -> Result<Tensor> {
    let (images, inputs, depth, height, width) = x.dims5()?;
    let (outputs, expected, kd, kh, kw) = weight.dims5()?;
    let geometry = Geometry::new([depth, height, width], [kd, kh, kw], [1; 3], config.padding);
    let Some(geometry) = geometry.filter(|_| inputs == expected && images * inputs * outputs > 0)
    else {
        bail!(
            "no convolution of {:?} by {:?} with {config:?}",
            x.dims(),
            weight.dims()
        );
    };
    let [d, h, w] = geometry.output;
    let op = Convolution {
        geometry,
        channels: [inputs, outputs],
        relu: config.relu,
        affine: None,
        shape: vec![images, outputs, d, h, w],
    };
    op.apply(x, weight, bias)
}
