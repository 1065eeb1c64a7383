//! The two inner loops of all convolutions, in register tiles.
//!
//! Both see the input as one flat slice and a kernel element of an input channel as an offset into it: two, three
//! dimensions, strides and padding are all in the offsets.

use std::any::Any;

use candle_core::CpuStorageRef;

use super::lanes::{Lanes, Portable};
use crate::Element;

/// Elements that a reader may look at beyond the last position it was asked for.
pub(super) const SLACK: usize = 64;

/// Elements of the widest vector.
pub(super) const WIDEST: usize = 16;

/// Which instructions to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instructions {
    /// Whatever the compiler makes of plain loops.
    Portable,
    /// AVX2 and FMA, single precision.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// AVX-512F, single precision.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Instructions {
    /// All that this processor has for elements of this type, the best one last.
    pub(super) fn available<T: Element>() -> Vec<Self> {
        #[allow(unused_mut)]
        let mut all = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if T::DTYPE == candle_core::DType::F32 {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Self::Avx2);
            }
            if is_x86_feature_detected!("avx512f") {
                all.push(Self::Avx512);
            }
        }
        all
    }

    /// The best ones.
    pub(super) fn best<T: Element>() -> Self {
        Self::available::<T>().pop().unwrap_or(Self::Portable)
    }

    /// Output channels of a tile.
    pub(super) fn rows(self) -> usize {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 8,
            _ => 4,
        }
    }

    /// Positions of a tile of sums.
    pub(super) fn positions(self) -> usize {
        match self {
            Self::Portable => 8,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => 24,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => 48,
        }
    }
}

/// Weights in the order in which tiles read them: (tile, offset, row), zeros filling up the last tile.
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

/// `sums[row · pitch + p] = Σ_k weights[row, k] · x[offsets[k] + p]` for every row of the packed weights and p < pitch.
///
/// `pitch` is a multiple of the tile's positions; `x` reaches as far as the largest offset and `pitch`.
pub(super) fn accumulate<T: Element>(
    instructions: Instructions,
    x: &[T],
    offsets: &[usize],
    packed: &[T],
    (sums, pitch): (&mut Vec<T>, usize),
) {
    let rows = packed.len() / offsets.len();
    assert!(
        pitch.is_multiple_of(instructions.positions()) && rows.is_multiple_of(instructions.rows())
    );
    assert!(offsets.iter().all(|offset| offset + pitch <= x.len()));
    sums.resize(rows * pitch, T::zero());
    #[cfg(target_arch = "x86_64")]
    if let (CpuStorageRef::F32(x), CpuStorageRef::F32(packed)) =
        (T::cpu_storage_ref(x), T::cpu_storage_ref(packed))
        && let Some(sums) = (sums as &mut dyn Any).downcast_mut::<Vec<f32>>()
    {
        let loops = match instructions {
            Instructions::Avx512 => accumulate_avx512,
            Instructions::Avx2 => accumulate_avx2,
            Instructions::Portable => accumulate_in::<Portable<f32>, 4, 1>,
        };
        // SAFETY: the features were detected where the instructions were chosen, and the asserts above hold.
        #[allow(unsafe_code)]
        return unsafe { loops(x, offsets, packed, sums, pitch) };
    }
    // SAFETY: no features are needed, and the asserts above hold.
    #[allow(unsafe_code)]
    unsafe {
        accumulate_in::<Portable<T>, 4, 1>(x, offsets, packed, sums, pitch);
    }
}

/// `sums[row, k] += Σ_p dy[row · pitch + p] · x[offsets[k] + p]` over p < pitch.
///
/// `dy` has as many rows as the tile's rows go into evenly, `pitch` is a multiple of the widest vector; `x` reaches as
/// far as the largest offset and `pitch`.
#[allow(clippy::ptr_arg)] // A vector can be recognized as one of `f32`, a slice cannot.
pub(super) fn correlate_rows<T: Element>(
    instructions: Instructions,
    x: &[T],
    offsets: &[usize],
    (dy, pitch): (&[T], usize),
    sums: &mut Vec<T>,
) {
    let rows = dy.len() / pitch;
    assert!(pitch.is_multiple_of(WIDEST) && rows.is_multiple_of(instructions.rows()));
    assert!(offsets.iter().all(|offset| offset + pitch <= x.len()));
    assert!(dy.len() == rows * pitch && sums.len() == rows * offsets.len());
    #[cfg(target_arch = "x86_64")]
    if let (CpuStorageRef::F32(x), CpuStorageRef::F32(dy)) =
        (T::cpu_storage_ref(x), T::cpu_storage_ref(dy))
        && let Some(sums) = (sums as &mut dyn Any).downcast_mut::<Vec<f32>>()
    {
        let loops = match instructions {
            Instructions::Avx512 => correlate_avx512,
            Instructions::Avx2 => correlate_avx2,
            Instructions::Portable => correlate_in::<Portable<f32>, 4, 1>,
        };
        // SAFETY: the features were detected where the instructions were chosen, and the asserts above hold.
        #[allow(unsafe_code)]
        return unsafe { loops(x, offsets, dy, pitch, sums) };
    }
    // SAFETY: no features are needed, and the asserts above hold.
    #[allow(unsafe_code)]
    unsafe {
        correlate_in::<Portable<T>, 4, 1>(x, offsets, dy, pitch, sums);
    }
}

