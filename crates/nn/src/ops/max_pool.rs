//! Max pooling with 2 × 2 and 2 × 2 × 2 windows.

use candle_core::{Result, Tensor, bail};

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;
use rsom_kernels::pool::{max_pool, max_pool_gradient};

/// Maxima of the 2 × 2 windows of a tensor (images, channels, height, width), stride 2; drops an odd last row or column.
///
/// As in PyTorch, the gradient of a window goes to its first maximum in row-major order, and NaN counts as the maximum.
/// (The gradient of stock candle is wrong: a quarter for a unique maximum, the whole gradient for each of four equal
/// maxima.)
///
/// # Errors
/// Returns an error if the images are smaller than 2 × 2, or if the tensor is empty.
pub fn max_pool2d(x: &Tensor) -> Result<Tensor> {
    let (images, channels, height, width) = x.dims4()?;
    if height < 2 || width < 2 || images * channels == 0 {
        bail!(
            "max pooling needs images of at least 2 × 2 pixels, got shape {:?}",
            x.dims()
        );
    }
    let shape = (images, channels, height / 2, width / 2);
    apply(MaxPool([1, height, width]), &[x], shape)
}

/// Maxima of the 2 × 2 × 2 windows of a tensor (images, channels, depth, height, width), stride 2; otherwise as
/// [`max_pool2d`].
///
/// # Errors
/// Returns an error if the volumes are smaller than 2 × 2 × 2, or if the tensor is empty.
pub fn max_pool3d(x: &Tensor) -> Result<Tensor> {
    let (images, channels, depth, height, width) = x.dims5()?;
    if [depth, height, width].iter().any(|n| *n < 2) || images * channels == 0 {
        bail!(
            "max pooling needs volumes of at least 2 × 2 × 2 voxels, got shape {:?}",
            x.dims()
        );
    }
    let shape = (images, channels, depth / 2, height / 2, width / 2);
    apply(MaxPool([depth, height, width]), &[x], shape)
}

/// Max pooling of volumes of this depth, height and width. With depth 1, windows are 2-D.
struct MaxPool([usize; 3]);

impl Operation for MaxPool {
    const NAME: &'static str = "max pool";

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        max_pool(inputs[0], self.0)
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        vec![pass.wanted(0, || {
            max_pool_gradient(pass.inputs[0], pass.gradient, self.0)
        })]
    }

    /// Gathers the maximum of each window by its index, so that only this element gets the gradient.
    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let [depth, height, width] = self.0;
        let planes = inputs[0].elem_count() / (depth * height * width);
        let deep = if depth == 1 { 1 } else { 2 };
        let [d, h, w] = [depth / deep, height / 2, width / 2];
        let windows = inputs[0]
            .reshape((planes, depth, height, width))?
            .narrow(1, 0, d * deep)?
            .narrow(2, 0, h * 2)?
            .narrow(3, 0, w * 2)?
            .reshape(vec![planes, d, deep, h, 2, w, 2])?
            .permute(vec![0, 1, 3, 5, 2, 4, 6])?
            .reshape(((), deep * 4))?;
        let maxima = windows.detach().argmax_keepdim(1)?;
        windows.gather(&maxima, 1)
    }
}
