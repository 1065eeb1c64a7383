//! The two inner loops of all convolutions, in register tiles.
//!
//! Both read the input as one flat slice, with one offset per kernel element and input channel: dimensions, strides and
//! padding only affect the offsets.

use super::instructions::Instructions;
use super::lanes::{Kernel, Lanes};
use super::offsets::Offsets;
use crate::Element;

/// Weights in the order in which tiles read them: (tile, offset, row), with zeros in the last tile.
pub(super) fn pack<T: Element>(weights: &[T], outputs: usize, rows: usize) -> Vec<T> {
    let offsets = weights.len() / outputs;
    let mut packed = vec![T::zero(); outputs.div_ceil(rows) * rows * offsets];
    for (output, weights) in weights.chunks_exact(offsets).enumerate() {
        let start = output / rows * rows * offsets + output % rows;
        let places = packed[start..].iter_mut().step_by(rows);
        places
            .zip(weights)
            .for_each(|(place, weight)| *place = *weight);
    }
    packed
}

/// `sums[row · stride + p] = Σ_k weights[row, k] · x[offsets[k] + p]` for every row of the packed weights and p < pitch.
///
/// `pitch` is a multiple of the vector's elements; `x` reaches as far as the largest offset and `pitch`.
pub(super) struct Accumulate<'a, T> {
    pub(super) x: &'a [T],
    pub(super) offsets: &'a Offsets,
    /// Weights in the order of [`pack`].
    pub(super) packed: &'a [T],
    /// Rows of a tile of the weights: [`Instructions::tile_rows`] or [`Instructions::rows`].
    pub(super) height: usize,
    pub(super) pitch: usize,
    pub(super) sums: &'a mut [T],
    pub(super) stride: usize,
}

impl<T: Element> Accumulate<'_, T> {
    pub(super) fn run(self, instructions: Instructions) {
        let rows = self.packed.len() / self.offsets.len();
        let reach = self.offsets.largest();
        assert!(self.pitch.is_multiple_of(instructions.lanes()));
        assert!(rows.is_multiple_of(self.height) && rows > 0);
        assert!([6, instructions.rows()].contains(&self.height));
        assert!(self.packed.len() == rows * self.offsets.len());
        assert!(reach + self.pitch <= self.x.len());
        assert!((rows - 1) * self.stride + self.pitch <= self.sums.len());
        instructions.run(self);
    }
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for Accumulate<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) {
        // A tile holds its sums, one vector of input each, and two weights. If one register is missing, a sum goes through memory at
        // every step, which halves the speed: 4 × 3 sums in the 16 registers of AVX2.
        // SAFETY: the features are the caller's to vouch for; `Accumulate::run` has asserted the rest.
        unsafe {
            if self.height != R {
                self.tiles::<S, 6, 2>();
            } else if R * V + V + 2 <= S::REGISTERS {
                self.tiles::<S, R, V>();
            } else {
                self.tiles::<S, R, 2>();
            }
        }
    }
}

#[allow(unsafe_code)]
impl<T: Element> Accumulate<'_, T> {
    /// # Safety
    /// The features of `S`, what [`Accumulate::run`] asserts, and `V ≤ 3`.
    #[inline(always)]
    unsafe fn tiles<S: Lanes<Item = T>, const R: usize, const V: usize>(mut self) {
        let wide = self.pitch / (S::COUNT * V) * (S::COUNT * V);
        let left = (self.pitch - wide) / S::COUNT;
        for tile in 0..self.packed.len() / (self.offsets.len() * R) {
            // SAFETY: `start + COUNT · V ≤ pitch` in each of the calls; the features are the caller's to vouch for.
            unsafe {
                for start in (0..wide).step_by(S::COUNT * V) {
                    self.tile::<S, R, V>(tile, start);
                }
                match left {
                    2 => self.tile::<S, R, 2>(tile, wide),
                    1 => self.tile::<S, R, 1>(tile, wide),
                    _ => {}
                }
            }
        }
    }

    /// # Safety
    /// The features of `S`, and `start + COUNT · V ≤ pitch`.
    #[inline(always)]
    unsafe fn tile<S: Lanes<Item = T>, const R: usize, const V: usize>(
        &mut self,
        tile: usize,
        start: usize,
    ) {
        let weights = &self.packed[tile * self.offsets.len() * R..][..self.offsets.len() * R];
        // SAFETY: reads end at `offset + pitch ≤ x.len()` and writes at `row · stride + pitch ≤ sums.len()`; weights
        // advance by R for each of the offsets.
        unsafe {
            let x = self.x.as_ptr().add(start);
            let mut weight = weights.as_ptr();
            let mut sums = [[S::splat(T::zero()); V]; R];
            for offset in self.offsets.all() {
                let mut values = [S::splat(T::zero()); V];
                for v in 0..V {
                    values[v] = S::load(x.add(offset + v * S::COUNT));
                }
                for row in 0..R {
                    let weight = S::splat(*weight.add(row));
                    for v in 0..V {
                        sums[row][v] = sums[row][v].add_product(weight, values[v]);
                    }
                }
                weight = weight.add(R);
            }
            for row in 0..R {
                let target = self
                    .sums
                    .as_mut_ptr()
                    .add((tile * R + row) * self.stride + start);
                for v in 0..V {
                    sums[row][v].store(target.add(v * S::COUNT));
                }
            }
        }
    }
}

/// `sums[row, k] += Σ_p dy[row · stride + p] · x[offsets[k] + p]` over p < pitch.
///
/// The number of rows is that of `sums` for these offsets, and a multiple of the tile's rows; `pitch` is a multiple of
/// the vector's elements; `x` extends to the largest offset plus `pitch`.
pub(super) struct CorrelateRows<'a, T> {
    pub(super) x: &'a [T],
    pub(super) offsets: &'a Offsets,
    pub(super) dy: &'a [T],
    pub(super) pitch: usize,
    pub(super) stride: usize,
    pub(super) sums: &'a mut [T],
}

