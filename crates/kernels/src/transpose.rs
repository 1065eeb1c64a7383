//! Transposed convolution with equal stride and kernel: every input element fills a separate tile of the output.

use rayon::prelude::*;

use super::disjoint::Disjoint;
use super::instructions::Instructions;
use super::lanes::WIDEST;
use super::offsets::Offsets;
use super::planes::SLACK;
use super::spare::Spare;
use super::tiles::{Accumulate, CorrelateRows, pack};
use crate::Element;

/// Output positions per task.
const BLOCK_POSITIONS: usize = 4096;
/// Number of tasks of the weight gradient, independent of the number of threads.
const GROUPS: usize = 16;

/// Shapes of a transposed convolution whose kernel is its stride, `n` rows and columns and `deep` slices: (in, d, h, w)
/// becomes (out, deep·d, n·h, n·w). In two dimensions d and `deep` are 1.
#[derive(Debug, Clone, Copy)]
pub struct Tiles {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Slices of the input.
    pub depth: usize,
    /// Rows of the input.
    pub height: usize,
    /// Columns of the input.
    pub width: usize,
    /// Slices of the kernel.
    pub deep: usize,
    /// Rows and columns of the kernel.
    pub n: usize,
}

/// Some rows of one slice of one image of the input.
#[derive(Debug, Clone, Copy)]
struct Block {
    image: usize,
    slice: usize,
    first: usize,
    rows: usize,
}

impl Tiles {
    fn input_len(&self) -> usize {
        self.depth * self.height * self.width
    }

    fn output_len(&self) -> usize {
        self.input_len() * self.deep * self.n * self.n
    }

    /// Number of output slices, over all channels, that one slice of the input fills.
    fn planes(&self) -> usize {
        self.outputs * self.deep
    }

    /// Number of output channels times elements of a tile.
    fn wide(&self) -> usize {
        self.planes() * self.n * self.n
    }

    fn blocks(&self, images: usize) -> Vec<Block> {
        let step = (BLOCK_POSITIONS / (self.width * self.n * self.n)).clamp(1, self.height);
        let firsts = |slice: usize| {
            (0..self.height)
                .step_by(step)
                .map(move |first| (slice, first))
        };
        (0..images * self.depth)
            .flat_map(firsts)
            .map(|(slice, first)| Block {
                image: slice / self.depth,
                slice: slice % self.depth,
                first,
                rows: step.min(self.height - first),
            })
            .collect()
    }

    /// Start and length of a block's rows in one channel of the input.
    fn input_range(&self, block: Block, input: usize) -> (usize, usize) {
        let plane = block.image * self.inputs + input;
        (
            plane * self.input_len() + (block.slice * self.height + block.first) * self.width,
            block.rows * self.width,
        )
    }

    /// Start and length of a block's rows in a plane of the output.
    fn output_range(&self, block: Block, plane: usize) -> (usize, usize) {
        let tile = self.n * self.n;
        let channel = block.image * self.outputs + plane / self.deep;
        let slice = block.slice * self.deep + plane % self.deep;
        let row = slice * self.height + block.first;
        let start = channel * self.output_len() + row * self.width * tile;
        (start, block.rows * self.width * tile)
    }

    /// A block of the input as (in, position), channels `pitch` apart.
    fn copy_input<T: Element>(&self, x: &[T], block: Block, pitch: usize, target: &mut Vec<T>) {
        target.clear();
        target.resize(self.inputs.next_multiple_of(8) * pitch + SLACK, T::zero());
        for (input, target) in target.chunks_exact_mut(pitch).take(self.inputs).enumerate() {
            let (start, len) = self.input_range(block, input);
            target[..len].copy_from_slice(&x[start..start + len]);
        }
    }

    /// A block of the output as (out · tile element, input position), each `pitch` apart.
    fn copy_output<T: Element>(&self, dy: &[T], block: Block, pitch: usize, target: &mut Vec<T>) {
        target.clear();
        target.resize(self.wide() * pitch + SLACK, T::zero());
        for plane in 0..self.planes() {
            let (start, len) = self.output_range(block, plane);
            let lines = dy[start..start + len].chunks_exact(self.width * self.n);
            for (line, source) in lines.enumerate() {
                for b in 0..self.n {
                    let at = self.packed(plane, line, b, pitch);
                    let target = &mut target[at..at + self.width];
                    let source = source[b..].iter().step_by(self.n);
                    target.iter_mut().zip(source).for_each(|(t, s)| *t = *s);
                }
            }
        }
    }

    /// Index of the elements b, b + n, … of a line of the output in the order of [`Tiles::copy_output`].
    fn packed(&self, plane: usize, line: usize, b: usize, pitch: usize) -> usize {
        let (row, a) = (line / self.n, line % self.n);
        ((plane * self.n + a) * self.n + b) * pitch + row * self.width
    }
}

