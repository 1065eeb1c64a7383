//! Correlation by Winograd tiles.

use rayon::prelude::*;

use super::analysis::Analysis;
use super::filters::Filters;
use super::grid::{Block, Grid};
use super::phases::Join;
use super::transform::{AREA, Step, Transform};
use crate::Element;
use crate::correlate::Finish;
use crate::disjoint::Disjoint;
use crate::geometry::Geometry;
use crate::instructions::Instructions;
use crate::offsets::Offsets;
use crate::planes::Source;
use crate::spare::Spare;
use crate::tiles::Accumulate;

/// Elements of transformed input per block for a single thread: most of a second-level cache.
const OWN_ELEMENTS: usize = 200_000;
/// Elements of transformed input per block for all threads together.
const SHARED_ELEMENTS: usize = 4 << 20;
/// Elements of products that a thread holds at a time: tiles of output channels, one after the other for each element of the transform, read the
/// same input, which is then in the cache.
const OWN_PRODUCTS: usize = 1 << 16;
/// The same where all threads share a block, which has more results.
const SHARED_PRODUCTS: usize = 1 << 19;
/// Number of transformed weights from which blocks are large, so that weights are read rarely.
const MANY_WEIGHTS: usize = 1 << 20;

/// Computes [`crate::correlate::correlate`] by tiles, if kernel and stride allow it.
pub(crate) fn correlate<T: Element>(
    x: Source<T>,
    filters: &Filters<T>,
    geometry: &Geometry,
    finish: Finish<T>,
) -> Option<Vec<T>> {
    correlate_with(Instructions::best::<T>(), x, filters, geometry, finish)
}

pub(super) fn correlate_with<T: Element>(
    instructions: Instructions,
    x: Source<T>,
    filters: &Filters<T>,
    geometry: &Geometry,
    finish: Finish<T>,
) -> Option<Vec<T>> {
    let grid = Grid::new(geometry)?;
    let mut y = vec![T::zero(); x.images() * filters.rows * geometry.output_len()];
    let work = Work {
        analysis: Analysis {
            source: x,
            grid: &grid,
            of_result: false,
            instructions,
        },
        filters,
        finish,
        y: Disjoint::new(&mut y),
    };
    let blocks = grid.blocks(OWN_ELEMENTS / (AREA * x.channels));
    let enough = x.images() * blocks.len() >= 2 * rayon::current_num_threads();
    let tile_len = filters.tile_len(instructions);
    if enough && work.tiles() * tile_len <= MANY_WEIGHTS {
        let weights = filters.transformed(instructions);
        let memory = Spare::default();
        let tasks = (0..x.images() * blocks.len()).into_par_iter();
        tasks.for_each(|task| {
            let block = &blocks[task % blocks.len()];
            memory.with(|memory| work.alone(task / blocks.len(), block, &weights, memory));
        });
    } else {
        let mut input = Vec::new();
        let memory = Spare::default();
        for image in 0..x.images() {
            for block in grid.blocks(SHARED_ELEMENTS / (AREA * x.channels)) {
                work.together(image, &block, &mut input, &memory);
            }
        }
    }
    Some(y)
}

struct Work<'a, T> {
    analysis: Analysis<'a, T>,
    filters: &'a Filters<'a, T>,
    finish: Finish<'a, T>,
    y: Disjoint<'a, T>,
}

/// Working memory of a thread.
struct Memory<T> {
    /// The channels of a block that the thread processes alone.
    input: Vec<T>,
    phases: Vec<T>,
    products: Vec<T>,
    results: Vec<T>,
    /// Kernels before and after the transform.
    taps: Vec<T>,
    weights: Vec<T>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self {
            input: Vec::new(),
            phases: Vec::new(),
            products: Vec::new(),
            results: Vec::new(),
            taps: Vec::new(),
            weights: Vec::new(),
        }
    }
}

/// A block of one image.
#[derive(Clone, Copy)]
struct Place<'a> {
    image: usize,
    block: &'a Block,
    /// Of the transformed input.
    offsets: &'a Offsets,
}

/// Some tiles of output channels and their transformed weights, one tile after the other.
#[derive(Clone, Copy)]
struct Outputs<'a, T> {
    /// Number of the first tile.
    first: usize,
    weights: &'a [T],
}

