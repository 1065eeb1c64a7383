//! Weight and bias gradient of every convolution.

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::{Block, Geometry, Tiling};
use super::instructions::Instructions;
use super::lanes::WIDEST;
use super::offsets::Offsets;
use super::planes::{Source, cut};
use super::sum::sum;
use super::tiles::CorrelateRows;
use super::winograd::{self, Pass};
use crate::Element;

/// Positions per block: few enough that the gradient's rows of a tile stay in the first-level cache.
const BLOCK_POSITIONS: usize = 768;
/// Number of tasks, independent of the number of threads.
const TASKS: usize = 16;
/// Largest total number of elements of all partial sums.
const PARTIAL_ELEMENTS: usize = 16 << 20;

/// Elements of the output gradient that are summed at a time.
const SUMMED: usize = 1024;

/// Gradients of weights, as (out, in, tap), and of biases.
pub struct WeightGradient<T> {
    /// Gradient of the weights, (out, in, tap).
    pub weights: Vec<T>,
    /// Gradient of the biases, one per output channel.
    pub bias: Vec<T>,
}

/// `dw[out, in, tap] = Σ_{image, o} dy[image, out, o] · x[image, in, o · stride + tap − front]` and `db[out] = Σ dy`.
///
/// The batch is divided into groups of blocks, and the output channels into ranges, both depending only on shapes; the
/// partial sums of the groups are added in order.
pub fn correlate_weights<T: Element>(
    x: Source<T>,
    dy: Source<T>,
    geometry: &Geometry,
) -> WeightGradient<T> {
    if winograd::suits::<T>(geometry, [x.channels, dy.channels], Pass::Weights)
        && let Some(gradient) = winograd::correlate_weights(x, dy, geometry)
    {
        return gradient;
    }
    let tiling = geometry.tiling(BLOCK_POSITIONS);
    let work = Work {
        x,
        dy,
        geometry,
        offsets: tiling.offsets(x.channels),
        tiling,
        instructions: Instructions::best::<T>(),
    };
    let cuts = work.cuts();
    let partials: Vec<Partial<T>> = cuts.par_iter().map(|cut| work.partial(cut)).collect();
    let row = work.offsets.len();
    let mut weights = vec![T::zero(); dy.channels * row];
    let mut bias = vec![0.0; dy.channels];
    let rows = weights.par_chunks_mut(row).zip(bias.par_iter_mut());
    rows.enumerate().for_each(|(output, (weights, bias))| {
        for (cut, partial) in cuts.iter().zip(&partials) {
            if !cut.outputs.contains(&output) {
                continue;
            }
            let index = output - cut.outputs.start;
            let sums = &partial.weights[index * row..(index + 1) * row];
            weights.iter_mut().zip(sums).for_each(|(w, s)| *w += *s);
            *bias += partial.bias[index];
        }
    });
    WeightGradient {
        weights,
        bias: bias.into_iter().map(T::from_double).collect(),
    }
}

/// `Σ dy` of each channel over images and positions.
pub(super) fn bias_gradient<T: Element>(dy: &Source<T>) -> Vec<T> {
    let planes: Vec<f64> = (0..dy.images() * dy.channels)
        .into_par_iter()
        .map(|plane| {
            let mut line = [T::zero(); SUMMED];
            let starts = (0..dy.positions).step_by(SUMMED);
            let part = |start: usize| {
                let line = &mut line[..SUMMED.min(dy.positions - start)];
                dy.copy(plane, start, 1, line);
                sum(line)
            };
            starts.map(part).sum()
        })
        .collect();
    let total = |channel: usize| planes.iter().skip(channel).step_by(dy.channels).sum();
    (0..dy.channels)
        .map(|channel| T::from_double(total(channel)))
        .collect()
}

struct Work<'a, T> {
    x: Source<'a, T>,
    dy: Source<'a, T>,
    geometry: &'a Geometry,
    tiling: Tiling,
    offsets: Offsets,
    instructions: Instructions,
}

/// One task: some (image, block) pairs and some output channels.
struct Cut {
    items: Range<usize>,
    outputs: Range<usize>,
}

/// Sums of one task, by output channel of its range; zero rows fill the last tile.
struct Partial<T> {
    weights: Vec<T>,
    bias: Vec<f64>,
}

impl<T: Element> Work<'_, T> {
    fn cuts(&self) -> Vec<Cut> {
        let outputs = self.dy.channels;
        let items = self.x.images() * self.tiling.blocks.len();
        let affordable = PARTIAL_ELEMENTS / (self.offsets.len() * outputs);
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

    fn partial(&self, task: &Cut) -> Partial<T> {
        let rows = task
            .outputs
            .len()
            .next_multiple_of(self.instructions.rows());
        let mut weights = vec![T::zero(); rows * self.offsets.len()];
        let mut bias = vec![0.0; task.outputs.len()];
        let (mut planes, mut gradient) = (Vec::new(), Vec::new());
        for item in task.items.clone() {
            let image = item / self.tiling.blocks.len();
            let block = &self.tiling.blocks[item % self.tiling.blocks.len()];
            cut(&self.x, image, &self.tiling.window(block), &mut planes);
            let pitch = self.tiling.len(block).next_multiple_of(WIDEST);
            gradient.clear();
            gradient.resize(rows * pitch, T::zero());
            for (output, target) in task.outputs.clone().zip(gradient.chunks_exact_mut(pitch)) {
                self.spread(image * self.dy.channels + output, block, target);
                bias[output - task.outputs.start] += sum(target);
            }
            CorrelateRows {
                x: &planes,
                offsets: &self.offsets,
                dy: &gradient,
                pitch,
                stride: pitch,
                sums: &mut weights,
            }
            .run(self.instructions);
        }
        Partial { weights, bias }
    }

    /// Copies the output gradient of one block to flat positions; elements between the rows stay zero.
    fn spread(&self, plane: usize, block: &Block, target: &mut [T]) {
        let width = self.geometry.output[2];
        let places = self.tiling.places(self.geometry, block);
        let starts = places.step_by(width);
        for (target, start) in target.chunks_mut(self.tiling.row()).zip(starts) {
            self.dy.copy(plane, start, 1, &mut target[..width]);
        }
    }
}
