//! Correlation with a kernel: the forward pass and the data gradient of every convolution.

use rayon::prelude::*;

use super::disjoint::Disjoint;
use super::geometry::Geometry;
use super::instructions::Instructions;
use super::planes::{Source, cut};
use super::tiles::{Accumulate, pack};
use super::winograd::{self, Filters};
use crate::Element;

/// Elements of input and output that a block works on: a quarter of a common second-level cache in `f32`.
const BLOCK_ELEMENTS: usize = 65_536;
/// Fewer positions than this are not worth a block of their own.
const LEAST_POSITIONS: usize = 384;

/// What is added to, and made of, the sums before they are stored.
#[derive(Clone, Copy)]
pub(crate) struct Finish<'a, T> {
    /// One number for each output channel.
    pub(crate) bias: Option<&'a [T]>,
    /// Negative results become 0.
    pub(crate) relu: bool,
}

/// `y[image, out, o] = finish(Σ_{in, tap} w[out, in, tap] · x[image, in, o · stride + tap − front])`.
///
/// `y` is (image, out, position).
pub(crate) fn correlate<T: Element>(
    x: Source<T>,
    filters: &Filters<T>,
    geometry: &Geometry,
    finish: Finish<T>,
) -> Vec<T> {
    let outputs = filters.rows;
    if winograd::suits(geometry, [x.channels, outputs])
        && let Some(y) = winograd::correlate(x, filters, geometry, finish)
    {
        return y;
    }
    let instructions = Instructions::best::<T>();
    let packed = pack(&filters.plain(), outputs, instructions.rows());
    let target = (BLOCK_ELEMENTS / (x.channels + outputs)).max(LEAST_POSITIONS);
    let tiling = geometry.tiling(target);
    let offsets = tiling.offsets(x.channels);
    let mut y = vec![T::zero(); x.images() * outputs * geometry.output_len()];
    let target = Disjoint::new(&mut y);
    let task = |(planes, sums): &mut (Vec<T>, Vec<T>), task: usize| {
        let image = task / tiling.blocks.len();
        let block = &tiling.blocks[task % tiling.blocks.len()];
        cut(&x, image, &tiling.window(block), planes);
        let pitch = tiling.len(block).next_multiple_of(instructions.lanes());
        sums.resize(packed.len() / offsets.len() * pitch, T::zero());
        Accumulate {
            x: planes,
            offsets: &offsets,
            packed: &packed,
            pitch,
            sums,
            stride: pitch,
        }
        .run(instructions);
        let places = tiling.places(geometry, block);
        for (output, sums) in sums.chunks_exact(pitch).take(outputs).enumerate() {
            let start = (image * outputs + output) * geometry.output_len() + places.start;
            // SAFETY: tasks differ in image or block, blocks in their rows, and turns of this loop in the output
            // channel: no two ranges overlap.
            #[allow(unsafe_code)]
            let target = unsafe { target.range(start, places.len()) };
            let bias = finish.bias.map_or(T::zero(), |bias| bias[output]);
            let rows = [geometry.output[2], tiling.row()];
            store(sums, target, rows, bias, finish.relu);
        }
    };
    (0..x.images() * tiling.blocks.len())
        .into_par_iter()
        .for_each_init(|| (Vec::new(), Vec::new()), task);
    y
}

/// Copies rows of `width` out of sums that lie `pitch` apart.
fn store<T: Element>(
    sums: &[T],
    target: &mut [T],
    [width, pitch]: [usize; 2],
    bias: T,
    relu: bool,
) {
    for (row, sums) in target.chunks_exact_mut(width).zip(sums.chunks(pitch)) {
        if relu {
            row.iter_mut().zip(sums).for_each(|(y, s)| {
                let sum = *s + bias;
                // A comparison that keeps NaN, as PyTorch's does.
                *y = if sum <= T::zero() { T::zero() } else { sum };
            });
        } else {
            row.iter_mut().zip(sums).for_each(|(y, s)| *y = *s + bias);
        }
    }
}
