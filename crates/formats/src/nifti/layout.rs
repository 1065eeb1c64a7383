//! Converts between the file's voxel order (x fastest, channel slowest) and standard layout (channel fastest, x
//! slowest).

use std::ops::Range;

use ndarray::{Array4, ArrayView3, Axis, s};
use rayon::prelude::*;

use crate::FormatError;

/// Number of depths per step: a cache line of single precision in the array, which avoids cache misses on both sides.
const DEPTHS: usize = 16;

/// Distance between neighbors along x, y, z and channel in the file's order.
#[derive(Clone, Copy)]
pub(super) struct Strides([usize; 4]);

impl Strides {
    /// Strides of successive volumes.
    pub(super) fn planar([nx, ny, nz, _]: [usize; 4]) -> Self {
        Self([1, nx, nx * ny, nx * ny * nz])
    }

    /// Strides of interleaved channels, as in RGB24.
    pub(super) fn interleaved([nx, ny, _, channels]: [usize; 4]) -> Self {
        Self([channels, nx * channels, nx * ny * channels, 1])
    }
}

/// Converts values in the file's order to an array of standard layout; `values` has one value per element of `shape`.
pub(super) fn to_array<S: Copy, T: Copy + Default>(
    values: &[S],
    shape: [usize; 4],
    strides: Strides,
    convert: impl Fn(S) -> T,
) -> Array4<T> {
    let [nx, ny, nz, channels] = shape;
    let Strides([sx, sy, sz, sc]) = strides;
    let mut array = Array4::from_elem(shape, T::default());
    for channel in 0..channels {
        for depth in (0..nz).step_by(DEPTHS) {
            for y in 0..ny {
                for x in 0..nx {
                    for z in depth..nz.min(depth + DEPTHS) {
                        let place = x * sx + y * sy + z * sz + channel * sc;
                        array[[x, y, z, channel]] = convert(values[place]);
                    }
                }
            }
        }
    }
    array
}

/// Bytes along depth of an array per piece: whole cache lines.
const LINE: usize = 64;
/// Number of pieces in memory at a time.
const PIECES: usize = 8;

/// Receives pieces of a file, in order.
pub(super) type PieceSink<'a> = dyn FnMut(&[Vec<u8>]) -> Result<(), FormatError> + 'a;

/// Encodes channels of one shape in the file's order, each value as `encode` returns it, and passes on a few pieces at
/// a time. The pieces depend only on the shape.
pub(super) fn each_piece<T: Copy + Sync, const N: usize>(
    channels: &[ArrayView3<'_, T>],
    encode: &(impl Fn(T) -> Result<[u8; N], FormatError> + Sync),
    put: &mut PieceSink<'_>,
) -> Result<(), FormatError> {
    let depths = (LINE / N.max(1)).max(1);
    let places = channels.iter().flat_map(|channel| {
        let all = channel.dim().2;
        (0..all)
            .step_by(depths)
            .map(move |z| (channel, z..all.min(z + depths)))
    });
    let places: Vec<_> = places.collect();
    for some in places.chunks(PIECES) {
        let pieces = some
            .par_iter()
            .map(|(channel, range)| piece(channel, range, encode));
        put(&pieces.collect::<Result<Vec<_>, _>>()?)?;
    }
    Ok(())
}

/// Some depths of a channel: x fastest, then y, then z.
fn piece<T: Copy, const N: usize>(
    channel: &ArrayView3<'_, T>,
    depths: &Range<usize>,
    encode: &impl Fn(T) -> Result<[u8; N], FormatError>,
) -> Result<Vec<u8>, FormatError> {
    let (nx, ny, _) = channel.dim();
    let mut bytes = vec![0_u8; nx * ny * depths.len() * N];
    // Part of one B-scan at a time stays in the cache during transposition.
    for (y, bscan) in channel.axis_iter(Axis(1)).enumerate() {
        let part = bscan.slice(s![.., depths.clone()]);
        for (z, row) in part.columns().into_iter().enumerate() {
            let start = (z * ny + y) * nx * N;
            let target = bytes[start..start + nx * N].chunks_exact_mut(N);
            for (target, value) in target.zip(row) {
                target.copy_from_slice(&encode(*value)?);
            }
        }
    }
    Ok(bytes)
}
