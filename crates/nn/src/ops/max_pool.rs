//! Maximum over 2 × 2 and 2 × 2 × 2 windows.

use candle_core::{Result, Tensor, bail};

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;
use rsom_kernels::pool::{max_pool, max_pool_gradient};

/// Maxima of the 2 × 2 windows of (images, channels, height, width), stride 2; an odd last row or column is left out.
///
/// As in PyTorch, the whole gradient of a window goes to its first maximum in reading order, and NaN wins. (Stock candle
/// spreads it wrongly: a quarter for a unique maximum, all of it to each of four equal ones.)
///
/// # Errors
/// An image smaller than 2 × 2, or an empty tensor.
pub fn max_pool2d(x: &Tensor) -> Result<Tensor> {
    let (images, channels, height, width) = x.dims4()?;
    if height < 2 || width < 2 || images * channels == 0 {
        bail!("no 2 × 2 windows in {:?}", x.dims());
    }
    let shape = (images, channels, height / 2, width / 2);
    apply(MaxPool([1, height, width]), &[x], shape)
}

/// Maxima of the 2 × 2 × 2 windows of (images, channels, depth, height, width), stride 2; otherwise as [`max_pool2d`].
///
/// # Errors
/// A volume smaller than 2 × 2 × 2, or an empty tensor.
pub fn max_pool3d(x: &Tensor) -> Result<Tensor> {
    let (images, channels, depth, height, width) = x.dims5()?;
    if [depth, height, width].iter().any(|n| *n < 2) || images * channels == 0 {
        bail!("no 2 × 2 × 2 windows in {:?}", x.dims());
    }
    let shape = (images, channels, depth / 2, height / 2, width / 2);
    apply(MaxPool([depth, height, width]), &[x], shape)
}

/// Of volumes of this depth, height and width; windows have one slice where the depth is 1.
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

    /// The element of each window at the place of its maximum, so that the gradient goes there alone.
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
