//! Transforms channels to tiles.

use rayon::prelude::*;

use super::grid::{Block, Grid};
use super::phases::{Phases, Window};
use super::points::SIDE;
use super::transform::{AREA, Step, Transform};
use crate::Element;
use crate::instructions::Instructions;
use crate::lanes::WIDEST;
use crate::offsets::Offsets;
use crate::planes::Source;
use crate::spare::Spare;

/// A tensor whose channels are transformed: the input of a convolution, or the gradient of its result.
#[derive(Clone, Copy)]
pub(super) struct Analysis<'a, T> {
    pub(super) source: Source<'a, T>,
    pub(super) grid: &'a Grid,
    pub(super) of_result: bool,
    pub(super) instructions: Instructions,
}

impl<T: Element> Analysis<'_, T> {
    /// Number of tile indices of a block over all its depths.
    pub(super) fn numbers(&self, block: &Block) -> usize {
        if self.of_result {
            block.results()
        } else {
            block.inputs(self.grid.geometry.kernel[0])
        }
    }

    /// Number of elements of a transformed channel: (element of the transform, depth, tile). The addend avoids that
    /// channels compete for the same cache sets.
    pub(super) fn len(&self, block: &Block) -> usize {
        AREA * self.numbers(block) + WIDEST
    }

    /// Where the channels and slices start of one element of the transform, for a block.
    pub(super) fn offsets(&self, block: &Block) -> Offsets {
        let len = self.len(block);
        let depths = self.grid.geometry.kernel[0];
        (0..self.source.channels)
            .flat_map(|channel| (0..depths).map(move |d| channel * len + d * block.tiles))
            .collect()
    }

    fn window(&self, block: &Block) -> Window {
        let (geometry, m) = (&self.grid.geometry, self.grid.m);
        let first = (block.rows.start * m) as isize;
        let [image, first, side] = if self.of_result {
            let [_, height, width] = geometry.output;
            [
                [height as isize, width as isize],
                [first, 0],
                [m as isize; 2],
            ]
        } else {
            let [_, height, width] = geometry.input;
            let [_, above, before] = geometry.front;
            [
                [height as isize, width as isize],
                [first - above, -before],
                [SIDE as isize; 2],
            ]
        };
        Window {
            image: image.map(isize::unsigned_abs),
            first,
            m,
            side: side[0].unsigned_abs(),
            rows: block.rows.len(),
            row: self.grid.row,
            tiles: block.tiles,
        }
    }

    /// Working memory for [`Analysis::channel`].
    pub(super) fn phases(&self, block: &Block, memory: Vec<T>) -> Phases<T> {
        Phases::new(self.window(block), memory)
    }

    /// Transforms a block of all channels of one image, on all threads; `target` has the channels in order.
    pub(super) fn channels(&self, image: usize, block: &Block, target: &mut [T]) {
        let memory = Spare::<Option<Phases<T>>>::default();
        let targets = target.par_chunks_exact_mut(self.len(block)).enumerate();
        targets.for_each(|(channel, target)| {
            memory.with(|memory| {
                let phases = memory.get_or_insert_with(|| self.phases(block, Vec::new()));
                let plane = image * self.source.channels + channel;
                self.channel(block, plane, phases, target);
            });
        });
    }

    /// Transforms a block of one channel of one image into a target of [`Analysis::len`] elements.
    pub(super) fn channel(
        &self,
        block: &Block,
        plane: usize,
        phases: &mut Phases<T>,
        target: &mut [T],
    ) {
        let geometry = &self.grid.geometry;
        let (extents, front, step) = if self.of_result {
            (geometry.output, 0, Step::ResultGradient(self.grid.m))
        } else {
            (geometry.input, geometry.front[0], Step::Input)
        };
        let numbers = self.numbers(block);
        let offsets_from = self.window(block).offsets();
        for index in 0..numbers / block.tiles {
            let offsets: Vec<usize> = (0..AREA)
                .map(|e| e * numbers + index * block.tiles)
                .collect();
            let depth = usize::try_from((block.depths.start + index) as isize - front)
                .ok()
                .filter(|depth| *depth < extents[0]);
            let Some(depth) = depth else {
                offsets
                    .iter()
                    .for_each(|o| target[*o..*o + block.tiles].fill(T::zero()));
                continue;
            };
            let start = depth * extents[1] * extents[2];
            phases.take(self.instructions, &self.source, plane, start);
            Transform {
                step,
                from: &phases.elements,
                offsets_from: &offsets_from,
                to: target,
                offsets_to: &offsets,
                count: block.tiles,
            }
            .run(self.instructions);
        }
    }
}