impl<T: Element> Work<'_, T> {
    /// Processes a block on one thread, with all weights transformed.
    fn alone(&self, image: usize, block: &Block, weights: &[T], memory: &mut Memory<T>) {
        let mut input = std::mem::take(&mut memory.input);
        let channels = self.analysis.source.channels;
        let len = self.analysis.len(block);
        input.resize(channels * len, T::zero());
        let phases = std::mem::take(&mut memory.phases);
        let mut phases = self.analysis.phases(block, phases);
        for (channel, target) in input.chunks_exact_mut(len).enumerate() {
            let plane = image * channels + channel;
            self.analysis.channel(block, plane, &mut phases, target);
        }
        memory.phases = phases.elements;
        let group = self.group(block, OWN_PRODUCTS);
        let weights = weights.chunks(group * (weights.len() / self.tiles()));
        let place = Place {
            image,
            block,
            offsets: &self.analysis.offsets(block),
        };
        for (index, weights) in weights.enumerate() {
            let first = index * group;
            self.rows(place, Outputs { first, weights }, &input, memory);
        }
        memory.input = input;
    }

    /// Processes a block on all threads: first the channels of the input, then groups of tiles of output channels. Each group transforms
    /// its own weights.
    fn together(&self, image: usize, block: &Block, input: &mut Vec<T>, memory: &Spare<Memory<T>>) {
        let channels = self.analysis.source.channels;
        let instructions = self.analysis.instructions;
        let len = self.analysis.len(block);
        input.resize(channels * len, T::zero());
        self.analysis.channels(image, block, input);
        let tile_len = self.filters.tile_len(instructions);
        let for_each_thread = self.tiles().div_ceil(2 * rayon::current_num_threads());
        let group = self.group(block, SHARED_PRODUCTS).min(for_each_thread);
        let place = Place {
            image,
            block,
            offsets: &self.analysis.offsets(block),
        };
        let firsts = (0..self.tiles()).into_par_iter().step_by(group);
        firsts.for_each(|first| {
            memory.with(|memory| {
                let mut weights = std::mem::take(&mut memory.weights);
                let count = group.min(self.tiles() - first);
                weights.resize(count * tile_len, T::zero());
                for (index, weights) in weights.chunks_exact_mut(tile_len).enumerate() {
                    let taps = &mut memory.taps;
                    self.filters
                        .transform_tile(instructions, first + index, taps, weights);
                }
                let outputs = Outputs {
                    first,
                    weights: &weights,
                };
                self.rows(place, outputs, input, memory);
                memory.weights = weights;
            });
        });
    }

    /// Number of tiles of output channels whose products of a block are about as many as given.
    fn group(&self, block: &Block, products: usize) -> usize {
        let of_tile = self.height() * AREA * block.results();
        (products / of_tile).max(1)
    }

    /// Number of tiles of output channels.
    fn tiles(&self) -> usize {
        self.filters.rows.div_ceil(self.height())
    }

    /// Number of output channels of a tile.
    fn height(&self) -> usize {
        self.filters.tile_rows(self.analysis.instructions)
    }

    /// Computes the results of a block of an image for some tiles of output channels.
    fn rows(&self, place: Place<'_>, outputs: Outputs<'_, T>, input: &[T], memory: &mut Memory<T>) {
        let Place {
            image,
            block,
            offsets,
        } = place;
        let instructions = self.analysis.instructions;
        let (rows, pitch) = (self.height(), block.results());
        let Memory {
            products, results, ..
        } = memory;
        let (plane, of_tile) = (offsets.len() * rows, rows * AREA * pitch);
        let tiles = || outputs.weights.chunks_exact(AREA * plane).enumerate();
        products.resize(tiles().len() * of_tile, T::zero());
        for element in 0..AREA {
            for (index, weights) in tiles() {
                Accumulate {
                    x: &input[element * self.analysis.numbers(block)..],
                    offsets,
                    packed: &weights[element * plane..][..plane],
                    height: rows,
                    pitch,
                    sums: &mut products[index * of_tile + element * pitch..],
                    stride: AREA * pitch,
                }
                .run(instructions);
            }
        }
        let channels = outputs.first * rows..self.filters.rows;
        for (output, products) in channels.zip(products.chunks_exact(AREA * pitch)) {
            self.store(block, image * self.filters.rows + output, products, results);
        }
    }

    /// Stores the results of one output channel.
    fn store(&self, block: &Block, plane: usize, products: &[T], results: &mut Vec<T>) {
        let grid = self.analysis.grid;
        let (m, [depth, height, width]) = (grid.m, grid.geometry.output);
        let pitch = block.results();
        results.resize(m * m * block.tiles, T::zero());
        let offsets_to: Vec<usize> = (0..m * m).map(|e| e * block.tiles).collect();
        let finish = self.finish.of(plane % self.filters.rows);
        for (index, z) in block.depths.clone().enumerate() {
            let offsets_from: Vec<usize> =
                (0..AREA).map(|e| e * pitch + index * block.tiles).collect();
            Transform {
                step: Step::Result(m),
                from: products,
                offsets_from: &offsets_from,
                to: results,
                offsets_to: &offsets_to,
                count: block.tiles,
            }
            .run(self.analysis.instructions);
            let lines = block.rows.start * m..(block.rows.end * m).min(height);
            for line in lines {
                let (row, i) = (line / m - block.rows.start, line % m);
                let start = ((plane * depth + z) * height + line) * width;
                // SAFETY: planes, depths and lines differ between all calls that can run at the same time: tasks differ
                // in image or block, or in the output channel; no two ranges overlap.
                #[allow(unsafe_code)]
                let target = unsafe { self.y.range(start, width) };
                self.analysis.instructions.run(Join {
                    phases: &results[i * m * block.tiles + row * grid.row..],
                    len: block.tiles,
                    m,
                    finish,
                    row: target,
                });
            }
        }
    }
}
