//! The custom op behind convolutions of two and three dimensions.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail};

use super::relu::masked;
use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use crate::kernels::correlate::{Finish, correlate};
use crate::kernels::correlate_data::correlate_data;
use crate::kernels::correlate_weights::{bias_gradient, correlate_weights};
use crate::kernels::geometry::Geometry;

/// A convolution of tensors (image, channel, position…) with `channels` = (in, out), followed by ReLU if wished.
#[derive(Debug, Clone)]
pub(super) struct Convolution {
    pub(super) geometry: Geometry,
    pub(super) channels: [usize; 2],
    pub(super) relu: bool,
    /// Shape of the result.
    pub(super) shape: Vec<usize>,
}

/// Gradients of input, weights and bias.
type Gradients = (Option<Tensor>, Option<Tensor>, Option<Tensor>);

impl Convolution {
    pub(super) fn apply(
        self,
        x: &Tensor,
        weight: &Tensor,
        bias: Option<&Tensor>,
    ) -> Result<Tensor> {
        let (x, weight) = (x.contiguous()?, weight.contiguous()?);
        match bias {
            Some(bias) if bias.elem_count() != self.channels[1] => {
                bail!(
                    "the bias has shape {:?} for {} channels",
                    bias.dims(),
                    self.channels[1]
                )
            }
            Some(bias) => x.apply_op3(&weight, &bias.contiguous()?, self),
            None => x.apply_op2(&weight, self),
        }
    }

    fn forward<T: Element>(
        &self,
        x: &[T],
        weight: &[T],
        bias: Option<&[T]>,
    ) -> (CpuStorage, Shape) {
        let finish = Finish {
            bias,
            relu: self.relu,
        };
        let y = correlate(x, weight, self.channels, &self.geometry, finish);
        storage(y, self.shape.as_slice())
    }

    fn backward<T: Element>(
        &self,
        [x, weight]: [&Tensor; 2],
        bias: Option<&Tensor>,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<Gradients> {
        let gradient = gradient.contiguous()?;
        let gradient = Host::of(&gradient);
        let mut dy: &[T] = gradient.elements()?;
        let rectified: Vec<T>;
        if self.relu {
            let result = Host::of(result);
            rectified = masked(dy, result.elements()?);
            dy = &rectified;
        }
        let dx = if x.track_op() {
            let weight = Host::of(weight);
            let dx = correlate_data(dy, weight.elements()?, self.channels, &self.geometry);
            Some(tensor(dx, x.shape())?)
        } else {
            None
        };
        let dw = if weight.track_op() {
            let host = Host::of(x);
            let dw = correlate_weights(host.elements::<T>()?, dy, self.channels, &self.geometry);
            Some(tensor(dw, weight.shape())?)
        } else {
            None
        };
        let db = match bias {
            Some(bias) if bias.track_op() => {
                let db = bias_gradient(dy, self.channels[1], self.geometry.output_len());
                Some(tensor(db, bias.shape())?)
            }
            _ => None,
        };
        Ok((dx, dw, db))
    }
}

impl CustomOp2 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        with_element!(x.dtype(), T => {
            let weight = elements::<T>(weight, weight_layout)?;
            Ok(self.forward(elements::<T>(x, x_layout)?, weight, None))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        with_element!(x.dtype(), T => {
            let (dx, dw, _) = self.backward::<T>([x, weight], None, result, gradient)?;
            Ok((dx, dw))
        })
    }
}

impl CustomOp3 for Convolution {
    fn name(&self) -> &'static str {
        "convolution"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        with_element!(x.dtype(), T => {
            let weight = elements::<T>(weight, weight_layout)?;
            let bias = elements::<T>(bias, bias_layout)?;
            Ok(self.forward(elements::<T>(x, x_layout)?, weight, Some(bias)))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<Gradients> {
        with_element!(x.dtype(), T => {
            self.backward::<T>([x, weight], Some(bias), result, gradient)
        })
    }
}
