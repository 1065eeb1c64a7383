//! Data gradient of every convolution: correlations of the output gradient with the flipped kernel.

use rayon::prelude::*;

use super::correlate::{Finish, correlate};
use super::geometry::{Extents, Geometry};
use super::planes::Source;
use super::winograd::Filters;
use crate::Element;

/// `dx[image, in, i] = Σ_{out, tap} w[out, in, tap] · dy[image, out, o]` over all o with o · stride + tap − front = i.
///
/// `weights` is (out, in, tap) with `inputs` channels in; `dx` is (image, in, position).
pub fn correlate_data<T: Element>(
    dy: Source<T>,
    weights: &[T],
    inputs: usize,
    geometry: &Geometry,
) -> Vec<T> {
    let channels = [inputs, dy.channels];
    let phases: Vec<Phase> = (0..geometry.phases())
        .filter_map(|phase| Phase::new(geometry, phase))
        .collect();
    let finish = Finish {
        bias: None,
        relu: false,
        affine: None,
    };
    if let [phase] = phases.as_slice()
        && phase.geometry.output == geometry.input
        && geometry.stride == [1; 3]
    {
        let filters = Filters {
            weights,
            rows: inputs,
            columns: dy.channels,
            kernel: geometry.kernel,
            flipped: true,
        };
        return correlate(dy, &filters, &phase.geometry, finish);
    }
    let mut dx = vec![T::zero(); dy.images() * inputs * geometry.input_len()];
    for phase in phases {
        let weights = phase.weights(weights, channels, geometry);
        let filters = Filters {
            weights: &weights,
            rows: inputs,
            columns: dy.channels,
            kernel: phase.geometry.kernel,
            flipped: false,
        };
        let part = correlate(dy, &filters, &phase.geometry, finish);
        phase.scatter(&part, geometry, &mut dx);
    }
    dx
}

/// The input elements with one remainder modulo the stride: index i = first + stride · n.
struct Phase {
    remainder: Extents,
    first: Extents,
    geometry: Geometry,
}

impl Phase {
    /// `None` when no tap reads these elements, or when there are none.
    fn new(g: &Geometry, phase: usize) -> Option<Self> {
        let [_, sh, sw] = g.stride;
        let remainder = [phase / (sh * sw), phase / sw % sh, phase % sw];
        let (mut first, mut kernel, mut front, mut output) = ([0; 3], [0; 3], [0; 3], [0; 3]);
        for a in 0..3 {
            let stride = g.stride[a] as isize;
            kernel[a] = g.kernel[a]
                .saturating_sub(remainder[a])
                .div_ceil(g.stride[a]);
            // Position n of the plane holds the input element n · stride + shift.
            let shift = remainder[a] as isize - g.front[a];
            let skipped = (-shift).max(0).unsigned_abs().div_ceil(g.stride[a]) as isize;
            first[a] = usize::try_from(shift + skipped * stride).ok()?;
            output[a] = g.input[a].saturating_sub(first[a]).div_ceil(g.stride[a]);
            front[a] = kernel[a] as isize - 1 - skipped;
        }
        if kernel.contains(&0) || output.contains(&0) {
            return None;
        }
        let geometry = Geometry {
            input: g.output,
            kernel,
            stride: [1; 3],
            front,
            output,
            method: g.method,
        };
        Some(Self {
            remainder,
            first,
            geometry,
        })
    }

    /// The phase's taps in reversed order, as (in, out, tap).
    fn weights<T: Element>(
        &self,
        weights: &[T],
        [inputs, outputs]: [usize; 2],
        full: &Geometry,
    ) -> Vec<T> {
        let [kd, kh, kw] = self.geometry.kernel;
        let (taps, all): (usize, usize) = (kd * kh * kw, full.kernel.iter().product());
        let sources: Vec<usize> = (0..taps)
            .map(|tap| {
                let at = [tap / (kh * kw), tap / kw % kh, tap % kw];
                let [d, h, w]: Extents = std::array::from_fn(|a| {
                    let last = self.geometry.kernel[a] - 1;
                    (last - at[a]) * full.stride[a] + self.remainder[a]
                });
                (d * full.kernel[1] + h) * full.kernel[2] + w
            })
            .collect();
        let mut flipped = vec![T::zero(); inputs * outputs * taps];
        let rows = flipped.par_chunks_mut(outputs * taps).enumerate();
        rows.for_each(|(input, target)| {
            for (output, target) in target.chunks_exact_mut(taps).enumerate() {
                let source = &weights[(output * inputs + input) * all..][..all];
                target
                    .iter_mut()
                    .zip(&sources)
                    .for_each(|(t, s)| *t = source[*s]);
            }
        });
        flipped
    }

    fn scatter<T: Element>(&self, part: &[T], full: &Geometry, dx: &mut [T]) {
        let [_, ph, pw] = self.geometry.output;
        let [_, height, width] = full.input;
        let part = part.par_chunks(self.geometry.output_len());
        dx.par_chunks_mut(full.input_len())
            .zip(part)
            .for_each(|(dx, part)| {
                for (row, part) in part.chunks_exact(pw).enumerate() {
                    let d = self.first[0] + row / ph * full.stride[0];
                    let h = self.first[1] + row % ph * full.stride[1];
                    let start = (d * height + h) * width + self.first[2];
                    let target = dx[start..].iter_mut().step_by(full.stride[2]);
                    target.zip(part).for_each(|(t, s)| *t = *s);
                }
            });
    }
}
