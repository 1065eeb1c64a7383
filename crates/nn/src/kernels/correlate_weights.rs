//! Weight and bias gradient of every convolution.

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::{Block, Geometry};
use super::matmul::{View, multiply};
use super::{planes, sum};
use crate::Element;

/// Elements of input and gradient that a block works on.
const BLOCK_ELEMENTS: usize = 65_536;
/// Fewer positions than this are not worth a block of their own.
const LEAST_POSITIONS: usize = 384;
/// Tasks that the work is cut into, whatever the number of threads.
const TASKS: usize = 16;
/// Elements that all partial sums together may take.
const PARTIAL_ELEMENTS: usize = 16 << 20;

/// Gradients of weights, as (out, in, tap), and of biases.
pub(crate) struct WeightGradient<T> {
    pub(crate) weights: Vec<T>,
    pub(crate) bias: Vec<T>,
}

/// `dw[out, in, tap] = Σ_{image, o} dy[image, out, o] · x[image, in, o · stride + tap − front]`, `db[out] = Σ dy`.
///
/// The batch is cut into groups of blocks and the output channels into ranges, both by shape alone; the groups' partial
/// sums are added in their order.
pub(crate) fn correlate_weights<T: Element>(
    x: &[T],
    dy: &[T],
    channels: [usize; 2],
    geometry: &Geometry,
) -> WeightGradient<T> {
    let [inputs, outputs] = channels;
    let work = Work::new(x, dy, channels, geometry);
    let cuts = work.cuts();
    let partials: Vec<Vec<T>> = cuts.par_iter().map(|cut| work.partial(cut)).collect();
    let taps = work.taps;
    let mut weights = vec![T::zero(); outputs * inputs * taps];
    weights
        .par_chunks_mut(inputs * taps)
        .enumerate()
        .for_each(|(output, target)| {
            for (cut, partial) in cuts.iter().zip(&partials) {
                if !cut.outputs.contains(&output) {
                    continue;
                }
                let row = output - cut.outputs.start;
                for tap in 0..taps {
                    let start = (tap * cut.outputs.len() + row) * inputs;
                    let part = &partial[start..start + inputs];
                    for (input, part) in part.iter().enumerate() {
                        target[input * taps + tap] += *part;
                    }
                }
            }
        });
    let bias = bias_gradient(dy, outputs, geometry.output_len());
    WeightGradient { weights, bias }
}

/// `Σ dy` over images and positions, for each output channel.
pub(crate) fn bias_gradient<T: Element>(dy: &[T], outputs: usize, positions: usize) -> Vec<T> {
    (0..outputs)
        .into_par_iter()
        .map(|output| {
            let planes = dy.chunks_exact(positions).skip(output).step_by(outputs);
            T::from_f64(planes.map(sum::sum).sum())
        })
        .collect()
}

struct Work<'a, T> {
    planes: Vec<T>,
    dy: &'a [T],
    channels: [usize; 2],
    geometry: &'a Geometry,
    blocks: Vec<Block>,
    images: usize,
    taps: usize,
}

/// One task: some of the (image, block) pairs and some of the output channels.
struct Cut {
    items: Range<usize>,
    outputs: Range<usize>,
}

impl<'a, T: Element> Work<'a, T> {
    fn new(x: &[T], dy: &'a [T], channels: [usize; 2], geometry: &'a Geometry) -> Self {
        let [inputs, outputs] = channels;
        let target = (BLOCK_ELEMENTS / (inputs + outputs)).max(LEAST_POSITIONS);
        Self {
            planes: planes::cut(x, inputs, geometry),
            dy,
            channels,
            geometry,
            blocks: geometry.blocks(target),
            images: x.len() / (inputs * geometry.input_len()),
            taps: geometry.kernel.iter().product(),
        }
    }

    fn cuts(&self) -> Vec<Cut> {
        let [inputs, outputs] = self.channels;
        let items = self.images * self.blocks.len();
        let affordable = PARTIAL_ELEMENTS / (self.taps * inputs * outputs);
        let groups = affordable.clamp(1, TASKS).min(items);
        let splits = TASKS.div_ceil(groups).min(outputs.div_ceil(32));
        let range = |i: usize, n: usize, len: usize| i * len / n..(i + 1) * len / n;
        (0..groups)
            .flat_map(|g| (0..splits).map(move |s| (g, s)))
            .map(|(g, s)| Cut {
                items: range(g, groups, items),
                outputs: range(s, splits, outputs),
            })
            .collect()
    }

    /// (tap, output of the cut, input).
    fn partial(&self, cut: &Cut) -> Vec<T> {
        let [inputs, _] = self.channels;
        let (plane, rows) = (self.geometry.plane_len(), cut.outputs.len());
        let mut partial = vec![T::zero(); self.taps * rows * inputs];
        let mut gradient = Vec::new();
        for item in cut.items.clone() {
            let (image, block) = (
                item / self.blocks.len(),
                &self.blocks[item % self.blocks.len()],
            );
            self.spread(image, block, &cut.outputs, &mut gradient);
            let image_len = self.geometry.phases() * inputs * plane;
            let planes = &self.planes[image * image_len..(image + 1) * image_len];
            for (index, tap) in self.geometry.taps().iter().enumerate() {
                let left = View {
                    data: &gradient,
                    row: block.len,
                    column: 1,
                };
                let right = View {
                    data: &planes[tap.phase * inputs * plane + block.base + tap.offset..],
                    row: 1,
                    column: plane,
                };
                let target = &mut partial[index * rows * inputs..(index + 1) * rows * inputs];
                let size = [rows, inputs, block.len];
                multiply(size, (target, inputs), left, right, true);
            }
        }
        partial
    }

    /// The output gradient of one block at flat positions, zero between the rows.
    fn spread(&self, image: usize, block: &Block, outputs: &Range<usize>, target: &mut Vec<T>) {
        let (width, pitch) = (self.geometry.output[2], self.geometry.plane()[2]);
        target.clear();
        target.resize(outputs.len() * block.len, T::zero());
        for (output, target) in outputs.clone().zip(target.chunks_exact_mut(block.len)) {
            let start = (image * self.channels[1] + output) * self.geometry.output_len();
            let source = &self.dy[start + block.rows.start * width..start + block.rows.end * width];
            for (target, source) in target.chunks_mut(pitch).zip(source.chunks_exact(width)) {
                target[..width].copy_from_slice(source);
            }
        }
    }
}
