//! 2-D convolution.

use candle_core::{Result, Tensor, bail};

use super::ConvolutionMethod;
use super::convolution::Convolution;
use rsom_kernels::geometry::Geometry;

/// Padding, stride and activation of a 2-D convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conv2dConfig {
    /// Zeros on each of the four sides, in pixels.
    pub padding: usize,
    /// Step between output positions along both axes.
    pub stride: usize,
    /// Apply ReLU to the result, in the same pass over memory.
    pub relu: bool,
    /// Method on a CPU.
    pub method: ConvolutionMethod,
}

impl Conv2dConfig {
    /// Padding k / 2, stride 1, no ReLU: for an odd kernel size k, the result has the size of the input.
    #[must_use]
    pub fn same(kernel: usize) -> Self {
        Self {
            padding: kernel / 2,
            stride: 1,
            relu: false,
            method: ConvolutionMethod::Fastest,
        }
    }

    /// No padding, stride 1, no ReLU.
    #[must_use]
    pub fn valid() -> Self {
        Self::same(1)
    }

    /// The same with ReLU.
    #[must_use]
    pub fn with_relu(self) -> Self {
        Self { relu: true, ..self }
    }
}

/// `y[n, o, i, j] = bias[o] + Σ w[o, c, a, b] · x[n, c, s·i + a − p, s·j + b − p]`, then ReLU if configured. The gradient of
/// ReLU at 0 is 0, as in PyTorch.
///
/// `x` has shape (images, in, height, width), `weight` (out, in, kernel height, kernel width), `bias` (out).
///
/// # Errors
/// Returns an error if the channels do not fit, if a tensor is empty, or if the kernel is larger than the padded input.
pub fn conv2d(
    x: &Tensor,
    weight: &Tensor,
    bias: Option<&Tensor>,
    config: &Conv2dConfig,
) -> Result<Tensor> {
    convolution(x.dims4()?, weight, config)?.apply(x, weight, bias)
}

/// [`conv2d`] followed by `y·scale + shift` for each channel (batch norm with running statistics), in one pass over memory.
///
/// `lines` holds `[scale, shift]` of each output channel. With a second tensor, the input is the channels of `x` followed by
/// those of `second`, read in place without concatenation. The result has no gradient and is never recorded on a tape.
///
/// # Errors
/// Returns the errors of [`conv2d`], and an error if the number of lines differs from the number of output channels, or if
/// the second tensor has another size.
pub(crate) fn conv2d_normalized(
    x: &Tensor,
    second: Option<&Tensor>,
    [weight, bias]: [&Tensor; 2],
    config: &Conv2dConfig,
    lines: Vec<[f64; 2]>,
) -> Result<Tensor> {
    if lines.len() != weight.dim(0)? || bias.elem_count() != lines.len() {
        bail!(
            "the convolution has {} output channels, but there are {} lines and {} biases",
            weight.dim(0)?,
            lines.len(),
            bias.elem_count()
        );
    }
    let (images, channels, height, width) = x.dims4()?;
    let Some(second) = second else {
        let mut op = convolution(x.dims4()?, weight, config)?;
        op.affine = Some(lines);
        return op.apply(&x.detach(), &weight.detach(), Some(&bias.detach()));
    };
    let further = second.dim(1)?;
    if second.dims4()? != (images, further, height, width) {
        let (left, right) = (x.dims(), second.dims());
        bail!("cannot join the channels of {left:?} and {right:?}: all other axes must be equal");
    }
    let mut op = convolution((images, channels + further, height, width), weight, config)?;
    (op.affine, op.joined) = (Some(lines), further);
    op.apply_joined([x, second], [weight, bias])
}

fn convolution(
    (images, inputs, height, width): (usize, usize, usize, usize),
    weight: &Tensor,
    config: &Conv2dConfig,
) -> Result<Convolution> {
    let (outputs, expected, kh, kw) = weight.dims4()?;
    let stride = [1, config.stride, config.stride];
    let padding = [0, config.padding, config.padding];
    let geometry = Geometry::new([1, height, width], [1, kh, kw], stride, padding);
    let Some(geometry) = geometry.filter(|_| inputs == expected && images * inputs * outputs > 0)
    else {
        bail!(
            "cannot convolve an input of shape {:?} with weights of shape {:?} ({config:?})",
            [images, inputs, height, width],
            weight.dims()
        );
    };
    let [_, h, w] = geometry.output;
    Ok(Convolution {
        geometry: Geometry {
            method: config.method.into(),
            ..geometry
        },
        channels: [inputs, outputs],
        relu: config.relu,
        joined: 0,
        affine: None,
        shape: vec![images, outputs, h, w],
    })
}
