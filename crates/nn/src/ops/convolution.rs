//! The custom op behind convolutions of two and three dimensions.

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail};

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use crate::kernels::correlate::{Finish, correlate};
use crate::kernels::correlate_data::correlate_data;
use crate::kernels::correlate_weights::{WeightGradient, correlate_weights};
use crate::kernels::geometry::Geometry;
use crate::kernels::planes::Source;
use crate::kernels::winograd::Filters;

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
        let filters = Filters {
            weights: weight,
            rows: self.channels[1],
            columns: self.channels[0],
            kernel: self.geometry.kernel,
            flipped: false,
        };
        let y = correlate(self.input(x), &filters, &self.geometry, finish);
        storage(y, self.shape.as_slice())
    }

    fn input<'a, T: Element>(&self, x: &'a [T]) -> Source<'a, T> {
        Source {
            data: x,
            positive: None,
            channels: self.channels[0],
            positions: self.geometry.input_len(),
        }
    }

    fn backward<T: Element>(
        &self,
        [x, weight]: [&Tensor; 2],
        bias: Option<&Tensor>,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<Gradients> {
        let gradient = gradient.contiguous()?;
        let hosts = [x, weight, result, &gradient].map(Host::of);
        let [x_host, weight_host, result_host, gradient_host] = &hosts;
        let positive: Option<&[T]> = match self.relu {
            true => Some(result_host.elements()?),
            false => None,
        };
        let dy = Source {
            data: gradient_host.elements()?,
            positive,
            channels: self.channels[1],
            positions: self.geometry.output_len(),
        };
        let dx = if x.track_op() {
            let weight = weight_host.elements()?;
            let dx = correlate_data(dy, weight, self.channels[0], &self.geometry);
            Some(tensor(dx, x.shape())?)
        } else {
            None
        };
        let bias = bias.filter(|bias| bias.track_op());
        if !weight.track_op() && bias.is_none() {
            return Ok((dx, None, None));
        }
        let x = self.input(x_host.elements()?);
        let WeightGradient { weights, bias: db } = correlate_weights(x, dy, &self.geometry);
        let dw = weight
            .track_op()
            .then(|| tensor(weights, weight.shape()))
            .transpose()?;
        let db = bias.map(|bias| tensor(db, bias.shape())).transpose()?;
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
