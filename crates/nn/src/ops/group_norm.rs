//! Group norm of groups of channels of a tensor (images, channels, …).

use candle_core::{Result, Tensor, bail};

use super::apply::apply;
use super::operation::{Needs, Operation, Pass};
use crate::Element;
use rsom_kernels::norm::{Line, Pull, input_gradient, normalize, spreads, sums};

/// `(x − mean)/√(var + eps)·weight + bias` with the mean and the biased variance of each group of channels in each image.
///
/// `x` has shape (images, channels, …), `weight` and `bias` (channels). Groups are consecutive channels, all of the same
/// number. Training and evaluation do not differ.
///
/// # Errors
/// Returns an error if the shapes do not fit, or if `groups` does not divide the channels.
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
            "cannot normalize a tensor {:?} in {groups} groups with parameters {:?} and {:?}: groups must divide the channels, \
             and parameters must have one element for each channel",
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
    apply(op, &[x, weight, bias], x.shape())
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

    /// Mean and 1/√(var + eps) of the group of each plane (image, channel).
    fn moments<T: Element>(&self, x: &[T]) -> Vec<[f64; 2]> {
        spreads(x, self.members() * self.positions)
            .iter()
            .flat_map(|s| {
                let root = 1.0 / (s.squares / s.count + self.eps).sqrt();
                std::iter::repeat_n([s.mean, root], self.members())
            })
            .collect()
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

impl Operation for GroupNorm {
    const NAME: &'static str = "group norm";

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    /// `inputs`: input, weights, bias.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        let moments = self.moments(inputs[0]);
        let lines: Vec<Line> = moments
            .iter()
            .zip(inputs[1].iter().zip(inputs[2]).cycle())
            .map(|([mean, root], (weight, bias))| Line {
                mean: *mean,
                scale: weight.to_f64() * root,
                shift: bias.to_f64(),
            })
            .collect();
        normalize(inputs[0], self.positions, &lines)
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        let (x, dy) = (pass.inputs[0], pass.gradient);
        let moments = self.moments(x);
        let means: Vec<f64> = moments.iter().map(|[mean, _]| *mean).collect();
        let sums = sums(x, dy, self.positions, &means);
        let dx = || {
            let pulls = self.pulls(pass.inputs[1], &moments, &sums);
            input_gradient(x, dy, self.positions, &pulls)
        };
        let mut totals = vec![[0.0, 0.0]; self.channels];
        for (plane, ([_, root], [dot, sum])) in moments.iter().zip(&sums).enumerate() {
            let total = &mut totals[plane % self.channels];
            *total = [total[0] + dot * root, total[1] + sum];
        }
        let column = |index: usize| totals.iter().map(move |total| T::from_f64(total[index]));
        vec![
            pass.wanted(0, dx),
            pass.wanted(1, || column(0).collect()),
            pass.wanted(2, || column(1).collect()),
        ]
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let x = inputs[0].reshape(((), self.groups, self.members() * self.positions))?;
        let centered = x.broadcast_sub(&x.mean_keepdim(2)?)?;
        let variance = centered.sqr()?.mean_keepdim(2)?;
        let normalized = centered.broadcast_div(&(variance + self.eps)?.sqrt()?)?;
        let column = |t: &Tensor| t.reshape((1, self.channels, 1));
        normalized
            .reshape(((), self.channels, self.positions))?
            .broadcast_mul(&column(&inputs[1])?)?
            .broadcast_add(&column(&inputs[2])?)
    }
}
