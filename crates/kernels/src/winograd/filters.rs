//! Transforms of weights and of their gradients.

use std::borrow::Cow;
use std::ops::Range;

use rayon::prelude::*;

use super::transform::{AREA, Step, Transform};
use crate::Element;
use crate::instructions::Instructions;
use crate::lanes::WIDEST;
use crate::spare::Spare;

/// Number of weights that are transformed at a time: as many as fit into the first-level cache.
const CHUNK: usize = 256;

/// The weights of a convolution, (out, in, depth, height, width), and how to read them.
#[derive(Clone, Copy)]
pub struct Filters<'a, T> {
    /// The elements, in the order of the axes above.
    pub weights: &'a [T],
    /// Rows of the product: output channels, or input channels if flipped.
    pub rows: usize,
    /// Columns of the product, over which sums run: input channels, or output channels if flipped.
    pub columns: usize,
    /// Depth, height and width of the kernel.
    pub kernel: [usize; 3],
    /// Whether all axes are reversed and input and output channels exchanged: the kernel of the data gradient.
    pub flipped: bool,
}

impl<T: Element> Filters<'_, T> {
    fn area(&self) -> usize {
        self.kernel[1] * self.kernel[2]
    }

    /// The weights as (row, column, tap), flipped if requested.
    pub fn plain(&self) -> Cow<'_, [T]> {
        if !self.flipped {
            return Cow::Borrowed(self.weights);
        }
        let (depths, area) = (self.kernel[0], self.area());
        let mut plain = vec![T::zero(); self.weights.len()];
        let rows = plain
            .par_chunks_mut(self.columns * depths * area)
            .enumerate();
        rows.for_each(|(row, target)| {
            for (index, target) in target.chunks_exact_mut(area).enumerate() {
                let weights = self.slice(row, index / depths, index % depths);
                let backwards = weights.iter().rev();
                target.iter_mut().zip(backwards).for_each(|(t, w)| *t = *w);
            }
        });
        Cow::Owned(plain)
    }

    /// The taps of a kernel at one depth, as stored, with height and width flattened; if flipped, the last depth comes
    /// first.
    #[inline]
    fn slice(&self, row: usize, column: usize, depth: usize) -> &[T] {
        let (area, depths) = (self.area(), self.kernel[0]);
        let (kernel, depth) = if self.flipped {
            (column * self.rows + row, depths - 1 - depth)
        } else {
            (row * self.columns + column, depth)
        };
        &self.weights[(kernel * depths + depth) * area..][..area]
    }

    /// Number of rows of a tile.
    pub(super) fn tile_rows(&self, instructions: Instructions) -> usize {
        instructions.tile_rows(self.rows)
    }

    /// Number of elements of a transformed tile of rows.
    pub(super) fn tile_len(&self, instructions: Instructions) -> usize {
        AREA * self.columns * self.kernel[0] * self.tile_rows(instructions)
    }

    /// Transforms all kernels, tile by tile of rows.
    pub(super) fn transformed(&self, instructions: Instructions) -> Vec<T> {
        let len = self.tile_len(instructions);
        let mut all = vec![T::zero(); self.rows.div_ceil(self.tile_rows(instructions)) * len];
        let tiles = all.par_chunks_mut(len).enumerate();
        let memory = Spare::default();
        tiles.for_each(|(tile, target)| {
            memory.with(|taps| self.transform_tile(instructions, tile, taps, target));
        });
        all
    }

    /// Transforms the kernels of a tile of rows to (element of the transform, column, depth, row of the tile), with
    /// zeros in the last tile. `taps` is working memory.
    pub(super) fn transform_tile(
        &self,
        instructions: Instructions,
        tile: usize,
        taps: &mut Vec<T>,
        target: &mut [T],
    ) {
        let (height, plane) = (self.tile_rows(instructions), target.len() / AREA);
        let chunk = CHUNK.next_multiple_of(height * WIDEST);
        let rows = (self.rows - tile * height).min(height);
        let step = Step::Weights(self.kernel[1]);
        taps.clear();
        taps.resize(self.area() * chunk, T::zero());
        for start in (0..plane).step_by(chunk) {
            let len = chunk.min(plane - start);
            for column in start / height..(start + len) / height {
                let (channel, depth) = (column / self.kernel[0], column % self.kernel[0]);
                let at = column * height - start;
                for row in 0..rows {
                    let weights = self.slice(tile * height + row, channel, depth);
                    let places = taps[at + row..].iter_mut().step_by(chunk);
                    if self.flipped {
                        places.zip(weights.iter().rev()).for_each(|(t, w)| *t = *w);
                    } else {
                        places.zip(weights).for_each(|(t, w)| *t = *w);
                    }
                }
            }
            let taps = Strided {
                values: taps.as_slice(),
                stride: chunk,
            };
            let target = Strided {
                values: &mut *target,
                stride: plane,
            };
            whole_vectors(step, instructions, taps, target, start..start + len);
        }
    }
}

