//! Max pooling over 2 × 2 windows, and over 2 × 2 × 2 windows of volumes.

use rayon::prelude::*;

use crate::Element;

/// Number of slices per window for this depth: a single slice is pooled in two dimensions.
fn slices(depth: usize) -> usize {
    depth.min(2)
}

/// Maxima of non-overlapping windows of each channel, stride 2; an odd last slice, row or column is ignored. The
/// maximum of a window with NaN is NaN.
///
/// `extents` are depth, height and width; with a depth of 1 the windows are 2 × 2.
pub fn max_pool<T: Element>(x: &[T], extents: [usize; 3]) -> Vec<T> {
    let [depth, height, width] = extents;
    let (h, w) = (height / 2, width / 2);
    let (channels, deep) = (x.len() / (depth * height * width), slices(depth));
    let mut y = vec![T::zero(); channels * (depth / deep) * h * w];
    y.par_chunks_mut(depth / deep * h * w)
        .zip(x.par_chunks(depth * height * width))
        .for_each(|(y, x)| {
            let volumes = x.chunks_exact(deep * height * width);
            for (y, x) in y.chunks_exact_mut(h * w).zip(volumes) {
                for (index, slice) in x.chunks_exact(height * width).enumerate() {
                    pool_slice(slice, width, y, index == 0);
                }
            }
        });
    y
}

/// The maxima of one slice; unless it is the first, the maximum of these and the previous values.
fn pool_slice<T: Element>(x: &[T], width: usize, y: &mut [T], first: bool) {
    for (row, y) in y.chunks_exact_mut(width / 2).enumerate() {
        let (top, bottom) = row_pair(x, row, width);
        let pairs = top.chunks_exact(2).zip(bottom.chunks_exact(2));
        for (y, (a, b)) in y.iter_mut().zip(pairs) {
            let [left, right] = [larger(a[0], a[1]), larger(b[0], b[1])];
            let found = larger(left, right);
            *y = if first { found } else { larger(*y, found) };
        }
    }
}

/// Passes each window's gradient to its first maximum (in reading order), and zero to all others.
pub fn max_pool_gradient<T: Element>(x: &[T], dy: &[T], extents: [usize; 3]) -> Vec<T> {
    let [depth, height, width] = extents;
    let (h, w, deep) = (height / 2, width / 2, slices(depth));
    let mut dx = vec![T::zero(); x.len()];
    dx.par_chunks_mut(depth * height * width)
        .zip(
            x.par_chunks(depth * height * width)
                .zip(dy.par_chunks(depth / deep * h * w)),
        )
        .for_each(|(dx, (x, dy))| {
            let volume = deep * height * width;
            let volumes = dx.chunks_exact_mut(volume).zip(x.chunks_exact(volume));
            for ((dx, x), dy) in volumes.zip(dy.chunks_exact(h * w)) {
                for (index, dy) in dy.iter().enumerate() {
                    let corner = 2 * (index / w) * width + 2 * (index % w);
                    dx[first_maximum(x, corner, [deep, height, width])] = *dy;
                }
            }
        });
    dx
}

fn row_pair<T>(x: &[T], row: usize, width: usize) -> (&[T], &[T]) {
    x[2 * row * width..2 * (row + 1) * width].split_at(width)
}

/// The larger value; the first if they are equal, NaN if one of them is NaN.
fn larger<T: Element>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}

/// Index of the first maximum of the window at a corner.
fn first_maximum<T: Element>(x: &[T], corner: usize, extents: [usize; 3]) -> usize {
    let [deep, height, width] = extents;
    let mut best = corner;
    for slice in 0..deep {
        for row in 0..2 {
            let start = corner + slice * height * width + row * width;
            for at in [start, start + 1] {
                if x[at] > x[best] || x[at].is_nan() {
                    best = at;
                }
            }
        }
    }
    best
}
