//! Sums over the tiles of a block of the products of input and gradient, where there are few tiles: as outer products, with the input's
//! channels along the vectors. Sums along the vectors, as of [`crate::tiles::CorrelateRows`], would mostly add up vectors.

use crate::Element;
use crate::instructions::Instructions;
use crate::lanes::WIDEST;
use crate::offsets::Offsets;
use crate::tiles::Accumulate;

/// Most tile indices of a block for which this is used. Chosen by measurement: with AVX2 and 256 channels it is 2.1 times as fast for 48 tiles.
const MOST_TILES: usize = 256;
/// Fewest channels on both sides.
const LEAST_CHANNELS: usize = 64;

/// `sums[row, k] += Σ_p dy[row · stride + p] · x[offsets[k] + p]` over p < pitch, as [`crate::tiles::CorrelateRows`] has it.
pub(super) struct Outer<'a, T> {
    pub(super) x: &'a [T],
    pub(super) offsets: &'a Offsets,
    pub(super) dy: &'a [T],
    pub(super) pitch: usize,
    pub(super) stride: usize,
    pub(super) sums: &'a mut [T],
}

/// Working memory of a thread.
#[derive(Debug)]
pub(super) struct Memory<T> {
    /// The input as (tile index, channel).
    x: Vec<T>,
    /// The gradient of a tile of rows as (tile index, row).
    dy: Vec<T>,
    sums: Vec<T>,
}

impl<T> Default for Memory<T> {
    fn default() -> Self {
        Self {
            x: Vec::new(),
            dy: Vec::new(),
            sums: Vec::new(),
        }
    }
}

/// Whether there are few tiles and many channels.
pub(super) fn suits(tiles: usize, channels: [usize; 2]) -> bool {
    tiles <= MOST_TILES && channels.iter().all(|count| *count >= LEAST_CHANNELS)
}

impl<T: Element> Outer<'_, T> {
    pub(super) fn run(self, instructions: Instructions, memory: &mut Memory<T>) {
        let columns = self.offsets.len();
        let pitch = columns.next_multiple_of(WIDEST);
        // The addend avoids that tile indices compete for the same cache sets.
        let row = pitch + WIDEST;
        let Memory { x, dy, sums } = memory;
        x.resize(self.pitch * row, T::zero());
        for start in (0..self.pitch).step_by(WIDEST) {
            let count = WIDEST.min(self.pitch - start);
            for (column, offset) in self.offsets.all().iter().enumerate() {
                let values = &self.x[offset + start..][..count];
                let places = x[start * row + column..].iter_mut().step_by(row);
                places
                    .zip(values)
                    .for_each(|(place, value)| *place = *value);
            }
        }
        let places: Offsets = (0..self.pitch).map(|p| p * row).collect();
        let height = instructions.rows();
        dy.resize(self.pitch * height, T::zero());
        sums.resize(height * pitch, T::zero());
        let tiles = self.sums.chunks_exact_mut(height * columns).enumerate();
        for (tile, totals) in tiles {
            for index in 0..height {
                let values = &self.dy[(tile * height + index) * self.stride..][..self.pitch];
                let places = dy[index..].iter_mut().step_by(height);
                places
                    .zip(values)
                    .for_each(|(place, value)| *place = *value);
            }
            Accumulate {
                x,
                offsets: &places,
                packed: dy,
                height,
                pitch,
                sums,
                stride: pitch,
            }
            .run(instructions);
            for (totals, sums) in totals
                .chunks_exact_mut(columns)
                .zip(sums.chunks_exact(pitch))
            {
                totals
                    .iter_mut()
                    .zip(sums)
                    .for_each(|(total, sum)| *total += *sum);
            }
        }
    }
}