/// Values of many kernels: values of one tap, or of one element of a transform, are consecutive; those of the next one
/// start `stride` elements later.
#[derive(Clone, Copy)]
struct Strided<V> {
    values: V,
    stride: usize,
}

/// Transforms the first kernels of `taps` to the indices `kernels` of `target`; the padding of the last vector is
/// dropped.
fn whole_vectors<T: Element>(
    step: Step,
    instructions: Instructions,
    taps: Strided<&[T]>,
    target: Strided<&mut [T]>,
    kernels: Range<usize>,
) {
    let (taps, chunk) = (taps.values, taps.stride);
    let (target, plane) = (target.values, target.stride);
    let (start, len) = (kernels.start, kernels.len());
    let offsets_from: Vec<usize> = (0..taps.len() / chunk).map(|tap| tap * chunk).collect();
    let whole = len / instructions.lanes() * instructions.lanes();
    let offsets_to: Vec<usize> = (0..AREA).map(|e| e * plane + start).collect();
    Transform {
        step,
        from: taps,
        offsets_from: &offsets_from,
        to: target,
        offsets_to: &offsets_to,
        count: whole,
    }
    .run(instructions);
    if whole < len {
        let lanes = instructions.lanes();
        let mut last = vec![T::zero(); AREA * lanes];
        let offsets_from: Vec<usize> = offsets_from.iter().map(|o| o + whole).collect();
        let offsets: Vec<usize> = (0..AREA).map(|e| e * lanes).collect();
        Transform {
            step,
            from: taps,
            offsets_from: &offsets_from,
            to: &mut last,
            offsets_to: &offsets,
            count: lanes,
        }
        .run(instructions);
        for (e, last) in last.chunks_exact(lanes).enumerate() {
            target[e * plane + start + whole..][..len - whole]
                .copy_from_slice(&last[..len - whole]);
        }
    }
}

/// The gradients of weights, (out, in · depth, tap), from sums in the order (element, row, column · depth).
pub(super) fn gradients<T: Element>(
    instructions: Instructions,
    sums: &[T],
    [rows, columns]: [usize; 2],
    r: usize,
) -> Vec<T> {
    let (area, plane) = (r * r, sums.len() / AREA);
    let mut gradients = vec![T::zero(); rows * columns * area];
    let targets = gradients.par_chunks_mut(CHUNK * area).enumerate();
    targets.for_each_init(Vec::new, |taps, (chunk, target)| {
        let (start, len) = (chunk * CHUNK, target.len() / area);
        taps.clear();
        taps.resize(area * CHUNK, T::zero());
        let sums = Strided {
            values: sums,
            stride: plane,
        };
        let lowered = Strided {
            values: taps.as_mut_slice(),
            stride: CHUNK,
        };
        lower(instructions, r, sums, lowered, start..start + len);
        for (kernel, target) in target.chunks_exact_mut(area).enumerate() {
            for (tap, weight) in target.iter_mut().enumerate() {
                *weight = taps[tap * CHUNK + kernel];
            }
        }
    });
    gradients
}

/// Transforms the sums at the indices `kernels` to the first kernels of `taps`.
fn lower<T: Element>(
    instructions: Instructions,
    r: usize,
    sums: Strided<&[T]>,
    taps: Strided<&mut [T]>,
    kernels: Range<usize>,
) {
    let (sums, plane) = (sums.values, sums.stride);
    let (taps, chunk) = (taps.values, taps.stride);
    let (start, len) = (kernels.start, kernels.len());
    let lanes = instructions.lanes();
    let offsets_to: Vec<usize> = (0..r * r).map(|tap| tap * chunk).collect();
    let step = Step::WeightsGradient(r);
    let whole = len / lanes * lanes;
    let offsets: Vec<usize> = (0..AREA).map(|e| e * plane + start).collect();
    Transform {
        step,
        from: sums,
        offsets_from: &offsets,
        to: taps,
        offsets_to: &offsets_to,
        count: whole,
    }
    .run(instructions);
    if whole < len {
        let mut last = vec![T::zero(); AREA * lanes];
        for (e, last) in last.chunks_exact_mut(lanes).enumerate() {
            last[..len - whole].copy_from_slice(&sums[e * plane + start + whole..][..len - whole]);
        }
        let offsets: Vec<usize> = (0..AREA).map(|e| e * lanes).collect();
        let offsets_to: Vec<usize> = offsets_to.iter().map(|o| o + whole).collect();
        Transform {
            step,
            from: &last,
            offsets_from: &offsets,
            to: taps,
            offsets_to: &offsets_to,
            count: lanes,
        }
        .run(instructions);
    }
}
