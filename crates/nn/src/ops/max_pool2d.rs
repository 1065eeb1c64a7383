//! Maximum over 2 × 2 windows.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};

use crate::host::{Host, elements, storage, tensor, with_element};
use crate::kernels::pool::{max_pool, max_pool_gradient};

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
    x.contiguous()?.apply_op1(MaxPool {
        shape: [images, channels, height, width],
    })
}

struct MaxPool {
    shape: [usize; 4],
}

impl CustomOp1 for MaxPool {
    fn name(&self) -> &'static str {
        "max pool"
    }

    fn cpu_fwd(&self, x: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let [images, channels, height, width] = self.shape;
        let shape = (images, channels, height / 2, width / 2);
        with_element!(x.dtype(), T => {
            Ok(storage(max_pool::<T>(elements(x, layout)?, [height, width]), shape))
        })
    }

    fn bwd(&self, x: &Tensor, _result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let [_, _, height, width] = self.shape;
        let gradient = gradient.contiguous()?;
        with_element!(x.dtype(), T => {
            let (host, gradient) = (Host::of(x), Host::of(&gradient));
            let dy = gradient.elements()?;
            let dx = max_pool_gradient::<T>(host.elements()?, dy, [height, width]);
            Ok(Some(tensor(dx, x.shape())?))
        })
    }
}
