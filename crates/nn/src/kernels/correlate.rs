//! Correlation of padded planes with a kernel: the forward pass and the data gradient of every convolution.

use rayon::prelude::*;

use super::disjoint::Disjoint;
use super::geometry::Geometry;
use super::planes;
use super::tiles::{Instructions, accumulate, pack};
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
/// `x` is (image, in, position), `weights` (out, in, tap) with `channels` = (in, out), `y` (image, out, position).
pub(crate) fn correlate<T: Element>(
    x: &[T],
    weights: &[T],
    channels: [usize; 2],
    geometry: &Geometry,
    finish: Finish<T>,
) -> Vec<T> {
    let [inputs, outputs] = channels;
    let images = x.len() / (inputs * geometry.input_len());
    let instructions = Instructions::best::<T>();
    let packed = pack(weights, outputs, instructions.rows());
    let offsets = geometry.offsets(inputs);
    let planes = planes::cut(x, inputs, geometry);
    let blocks = geometry.blocks((BLOCK_ELEMENTS / (inputs + outputs)).max(LEAST_POSITIONS));
    let mut y = vec![T::zero(); images * outputs * geometry.output_len()];
    let target = Disjoint::new(&mut y);
    (0..images * blocks.len())
        .into_par_iter()
        .for_each_init(Vec::new, |sums, task| {
            let (image, block) = (task / blocks.len(), &blocks[task % blocks.len()]);
            let planes = &planes[image * geometry.image_len(inputs) + block.base..];
            let pitch = block.len.next_multiple_of(instructions.positions());
            accumulate(instructions, planes, &offsets, &packed, (sums, pitch));
            let [.., width] = geometry.output;
            for (output, sums) in sums.chunks_exact(pitch).take(outputs).enumerate() {
                let start = (image * outputs + output) * geometry.output_len();
                // SAFETY: tasks differ in image or block, blocks in their rows, and turns of this loop in the output
                // channel: no two ranges overlap.
                #[allow(unsafe_code)]
                let target = unsafe {
                    target.range(start + block.rows.start * width, block.rows.len() * width)
                };
                let bias = finish.bias.map_or(T::zero(), |bias| bias[output]);
                let [.., row] = geometry.plane();
                store(sums, target, [width, row], bias, finish.relu);
            }
        });
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
