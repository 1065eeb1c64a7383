//! Sums over the tiles of a block of the products of input and gradient, where there are few tiles: as outer products, with the input's
//! channels along the vectors. Sums along the vectors, as of [`crate::tiles::CorrelateRows`], would mostly add up vectors.

use crate::Element;
use crate::instructions::Instructions;
use crate::lanes::WIDEST;
use crate::offsets::Offsets;
use crate::tiles::Accumulate;

/// Most tile indices of a block for which this is used. With 256 channels it is 1.8 (AVX2) to 2.7 times (AVX-512) as fast for an image of
/// 31 × 20; where sums along the vectors become faster was not measured.
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
    /// Whether all sums are zero, so that products can take their places.
    pub(super) is_first: bool,
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
            let in_place = self.is_first && pitch == columns;
            Accumulate {
                x,
                offsets: &places,
                packed: dy,
                height,
                pitch,
                sums: if in_place { &mut *totals } else { &mut *sums },
                stride: pitch,
            }
            .run(instructions);
            if in_place {
                continue;
            }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::test_numbers::random;

    proptest! {
        /// Against plain sums in double precision, with columns that fill whole vectors and others, in place and added.
        #[test]
        fn outer_products_give_what_plain_sums_give(
            columns in prop_oneof![1..40_usize, Just(16_usize), Just(32)], tiles in 1..4_usize, pitch in 1..50_usize, is_first: bool,
        ) {
            for instructions in Instructions::available::<f32>() {
                let (stride, rows) = (pitch + 3, tiles * instructions.rows());
                let x = random(columns * (pitch + 7), "x");
                let dy = random(rows * stride, "dy");
                let offsets: Offsets = (0..columns).map(|column| column * (pitch + 7) + 2).collect();
                let start = if is_first { 0.0 } else { 0.5 };
                let mut sums = vec![start; rows * columns];
                let outer = Outer { x: &x, offsets: &offsets, dy: &dy, pitch, stride, sums: &mut sums, is_first };
                outer.run(instructions, &mut Memory::default());
                for (index, sum) in sums.iter().enumerate() {
                    let (row, column) = (index / columns, index % columns);
                    let term = |p: usize| f64::from(dy[row * stride + p]) * f64::from(x[offsets.all()[column] + p]);
                    let plain = f64::from(start) + (0..pitch).map(term).sum::<f64>();
                    prop_assert!((f64::from(*sum) - plain).abs() < 1e-5, "{instructions:?} {row} {column}: {sum} {plain}");
                }
            }
        }
    }
}
