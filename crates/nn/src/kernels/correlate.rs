//! Correlation of padded planes with a kernel: the forward pass and the data gradient of every convolution.

use rayon::prelude::*;

use super::disjoint::Disjoint;
use super::geometry::{Block, Geometry};
use super::matmul::{View, multiply};
use super::planes;
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

/// `y[image, out, o] = finish(Σ_{in, tap} w[tap, out, in] · x[image, in, o · stride + tap − front])`.
///
/// `x` is (image, in, position), `weights` (tap, out, in) with `channels` = (in, out), `y` (image, out, position).
pub(crate) fn correlate<T: Element>(
    x: &[T],
    weights: &[T],
    channels: [usize; 2],
    geometry: &Geometry,
    finish: Finish<T>,
) -> Vec<T> {
    let [inputs, outputs] = channels;
    let images = x.len() / (inputs * geometry.input_len());
    let planes = planes::cut(x, inputs, geometry);
    let image_len = geometry.phases() * inputs * geometry.plane_len();
    let blocks = geometry.blocks((BLOCK_ELEMENTS / (inputs + outputs)).max(LEAST_POSITIONS));
    let mut y = vec![T::zero(); images * outputs * geometry.output_len()];
    let target = Disjoint::new(&mut y);
    (0..images * blocks.len())
        .into_par_iter()
        .for_each_init(Vec::new, |sums, task| {
            let (image, block) = (task / blocks.len(), &blocks[task % blocks.len()]);
            let planes = &planes[image * image_len..(image + 1) * image_len];
            sums.resize(outputs * block.len, T::zero());
            accumulate(planes, weights, channels, geometry, (block, sums));
            for output in 0..outputs {
                let sums = &sums[output * block.len..(output + 1) * block.len];
                let start = (image * outputs + output) * geometry.output_len();
                let width = geometry.output[2];
                // SAFETY: tasks differ in image or block, blocks in their rows, and turns of this loop in the output
                // channel: no two ranges overlap.
                #[allow(unsafe_code)]
                let target = unsafe {
                    target.range(start + block.rows.start * width, block.rows.len() * width)
                };
                let bias = finish.bias.map_or(T::zero(), |bias| bias[output]);
                let pitch = geometry.plane()[2];
                store(sums, target, [width, pitch], bias, finish.relu);
            }
        });
    y
}

/// Sums over taps and input channels at the flat positions of one block: (output, position).
fn accumulate<T: Element>(
    planes: &[T],
    weights: &[T],
    [inputs, outputs]: [usize; 2],
    geometry: &Geometry,
    (block, sums): (&Block, &mut Vec<T>),
) {
    let plane = geometry.plane_len();
    for (index, tap) in geometry.taps().iter().enumerate() {
        let left = View {
            data: &weights[index * outputs * inputs..(index + 1) * outputs * inputs],
            row: inputs,
            column: 1,
        };
        let right = View {
            data: &planes[tap.phase * inputs * plane + block.base + tap.offset..],
            row: plane,
            column: 1,
        };
        let size = [outputs, block.len, inputs];
        multiply(size, (sums, block.len), left, right, index > 0);
    }
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