/// The loop of [`accumulate`] with tiles of `R` rows and `V` vectors.
///
/// # Safety
/// What [`accumulate`] asserts, and the features of `S`.
#[inline(always)]
#[allow(unsafe_code)]
unsafe fn accumulate_in<S: Lanes, const R: usize, const V: usize>(
    x: &[S::Item],
    offsets: &[usize],
    packed: &[S::Item],
    sums: &mut [S::Item],
    pitch: usize,
) {
    for (tile, weights) in packed.chunks_exact(offsets.len() * R).enumerate() {
        for start in (0..pitch).step_by(S::COUNT * V) {
            // SAFETY: `start + COUNT · V ≤ pitch`, so reads end at `offset + pitch ≤ x.len()` and writes within the
            // tile's R rows of `pitch` sums; weights advance by R for each of the offsets.
            unsafe {
                let x = x.as_ptr().add(start);
                let mut weight = weights.as_ptr();
                let mut tile_sums = [[S::splat(zero::<S::Item>()); V]; R];
                for offset in offsets {
                    let mut values = [S::splat(zero::<S::Item>()); V];
                    for v in 0..V {
                        values[v] = S::load(x.add(offset + v * S::COUNT));
                    }
                    for row in 0..R {
                        let weight = S::splat(*weight.add(row));
                        for v in 0..V {
                            tile_sums[row][v] = tile_sums[row][v].add_product(weight, values[v]);
                        }
                    }
                    weight = weight.add(R);
                }
                for row in 0..R {
                    let target = sums.as_mut_ptr().add((tile * R + row) * pitch + start);
                    for v in 0..V {
                        tile_sums[row][v].store(target.add(v * S::COUNT));
                    }
                }
            }
        }
    }
}

/// The loop of [`correlate_rows`] with tiles of `R` rows and `V` offsets.
///
/// # Safety
/// What [`correlate_rows`] asserts, and the features of `S`.
#[inline(always)]
#[allow(unsafe_code)]
unsafe fn correlate_in<S: Lanes, const R: usize, const V: usize>(
    x: &[S::Item],
    offsets: &[usize],
    dy: &[S::Item],
    pitch: usize,
    sums: &mut [S::Item],
) {
    for (tile, dy) in dy.chunks_exact(R * pitch).enumerate() {
        for (group, chosen) in offsets.chunks(V).enumerate() {
            let mut padded = [chosen[0]; V];
            padded[..chosen.len()].copy_from_slice(chosen);
            // SAFETY: `start + COUNT ≤ pitch`, so reads end at `offset + pitch ≤ x.len()` and within the R rows of `dy`.
            let tile_sums = unsafe {
                let mut tile_sums = [[S::splat(zero::<S::Item>()); V]; R];
                for start in (0..pitch).step_by(S::COUNT) {
                    let mut values = [S::splat(zero::<S::Item>()); V];
                    for v in 0..V {
                        values[v] = S::load(x.as_ptr().add(padded[v] + start));
                    }
                    for row in 0..R {
                        let gradient = S::load(dy.as_ptr().add(row * pitch + start));
                        for v in 0..V {
                            tile_sums[row][v] = tile_sums[row][v].add_product(gradient, values[v]);
                        }
                    }
                }
                tile_sums
            };
            for row in 0..R {
                for v in 0..chosen.len() {
                    // SAFETY: the features are the caller's to vouch for.
                    let sum = unsafe { sum_of(tile_sums[row][v]) };
                    sums[(tile * R + row) * offsets.len() + group * V + v] += sum;
                }
            }
        }
    }
}

