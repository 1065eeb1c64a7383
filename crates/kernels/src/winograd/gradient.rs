//! Weight and bias gradients by Winograd tiles.

use rayon::prelude::*;

use super::analysis::Analysis;
use super::filters;
use super::grid::{Block, Grid};
use super::outer::{self, Outer};
use super::transform::AREA;
use crate::Element;
use crate::correlate_weights::{WeightGradient, bias_gradient};
use crate::geometry::Geometry;
use crate::instructions::Instructions;
use crate::planes::Source;
use crate::spare::Spare;
use crate::tiles::CorrelateRows;

/// Elements of transformed input and gradient per block for all threads together.
const BLOCK_ELEMENTS: usize = 4 << 20;

/// Parts of the output channels that are separate tasks for each element of the transform, so that there are enough for many threads.
const PARTS: usize = 4;

/// Computes [`crate::correlate_weights::correlate_weights`] by tiles, if kernel and stride allow it.
///
/// The sums over tiles are added block by block, in an order that depends only on shapes.
pub(crate) fn correlate_weights<T: Element>(
    x: Source<T>,
    dy: Source<T>,
    geometry: &Geometry,
) -> Option<WeightGradient<T>> {
    correlate_weights_with(Instructions::best::<T>(), x, dy, geometry)
}

pub(super) fn correlate_weights_with<T: Element>(
    instructions: Instructions,
    x: Source<T>,
    dy: Source<T>,
    geometry: &Geometry,
) -> Option<WeightGradient<T>> {
    let grid = Grid::new(geometry)?;
    let analysis = |source, of_result| Analysis {
        source,
        grid: &grid,
        of_result,
        instructions,
    };
    let work = Work {
        input: analysis(x, false),
        gradient: analysis(dy, true),
        instructions,
    };
    let (rows, columns) = (dy.channels, x.channels * geometry.kernel[0]);
    let plane = rows.next_multiple_of(instructions.rows()) * columns;
    let mut sums = vec![T::zero(); AREA * plane];
    let (mut input, mut gradient, mut is_first) = (Vec::new(), Vec::new(), true);
    for image in 0..x.images() {
        for block in grid.blocks(BLOCK_ELEMENTS / (AREA * (x.channels + dy.channels))) {
            transform(&work.input, image, &block, &mut input, 1);
            transform(
                &work.gradient,
                image,
                &block,
                &mut gradient,
                instructions.rows(),
            );
            work.add(&block, (&input, &gradient), (&mut sums, is_first));
            is_first = false;
        }
    }
    Some(WeightGradient {
        weights: filters::gradients(instructions, &sums, [rows, columns], grid.r()),
        bias: bias_gradient(&dy),
    })
}

struct Work<'a, T> {
    input: Analysis<'a, T>,
    gradient: Analysis<'a, T>,
    instructions: Instructions,
}

/// Transforms all channels of one image, padded with zero channels to a multiple.
fn transform<T: Element>(
    analysis: &Analysis<T>,
    image: usize,
    block: &Block,
    target: &mut Vec<T>,
    multiple: usize,
) {
    let (channels, len) = (analysis.source.channels, analysis.len(block));
    let all = channels.next_multiple_of(multiple) * len;
    if target.len() != all {
        target.clear();
        target.resize(all, T::zero());
    }
    analysis.channels(image, block, &mut target[..channels * len]);
}

impl<T: Element> Work<'_, T> {
    /// Adds the products of one block, summed over its tiles, to sums in the order (element, row, column · depth). Of an element of the
    /// transform, all tiles of rows read the same input, which is then in the cache.
    fn add(
        &self,
        block: &Block,
        (input, gradient): (&[T], &[T]),
        (sums, is_first): (&mut [T], bool),
    ) {
        let (offsets, pitch) = (self.input.offsets(block), block.results());
        let height = self.instructions.rows();
        let stride = self.gradient.len(block);
        let tiles = gradient.len() / (height * stride);
        let is_outer = outer::suits(pitch, [offsets.len(), tiles * height]);
        // The outer products transpose their input for each part.
        let parts = if is_outer { 1 } else { PARTS };
        let part = tiles.div_ceil(parts);
        let tasks = sums.par_chunks_exact_mut(tiles * height * offsets.len());
        let tasks = tasks.enumerate().flat_map(|(element, sums)| {
            let parts = sums.par_chunks_mut(part * height * offsets.len());
            parts
                .enumerate()
                .map(move |(index, sums)| (element, index * part, sums))
        });
        let memory = Spare::default();
        tasks.for_each(|(element, first, sums)| {
            let x = &input[element * self.input.numbers(block)..];
            let dy = &gradient[first * height * stride + element * pitch..];
            if is_outer {
                let outer = Outer {
                    x,
                    offsets: &offsets,
                    dy,
                    pitch,
                    stride,
                    sums,
                    is_first,
                };
                memory.with(|memory| outer.run(self.instructions, memory));
                return;
            }
            let tiles = sums.chunks_exact_mut(height * offsets.len()).enumerate();
            for (index, sums) in tiles {
                CorrelateRows {
                    x,
                    offsets: &offsets,
                    dy: &dy[index * height * stride..],
                    pitch,
                    stride,
                    sums,
                }
                .run(self.instructions);
            }
        });
    }
}