/// `y[image, out, n·i + a, n·j + b] = bias[out] + Σ_in w[in, out, a, b] · x[image, in, i, j]`, and in three dimensions
/// likewise along depth.
pub fn transpose<T: Element>(x: &[T], weights: &[T], bias: &[T], tiles: Tiles) -> Vec<T> {
    let images = x.len() / (tiles.inputs * tiles.input_len());
    let instructions = Instructions::best::<T>();
    let wide = tiles.wide();
    let transposed: Vec<T> = (0..wide)
        .flat_map(|element| weights[element..].iter().step_by(wide).copied())
        .collect();
    let height = instructions.tile_rows(wide);
    let packed = pack(&transposed, wide, height);
    let mut y = vec![T::zero(); images * tiles.outputs * tiles.output_len()];
    let target = Disjoint::new(&mut y);
    let task = |(input, sums): &mut (Vec<T>, Vec<T>), block: &Block| {
        let pitch = (block.rows * tiles.width).next_multiple_of(instructions.lanes());
        tiles.copy_input(x, *block, pitch, input);
        let offsets: Offsets = (0..tiles.inputs).map(|input| input * pitch).collect();
        sums.resize(packed.len() / offsets.len() * pitch, T::zero());
        Accumulate {
            x: input,
            offsets: &offsets,
            packed: &packed,
            height,
            pitch,
            sums,
            stride: pitch,
        }
        .run(instructions);
        for plane in 0..tiles.planes() {
            let (start, len) = tiles.output_range(*block, plane);
            // SAFETY: tasks differ in image, slice or rows, and turns of this loop in the plane: no overlap.
            #[allow(unsafe_code)]
            let target = unsafe { target.range(start, len) };
            let lines = target.chunks_exact_mut(tiles.width * tiles.n);
            for (line, target) in lines.enumerate() {
                for b in 0..tiles.n {
                    let at = tiles.packed(plane, line, b, pitch);
                    let target = target[b..].iter_mut().step_by(tiles.n);
                    let sums = &sums[at..at + tiles.width];
                    let bias = bias[plane / tiles.deep];
                    target.zip(sums).for_each(|(y, s)| *y = *s + bias);
                }
            }
        }
    };
    let (memory, blocks) = (Spare::default(), tiles.blocks(images));
    blocks
        .par_iter()
        .for_each(|block| memory.with(|memory| task(memory, block)));
    y
}

/// Gradient of the input: `dx[image, in, i, j] = Σ_{out, a, b} w[in, out, a, b] · dy[image, out, n·i + a, n·j + b]`.
pub fn transpose_data<T: Element>(dy: &[T], weights: &[T], tiles: Tiles) -> Vec<T> {
    let images = dy.len() / (tiles.outputs * tiles.output_len());
    let instructions = Instructions::best::<T>();
    let height = instructions.tile_rows(tiles.inputs);
    let packed = pack(weights, tiles.inputs, height);
    let mut dx = vec![T::zero(); images * tiles.inputs * tiles.input_len()];
    let target = Disjoint::new(&mut dx);
    let task = |(gradient, sums): &mut (Vec<T>, Vec<T>), block: &Block| {
        let pitch = (block.rows * tiles.width).next_multiple_of(instructions.lanes());
        tiles.copy_output(dy, *block, pitch, gradient);
        let offsets: Offsets = (0..tiles.wide()).map(|element| element * pitch).collect();
        sums.resize(packed.len() / offsets.len() * pitch, T::zero());
        Accumulate {
            x: gradient,
            offsets: &offsets,
            packed: &packed,
            height,
            pitch,
            sums,
            stride: pitch,
        }
        .run(instructions);
        for (input, sums) in sums.chunks_exact(pitch).take(tiles.inputs).enumerate() {
            let (start, len) = tiles.input_range(*block, input);
            // SAFETY: tasks differ in image, slice or rows, and turns of this loop in the input channel: no overlap.
            #[allow(unsafe_code)]
            let target = unsafe { target.range(start, len) };
            target.copy_from_slice(&sums[..len]);
        }
    };
    let (memory, blocks) = (Spare::default(), tiles.blocks(images));
    blocks
        .par_iter()
        .for_each(|block| memory.with(|memory| task(memory, block)));
    dx
}

/// Gradient of the weights, as (in, out, a, b): `Σ_{image, i, j} x · dy`, groups of blocks added in their order.
pub fn transpose_weights<T: Element>(x: &[T], dy: &[T], tiles: Tiles) -> Vec<T> {
    let images = x.len() / (tiles.inputs * tiles.input_len());
    let instructions = Instructions::best::<T>();
    let (wide, blocks) = (tiles.wide(), tiles.blocks(images));
    let rows = tiles.inputs.next_multiple_of(instructions.rows());
    let groups = GROUPS.min(blocks.len());
    let partial = |group: usize| {
        let mut partial = vec![T::zero(); rows * wide];
        let (mut input, mut gradient) = (Vec::new(), Vec::new());
        for block in &blocks[group * blocks.len() / groups..(group + 1) * blocks.len() / groups] {
            let pitch = (block.rows * tiles.width).next_multiple_of(WIDEST);
            tiles.copy_input(x, *block, pitch, &mut input);
            tiles.copy_output(dy, *block, pitch, &mut gradient);
            let offsets: Offsets = (0..wide).map(|element| element * pitch).collect();
            CorrelateRows {
                x: &gradient,
                offsets: &offsets,
                dy: &input,
                pitch,
                stride: pitch,
                sums: &mut partial,
            }
            .run(instructions);
        }
        partial
    };
    let partials: Vec<Vec<T>> = (0..groups).into_par_iter().map(partial).collect();
    let mut total = vec![T::zero(); tiles.inputs * wide];
    for partial in &partials {
        total.iter_mut().zip(partial).for_each(|(t, p)| *t += *p);
    }
    total
}