impl<T: Element> CorrelateRows<'_, T> {
    pub(super) fn run(self, instructions: Instructions) {
        let rows = self.sums.len() / self.offsets.len();
        let reach = self.offsets.largest();
        assert!(self.pitch.is_multiple_of(instructions.lanes()));
        assert!(rows.is_multiple_of(instructions.rows()) && rows > 0);
        assert!(self.sums.len() == rows * self.offsets.len());
        assert!(reach + self.pitch <= self.x.len());
        assert!((rows - 1) * self.stride + self.pitch <= self.dy.len());
        instructions.run(self);
    }
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for CorrelateRows<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) {
        for tile in 0..self.sums.len() / (R * self.offsets.len()) {
            let dy = &self.dy[tile * R * self.stride..];
            for (group, chosen) in self.offsets.all().chunks(V).enumerate() {
                let mut padded = [chosen[0]; V];
                padded[..chosen.len()].copy_from_slice(chosen);
                // SAFETY: the features are the caller's to vouch for.
                let mut sums = [[unsafe { S::splat(T::zero()) }; V]; R];
                for start in (0..self.pitch).step_by(S::COUNT) {
                    // SAFETY: `start + COUNT ≤ pitch`, so reads end at `offset + pitch ≤ x.len()` and of the tile's
                    // rows at `row · stride + pitch ≤ dy.len()`.
                    unsafe {
                        let mut values = [S::splat(T::zero()); V];
                        for v in 0..V {
                            values[v] = S::load(self.x.as_ptr().add(padded[v] + start));
                        }
                        for row in 0..R {
                            let gradient = S::load(dy.as_ptr().add(row * self.stride + start));
                            for v in 0..V {
                                sums[row][v] = sums[row][v].add_product(gradient, values[v]);
                            }
                        }
                    }
                }
                for row in 0..R {
                    for v in 0..chosen.len() {
                        // SAFETY: the features are the caller's to vouch for.
                        let total = unsafe { sums[row][v].total() };
                        self.sums[(tile * R + row) * self.offsets.len() + group * V + v] += total;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lanes::WIDEST;
    use crate::test_numbers::random as values;

    /// The scalar twin of [`Accumulate`]: the sums of one row.
    fn plain_sums(x: &[f32], offsets: &[usize], weights: &[f32], positions: usize) -> Vec<f64> {
        let term = |p: usize, k: usize| f64::from(weights[k]) * f64::from(x[offsets[k] + p]);
        let sum = |p| (0..offsets.len()).map(|k| term(p, k)).sum();
        (0..positions).map(sum).collect()
    }

    /// The scalar twin of [`CorrelateRows`]: one row against one offset.
    fn plain_dot(x: &[f32], offset: usize, dy: &[f32]) -> f64 {
        dy.iter()
            .enumerate()
            .map(|(p, dy)| f64::from(*dy) * f64::from(x[offset + p]))
            .sum()
    }

    proptest! {
        #[test]
        fn every_set_of_instructions_gives_what_plain_loops_give(
            outputs in 1..20_usize, tiles in 1..8_usize,
            offsets in prop::collection::vec(0..200_usize, 1..30),
        ) {
            let x = values(200 + 8 * 16, "x");
            let weights = values(outputs * offsets.len(), "w");
            for instructions in Instructions::available::<f32>() {
                let pitch = tiles * instructions.lanes();
                let height = instructions.tile_rows(outputs);
                let packed = pack(&weights, outputs, height);
                let mut sums = vec![0.0; packed.len() / offsets.len() * pitch];
                Accumulate {
                    x: &x,
                    offsets: &offsets.iter().copied().collect(),
                    packed: &packed,
                    height,
                    pitch,
                    sums: &mut sums,
                    stride: pitch,
                }
                .run(instructions);
                let rows = sums.chunks(pitch).zip(weights.chunks(offsets.len()));
                for (sums, weights) in rows {
                    for (sum, plain) in sums.iter().zip(plain_sums(&x, &offsets, weights, pitch)) {
                        prop_assert!((f64::from(*sum) - plain).abs() < 1e-5, "{instructions:?}");
                    }
                }
                let pitch = tiles * WIDEST;
                let rows = outputs.next_multiple_of(instructions.rows());
                let dy = values(rows * pitch, "dy");
                let mut sums = vec![1.0; rows * offsets.len()];
                CorrelateRows {
                    x: &x,
                    offsets: &offsets.iter().copied().collect(),
                    dy: &dy,
                    pitch,
                    stride: pitch,
                    sums: &mut sums,
                }
                .run(instructions);
                for (row, sums) in sums.chunks(offsets.len()).enumerate() {
                    let dy = &dy[row * pitch..(row + 1) * pitch];
                    for (sum, offset) in sums.iter().zip(&offsets) {
                        let plain = 1.0 + plain_dot(&x, *offset, dy);
                        prop_assert!((f64::from(*sum) - plain).abs() < 1e-5, "{instructions:?}");
                    }
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "reach + self.pitch <= self.x.len()")]
    fn reading_beyond_the_input_is_stopped() {
        let packed = pack(&[1.0_f32], 1, Instructions::Portable.rows());
        Accumulate {
            x: &[0.0_f32; 10],
            offsets: &Offsets::from_iter([3]),
            packed: &packed,
            height: Instructions::Portable.rows(),
            pitch: 8,
            sums: &mut [0.0; 32],
            stride: 8,
        }
        .run(Instructions::Portable);
    }
}