#[inline(always)]
fn zero<T: Element>() -> T {
    T::zero()
}

/// Sum of the lanes, halves first.
///
/// # Safety
/// The features of `S`.
#[inline(always)]
#[allow(unsafe_code)]
unsafe fn sum_of<S: Lanes>(lanes: S) -> S::Item {
    let mut values = [zero::<S::Item>(); WIDEST];
    // SAFETY: no vector has more than sixteen lanes.
    unsafe { lanes.store(values.as_mut_ptr()) };
    let mut width = S::COUNT;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            let other = values[lane + width];
            values[lane] += other;
        }
    }
    values[0]
}

#[cfg(target_arch = "x86_64")]
macro_rules! with_features {
    ($accumulate:ident, $correlate:ident, $lanes:ty, $features:literal, $rows:literal) => {
        /// # Safety
        /// As the function it calls; the processor has the features.
        #[target_feature(enable = $features)]
        #[allow(unsafe_code)]
        unsafe fn $accumulate(
            x: &[f32],
            offsets: &[usize],
            packed: &[f32],
            sums: &mut [f32],
            pitch: usize,
        ) {
            // SAFETY: the features are enabled here; the rest is the caller's promise.
            unsafe { accumulate_in::<$lanes, $rows, 3>(x, offsets, packed, sums, pitch) }
        }

        /// # Safety
        /// As the function it calls; the processor has the features.
        #[target_feature(enable = $features)]
        #[allow(unsafe_code)]
        unsafe fn $correlate(
            x: &[f32],
            offsets: &[usize],
            dy: &[f32],
            pitch: usize,
            sums: &mut [f32],
        ) {
            // SAFETY: the features are enabled here; the rest is the caller's promise.
            unsafe { correlate_in::<$lanes, $rows, 3>(x, offsets, dy, pitch, sums) }
        }
    };
}

#[cfg(target_arch = "x86_64")]
with_features!(
    accumulate_avx2,
    correlate_avx2,
    super::lanes::Avx2,
    "avx2,fma",
    4
);
#[cfg(target_arch = "x86_64")]
with_features!(
    accumulate_avx512,
    correlate_avx512,
    super::lanes::Avx512,
    "avx512f",
    8
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand_chacha::rand_core::Rng;

    use super::*;
    use crate::rng;

    fn values(count: usize, name: &str) -> Vec<f32> {
        let mut stream = rng::stream(0, name);
        (0..count)
            .map(|_| rng::unit_f32(stream.next_u32()) - 0.5)
            .collect()
    }

    /// The scalar twin of [`accumulate`]: the sums of one row.
    fn plain_sums(x: &[f32], offsets: &[usize], weights: &[f32], positions: usize) -> Vec<f64> {
        let term = |p: usize, k: usize| f64::from(weights[k]) * f64::from(x[offsets[k] + p]);
        let sum = |p| (0..offsets.len()).map(|k| term(p, k)).sum();
        (0..positions).map(sum).collect()
    }

    /// The scalar twin of [`correlate_rows`]: one row against one offset.
    fn plain_dot(x: &[f32], offset: usize, dy: &[f32]) -> f64 {
        dy.iter()
            .enumerate()
            .map(|(p, dy)| f64::from(*dy) * f64::from(x[offset + p]))
            .sum()
    }

    proptest! {
        #[test]
        fn every_set_of_instructions_gives_what_plain_loops_give(
            outputs in 1..20_usize, tiles in 1..4_usize,
            offsets in prop::collection::vec(0..200_usize, 1..30),
        ) {
            let x = values(200 + 4 * 48, "x");
            let weights = values(outputs * offsets.len(), "w");
            for instructions in Instructions::available::<f32>() {
                let pitch = tiles * instructions.positions();
                let packed = pack(&weights, outputs, instructions.rows());
                let mut sums = Vec::new();
                accumulate(instructions, &x, &offsets, &packed, (&mut sums, pitch));
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
                correlate_rows(instructions, &x, &offsets, (&dy, pitch), &mut sums);
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
    #[should_panic(expected = "offset + pitch <= x.len()")]
    fn reading_beyond_the_input_is_stopped() {
        let packed = pack(&[1.0_f32], 1, Instructions::Portable.rows());
        let sums = (&mut Vec::new(), 8);
        accumulate(Instructions::Portable, &[0.0_f32; 10], &[3], &packed, sums);
    }
}
