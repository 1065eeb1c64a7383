//! Small matrix products of strided views, on the calling thread.

use gemm::Parallelism;

use crate::Element;

/// A matrix inside a slice: element (r, c) is `data[r * row + c * column]`.
#[derive(Clone, Copy)]
pub(crate) struct View<'a, T> {
    pub(crate) data: &'a [T],
    pub(crate) row: usize,
    pub(crate) column: usize,
}

/// `target = left · right`, or `target += left · right` when `accumulate`; the target has rows of `row` elements.
///
/// `size` is (rows of the target, columns of the target, inner extent).
pub(crate) fn multiply<T: Element>(
    size: [usize; 3],
    (target, row): (&mut [T], usize),
    left: View<T>,
    right: View<T>,
    accumulate: bool,
) {
    let [m, n, k] = size;
    if m == 0 || n == 0 {
        return;
    }
    assert!(row >= n && (m - 1) * row + n <= target.len());
    if k == 0 {
        if !accumulate {
            (0..m).for_each(|r| target[r * row..r * row + n].fill(T::zero()));
        }
        return;
    }
    assert!((m - 1) * left.row + (k - 1) * left.column < left.data.len());
    assert!((k - 1) * right.row + (n - 1) * right.column < right.data.len());
    // SAFETY: the three asserts keep every element of the three matrices inside its slice, rows of the target do not
    // overlap (`row >= n`), and the target is borrowed exclusively, so it aliases neither factor.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            target.as_mut_ptr(),
            1,
            row as isize,
            accumulate,
            left.data.as_ptr(),
            left.column as isize,
            left.row as isize,
            right.data.as_ptr(),
            right.column as isize,
            right.row as isize,
            if accumulate { T::one() } else { T::zero() },
            T::one(),
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}
