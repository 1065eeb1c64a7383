//! Group norm over groups of channels of (image, channel, position…).

use candle_core::backend::BackendStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor, bail};

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use crate::kernels::norm::{Line, Pull, input_gradient, normalize, spreads, sums};

/// `(x − mean)/√(var + eps)·weight + bias` with mean and biased variance of each image's group of channels.
///
/// `x` is (images, channels, …), `weight` and `bias` (channels); `groups` divides the channels into equal runs. The same
/// in training and evaluation.
///
/// # Errors
/// Shapes that do not fit; channels that do not split into `groups`.
pub fn group_norm(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    groups: usize,
    eps: f64,
) -> Result<Tensor> {
    let channels = if x.rank() < 2 { 0 } else { x.dims()[1] };
    let split = groups > 0 && channels.is_multiple_of(groups);
    let affine = [weight, bias].iter().all(|t| t.elem_count() == channels);
    if channels == 0 || x.elem_count() == 0 || !split || !affine {
        bail!(
            "group norm of {:?} in {groups} groups with parameters {:?} and {:?}",
            x.dims(),
            weight.dims(),
            bias.dims()
        );
    }
    let op = GroupNorm {
        channels,
        positions: x.dims()[2..].iter().product(),
        groups,
        eps,
    };
    x.contiguous()?
        .apply_op3(&weight.contiguous()?, &bias.contiguous()?, op)
}

struct GroupNorm {
    channels: usize,
    positions: usize,
    groups: usize,
    eps: f64,
}

impl GroupNorm {
    fn members(&self) -> usize {
        self.channels / self.groups
    }

    /// Mean and 1/√(var + eps) of the group that each plane belongs to.
    fn moments<T: Element>(&self, x: &[T]) -> Vec<[f64; 2]> {
        spreads(x, self.members() * self.positions)
            .iter()
            .flat_map(|s| {
                let root = 1.0 / (s.squares / s.count + self.eps).sqrt();
                std::iter::repeat_n([s.mean, root], self.members())
            })
            .collect()
    }

    fn forward<T: Element>(&self, x: &[T], [weight, bias]: [&[T]; 2]) -> Vec<T> {
        let moments = self.moments(x);
        let lines: Vec<Line> = moments
            .iter()
            .zip(weight.iter().zip(bias).cycle())
            .map(|([mean, root], (weight, bias))| Line {
                mean: *mean,
                scale: weight.to_f64() * root,
                shift: bias.to_f64(),
            })
            .collect();
        normalize(x, self.positions, &lines)
    }

    fn gradients<T: Element>(
        &self,
        [x, weight, bias]: [&Tensor; 3],
        gradient: &Tensor,
    ) -> Result<[Option<Tensor>; 3]> {
        let gradient = gradient.contiguous()?;
        let hosts = (Host::of(x), Host::of(&gradient), Host::of(weight));
        let (data, dy): (&[T], &[T]) = (hosts.0.elements()?, hosts.1.elements()?);
        let moments = self.moments(data);
        let means: Vec<f64> = moments.iter().map(|[mean, _]| *mean).collect();
        let sums = sums(data, dy, self.positions, &means);
        let dx = if x.track_op() {
            let pulls = self.pulls(hosts.2.elements::<T>()?, &moments, &sums);
            Some(tensor(
                input_gradient(data, dy, self.positions, &pulls),
                x.shape(),
            )?)
        } else {
            None
        };
        let mut totals = vec![[0.0, 0.0]; self.channels];
        for (plane, ([_, root], [dot, sum])) in moments.iter().zip(&sums).enumerate() {
            let total = &mut totals[plane % self.channels];
            *total = [total[0] + dot * root, total[1] + sum];
        }
        let column = |index: usize, parameter: &Tensor| {
            let values: Vec<T> = totals
                .iter()
                .map(|total| T::from_f64(total[index]))
                .collect();
            parameter
                .track_op()
                .then(|| tensor(values, parameter.shape()))
                .transpose()
        };
        Ok([dx, column(0, weight)?, column(1, bias)?])
    }

    /// With r = 1/√(var + eps) and means over the group, dx = r·(w·dy − mean(w·dy) − (x − mean)·r²·mean(w·dy·(x − mean))).
    fn pulls<T: Element>(
        &self,
        weight: &[T],
        moments: &[[f64; 2]],
        sums: &[[f64; 2]],
    ) -> Vec<Pull> {
        let count = (self.members() * self.positions) as f64;
        let weight = |plane: usize| weight[plane % self.channels].to_f64();
        let mut pulls = Vec::with_capacity(moments.len());
        for first in (0..moments.len()).step_by(self.members()) {
            let planes = first..first + self.members();
            let total = |index: usize| -> f64 {
                planes
                    .clone()
                    .map(|plane| weight(plane) * sums[plane][index])
                    .sum()
            };
            let (dot, sum) = (total(0) / count, total(1) / count);
            let [mean, root] = moments[first];
            pulls.extend(planes.clone().map(|plane| Pull {
                mean,
                scale: weight(plane) * root,
                slope: -root * root * root * dot,
                shift: -root * sum,
            }));
        }
        pulls
    }
}

impl CustomOp3 for GroupNorm {
    fn name(&self) -> &'static str {
        "group norm"
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
            let affine = [elements(weight, weight_layout)?, elements(bias, bias_layout)?];
            Ok(storage(self.forward::<T>(elements(x, x_layout)?, affine), x_layout.shape()))
        })
    }

    fn bwd(
        &self,
        x: &Tensor,
        weight: &Tensor,
        bias: &Tensor,
        _result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        with_element!(x.dtype(), T => {
            let [dx, dw, db] = self.gradients::<T>([x, weight, bias], gradient)?;
            Ok((dx, dw, db))
        })
    }
}
