//! Converts raw intensities to integers from 0 to 255.

use rayon::prelude::*;

use super::settings::Purpose;

/// Number of voxels per parallel task.
const CHUNK: usize = 1 << 15;

/// The two thresholds of a channel: intensities above `top` (as a share of the maximum) become 1; after squaring,
/// values below `bottom` become 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// Share of the maximum that becomes 1.
    pub top: f64,
    /// Value after squaring that becomes 0.
    pub bottom: f64,
}

impl Purpose {
    /// The stretches of LF and HF.
    #[must_use]
    pub fn stretches(self) -> [Stretch; 2] {
        let [lf, hf] = match self {
            Self::Layer => [(0.2, 0.05), (0.1, 0.02)],
            Self::Vessel => [(0.25, 0.05), (0.15, 0.05)],
        };
        [lf, hf].map(|(top, bottom)| Stretch { top, bottom })
    }
}

/// A floating-point type, `f32` or `f64`, in which a raw scan is processed.
pub(super) trait Sample: Copy + Default + PartialOrd + Send + Sync {
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn difference(self, other: Self) -> Self;
    fn product(self, other: Self) -> Self;
    fn quotient(self, other: Self) -> Self;
}

macro_rules! sample {
    ($number:ty) => {
        impl Sample for $number {
            #[allow(clippy::cast_possible_truncation)]
            fn from_f64(value: f64) -> Self {
                value as $number
            }
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            fn difference(self, other: Self) -> Self {
                self - other
            }
            fn product(self, other: Self) -> Self {
                self * other
            }
            fn quotient(self, other: Self) -> Self {
                self / other
            }
        }
    };
}
sample!(f32);
sample!(f64);

/// The largest voxel; `None` when no voxel is positive.
pub(super) fn maximum<T: Sample>(voxels: &[T]) -> Option<T> {
    let larger = |a: T, b: T| if b > a { b } else { a };
    let chunks = voxels.par_chunks(CHUNK);
    let largest = chunks
        .map(|chunk| chunk.iter().copied().fold(T::default(), larger))
        .reduce(T::default, larger);
    (largest > T::default()).then_some(largest)
}

/// Divides by the maximum, clips to [0, 1], stretches (0, top) to (0, 1) with clipping, squares, and stretches (bottom, 1) to
/// (0, 1) with clipping, each step in the precision of the voxels.
pub(super) fn stretch<T: Sample>(voxels: &mut [T], maximum: T, stretch: Stretch) {
    let (zero, one) = (T::from_f64(0.0), T::from_f64(1.0));
    let (top, bottom) = (T::from_f64(stretch.top), T::from_f64(stretch.bottom));
    let rest = T::from_f64(1.0 - stretch.bottom);
    let clip = |v: T, low: T, high: T| {
        if v < low {
            low
        } else if v > high {
            high
        } else {
            v
        }
    };
    voxels.par_chunks_mut(CHUNK).for_each(|voxels| {
        for voxel in voxels {
            let share = clip(voxel.quotient(maximum), zero, one);
            let risen = clip(share, zero, top).quotient(top);
            let squared = risen.product(risen);
            *voxel = clip(squared, bottom, one).difference(bottom).quotient(rest);
        }
    });
}

/// Scales (0, `largest`) to 0–255 and truncates to integers.
pub(super) fn to_bytes<T: Sample>(voxels: &[T], largest: f64) -> Vec<u8> {
    let mut bytes = vec![0; voxels.len()];
    bytes
        .par_chunks_mut(CHUNK)
        .zip(voxels.par_chunks(CHUNK))
        .for_each(|(bytes, voxels)| {
            for (byte, voxel) in bytes.iter_mut().zip(voxels) {
                // The cast truncates.
                *byte = (voxel.to_f64() / largest * 255.0) as u8;
            }
        });
    bytes
}
