//! Weight and bias gradient of every convolution.

use std::ops::Range;

use rayon::prelude::*;

use super::geometry::{Block, Geometry};
use super::tiles::{Instructions, correlate_rows};
use super::{planes, sum};
use crate::Element;

/// Positions that a block works on: so few that the gradient's rows of a tile stay in the first-level cache.
const BLOCK_POSITIONS: usize = 768;
/// The widest vector's elements.
const WIDEST: usize = 16;
/// Tasks that the work is cut into, whatever the number of threads.
const TASKS: usize = 16;
/// Elements that all partial sums together may take.
const PARTIAL_ELEMENTS: usize = 16 << 20;

/// `dw[out, in, tap] = Σ_{image, o} dy[image, out, o] · x[image, in, o · stride + tap − front]`.
///
/// The batch is cut into groups of blocks and the output channels into ranges, both by shape alone; the groups' partial
/// sums are added in their order.
pub(crate) fn correlate_weights<T: Element>(
    x: &[T],
    dy: &[T],
    channels: [usize; 2],
    geometry: &Geometry,
) -> Vec<T> {
    let work = Work::new(x, dy, channels, geometry);
    let cuts = work.cuts();
    let partials: Vec<Vec<T>> = cuts.par_iter().map(|cut| work.partial(cut)).collect();
    let row = work.offsets.len();
    let mut weights = vec![T::zero(); channels[1] * row];
    weights
        .par_chunks_mut(row)
        .enumerate()
        .for_each(|(output, target)| {
            for (cut, partial) in cuts.iter().zip(&partials) {
                if !cut.outputs.contains(&output) {
                    continue;
                }
                let partial = &partial[(output - cut.outputs.start) * row..][..row];
                target.iter_mut().zip(partial).for_each(|(t, p)| *t += *p);
            }
        });
    weights
}

/// `Σ dy` over images and positions, for each output channel.
pub(crate) fn bias_gradient<T: Element>(dy: &[T], outputs: usize, positions: usize) -> Vec<T> {
    let planes: Vec<f64> = dy.par_chunks(positions).map(sum::sum).collect();
    let total = |output: usize| planes.iter().skip(output).step_by(outputs).sum();
    (0..outputs)
        .map(|output| T::from_f64(total(output)))
        .collect()
}

struct Work<'a, T> {
    planes: Vec<T>,
    dy: &'a [T],
    channels: [usize; 2],
    geometry: &'a Geometry,
    blocks: Vec<Block>,
    offsets: Vec<usize>,
    images: usize,
    instructions: Instructions,
}

/// One task: some of the (image, block) pairs and some of the output channels.
struct Cut {
    items: Range<usize>,
    outputs: Range<usize>,
}

impl<'a, T: Element> Work<'a, T> {
    fn new(x: &[T], dy: &'a [T], channels: [usize; 2], geometry: &'a Geometry) -> Self {
        let [inputs, _] = channels;
        Self {
            planes: planes::cut(x, inputs, geometry),
            dy,
            channels,
            geometry,
            blocks: geometry.blocks(BLOCK_POSITIONS),
            offsets: geometry.offsets(inputs),
            images: x.len() / (inputs * geometry.input_len()),
            instructions: Instructions::best::<T>(),
        }
    }

    fn cuts(&self) -> Vec<Cut> {
        let [_, outputs] = self.channels;
        let items = self.images * self.blocks.len();
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

    /// (output of the cut, offset), and rows that fill up the last tile.
    fn partial(&self, cut: &Cut) -> Vec<T> {
        let [inputs, _] = self.channels;
        let rows = cut.outputs.len().next_multiple_of(self.instructions.rows());
        let mut partial = vec![T::zero(); rows * self.offsets.len()];
        let mut gradient = Vec::new();
        for item in cut.items.clone() {
            let (image, block) = (
                item / self.blocks.len(),
                &self.blocks[item % self.blocks.len()],
            );
            let pitch = block.len.next_multiple_of(WIDEST);
            gradient.clear();
            gradient.resize(rows * pitch, T::zero());
            self.spread(image, block, &cut.outputs, (&mut gradient, pitch));
            let planes = &self.planes[image * self.geometry.image_len(inputs) + block.base..];
            let dy = (gradient.as_slice(), pitch);
            correlate_rows(self.instructions, planes, &self.offsets, dy, &mut partial);
        }
        partial
    }

    /// The output gradient of one block at flat positions; what lies between the rows is left zero.
    fn spread(
        &self,
        image: usize,
        block: &Block,
        outputs: &Range<usize>,
        (target, pitch): (&mut [T], usize),
    ) {
        let ([.., width], [.., row]) = (self.geometry.output, self.geometry.plane());
        for (output, target) in outputs.clone().zip(target.chunks_exact_mut(pitch)) {
            let start = (image * self.channels[1] + output) * self.geometry.output_len();
            let source = &self.dy[start + block.rows.start * width..start + block.rows.end * width];
            for (target, source) in target.chunks_mut(row).zip(source.chunks_exact(width)) {
                target[..width].copy_from_slice(source);
            }
        }
    }
}
