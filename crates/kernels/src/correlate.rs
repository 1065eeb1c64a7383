//! Correlation with a kernel: the forward pass and the data gradient of every convolution.

use rayon::prelude::*;

use super::disjoint::Disjoint;
use super::geometry::Geometry;
use super::instructions::Instructions;
use super::lanes::{Kernel, Lanes};
use super::planes::{Source, cut};
use super::spare::Spare;
use super::tiles::{Accumulate, pack};
use super::winograd::{self, Filters, Pass};
use crate::Element;

/// Elements of input and output per block: a quarter of a typical second-level cache in `f32`.
const BLOCK_ELEMENTS: usize = 65_536;
/// Smallest number of positions of a block.
const LEAST_POSITIONS: usize = 384;

/// Operations on each sum before it is stored.
#[derive(Clone, Copy)]
pub struct Finish<'a, T> {
    /// Added first, one number per output channel.
    pub bias: Option<&'a [T]>,
    /// If set, negative results become 0.
    pub relu: bool,
    /// Last, each channel's results are multiplied by the first number, and the second one is added.
    pub affine: Option<&'a [[T; 2]]>,
}

/// The [`Finish`] of one output channel.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChannelFinish<T> {
    bias: T,
    relu: bool,
    affine: Option<[T; 2]>,
}

impl<T: Element> Finish<'_, T> {
    pub(super) fn of(&self, output: usize) -> ChannelFinish<T> {
        ChannelFinish {
            bias: self.bias.map_or(T::zero(), |bias| bias[output]),
            relu: self.relu,
            affine: self.affine.map(|affine| affine[output]),
        }
    }
}

impl<T: Element> ChannelFinish<T> {
    /// Passes the map of each sum to `store`, which is compiled once per kind of finish.
    #[inline(always)]
    pub(super) fn with(self, store: impl Store<T>) {
        let bias = self.bias;
        match (self.relu, self.affine) {
            (false, None) => store.run(|sum| sum + bias),
            (true, None) => store.run(|sum| rectified(sum + bias)),
            (false, Some([scale, shift])) => store.run(|sum| (sum + bias) * scale + shift),
            (true, Some([scale, shift])) => {
                store.run(|sum| rectified(sum + bias) * scale + shift);
            }
        }
    }
}

/// Stores sums after a map.
pub(super) trait Store<T> {
    fn run(self, finish: impl Fn(T) -> T);
}

/// max(x, 0) by a comparison that keeps NaN, as PyTorch's does.
#[inline(always)]
fn rectified<T: Element>(x: T) -> T {
    if x <= T::zero() { T::zero() } else { x }
}

/// `y[image, out, o] = finish(Σ_{in, tap} w[out, in, tap] · x[image, in, o · stride + tap − front])`.
///
/// `y` is (image, out, position).
pub fn correlate<T: Element>(
    x: Source<T>,
    filters: &Filters<T>,
    geometry: &Geometry,
    finish: Finish<T>,
) -> Vec<T> {
    let outputs = filters.rows;
    if winograd::suits::<T>(geometry, [x.channels, outputs], Pass::Result)
        && let Some(y) = winograd::correlate(x, filters, geometry, finish)
    {
        return y;
    }
    let instructions = Instructions::best::<T>();
    let height = instructions.tile_rows(outputs);
    let packed = pack(&filters.plain(), outputs, height);
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
            height,
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
            instructions.run(Rows {
                sums,
                pitch: tiling.row(),
                target,
                width: geometry.output[2],
                finish: finish.of(output),
            });
        }
    };
    let memory = Spare::default();
    (0..x.images() * tiling.blocks.len())
        .into_par_iter()
        .for_each(|index| memory.with(|memory| task(memory, index)));
    y
}

/// Copies rows of `width` elements from sums whose rows start `pitch` elements apart.
struct Rows<'a, T> {
    sums: &'a [T],
    pitch: usize,
    target: &'a mut [T],
    width: usize,
    finish: ChannelFinish<T>,
}

impl<T: Element> Store<T> for Rows<'_, T> {
    #[inline(always)]
    fn run(self, finish: impl Fn(T) -> T) {
        let rows = self.target.chunks_exact_mut(self.width);
        for (row, sums) in rows.zip(self.sums.chunks(self.pitch)) {
            row.iter_mut()
                .zip(sums)
                .for_each(|(y, sum)| *y = finish(*sum));
        }
    }
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for Rows<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) {
        self.finish.with(self);
    }
}
