//! Maximum over 2 × 2 windows.

use rayon::prelude::*;

use crate::Element;

/// Maxima of non-overlapping 2 × 2 windows of each plane; an odd last row or column is left out. NaN wins.
pub(crate) fn max_pool<T: Element>(x: &[T], [height, width]: [usize; 2]) -> Vec<T> {
    let (h, w) = (height / 2, width / 2);
    let planes = x.len() / (height * width);
    let mut y = vec![T::zero(); planes * h * w];
    y.par_chunks_mut(h * w)
        .zip(x.par_chunks(height * width))
        .for_each(|(y, x)| {
            for (row, y) in y.chunks_exact_mut(w).enumerate() {
                let (top, bottom) = row_pair(x, row, width);
                let pairs = top.chunks_exact(2).zip(bottom.chunks_exact(2));
                for (y, (a, b)) in y.iter_mut().zip(pairs) {
                    let [left, right] = [larger(a[0], a[1]), larger(b[0], b[1])];
                    *y = larger(left, right);
                }
            }
        });
    y
}

/// Gives each window's gradient to its first maximum (in reading order), zero to all others.
pub(crate) fn max_pool_gradient<T: Element>(
    x: &[T],
    dy: &[T],
    [height, width]: [usize; 2],
) -> Vec<T> {
    let (h, w) = (height / 2, width / 2);
    let mut dx = vec![T::zero(); x.len()];
    dx.par_chunks_mut(height * width)
        .zip(x.par_chunks(height * width).zip(dy.par_chunks(h * w)))
        .for_each(|(dx, (x, dy))| {
            for (row, dy) in dy.chunks_exact(w).enumerate() {
                let (top, bottom) = row_pair(x, row, width);
                let start = 2 * row * width;
                let (to_top, to_bottom) = dx[start..start + 2 * width].split_at_mut(width);
                for (column, dy) in dy.iter().enumerate() {
                    let at = 2 * column;
                    let window = [top[at], top[at + 1], bottom[at], bottom[at + 1]];
                    match first_maximum(window) {
                        index @ 0..2 => to_top[at + index] = *dy,
                        index => to_bottom[at + index - 2] = *dy,
                    }
                }
            }
        });
    dx
}

fn row_pair<T>(x: &[T], row: usize, width: usize) -> (&[T], &[T]) {
    x[2 * row * width..2 * (row + 1) * width].split_at(width)
}

/// The larger one; the first when they tie, NaN when one of them is.
fn larger<T: Element>(a: T, b: T) -> T {
    if b > a || b.is_nan() { b } else { a }
}

fn first_maximum<T: Element>(window: [T; 4]) -> usize {
    let mut best = 0;
    for index in 1..4 {
        let value = window[index];
        if value > window[best] || value.is_nan() {
            best = index;
        }
    }
    best
}
