//! Between the file's order of voxels (x fastest, channel slowest) and standard layout (channel fastest, x slowest).

use std::io::Write;

use ndarray::{Array4, ArrayView3};

use crate::IoError;

/// How many depths are handled at once: a cache line of single precision in the array, so that neither side thrashes.
const DEPTHS: usize = 16;

/// Distance between neighbours along x, y, z and channel in the file's order.
#[derive(Clone, Copy)]
pub(super) struct Strides([usize; 4]);

impl Strides {
    /// Volumes one after the other.
    pub(super) fn planar([nx, ny, nz, _]: [usize; 4]) -> Self {
        Self([1, nx, nx * ny, nx * ny * nz])
    }

    /// All values of a voxel side by side, as in RGB24.
    pub(super) fn interleaved([nx, ny, _, channels]: [usize; 4]) -> Self {
        Self([channels, nx * channels, nx * ny * channels, 1])
    }
}

/// Values in the file's order as an array of standard layout; `values` holds one for each element of `shape`.
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

/// Writes channels of one shape in the file's order, each value as the bytes that `encode` makes of it.
pub(super) fn write_array<T: Copy, const N: usize>(
    out: &mut impl Write,
    channels: &[ArrayView3<'_, T>],
    encode: impl Fn(T) -> Result<[u8; N], IoError>,
) -> Result<(), IoError> {
    for array in channels {
        let (nx, ny, nz) = array.dim();
        let mut slab = vec![0_u8; nx * ny * DEPTHS.min(nz) * N];
        for depth in (0..nz).step_by(DEPTHS) {
            let depths = DEPTHS.min(nz - depth);
            for x in 0..nx {
                for y in 0..ny {
                    for z in 0..depths {
                        let place = ((z * ny + y) * nx + x) * N;
                        let bytes = encode(array[[x, y, depth + z]])?;
                        slab[place..place + N].copy_from_slice(&bytes);
                    }
                }
            }
            out.write_all(&slab[..nx * ny * depths * N])?;
        }
    }
    Ok(())
}
