//! Closing.

use ndarray::{Array3, ArrayView3, s};

use crate::{Element, dilate, erode};

/// Closes a mask of shape (x, y, z): `iterations` dilations, then as many erosions.
///
/// The mask's edge is repeated beyond the array as far as the erosions reach, so that closing does not wear the mask away
/// at the border. scipy's `binary_closing` does so only for a mask that was padded before.
#[must_use]
pub fn close(mask: ArrayView3<'_, bool>, element: &Element, iterations: usize) -> Array3<bool> {
    let (nx, ny, nz) = mask.dim();
    if mask.is_empty() {
        return mask.to_owned();
    }
    let margin = element.reach() * iterations;
    let inside = |i: usize, n: usize| i.saturating_sub(margin).min(n - 1);
    let shape = [nx, ny, nz].map(|n| n + 2 * margin);
    let padded = Array3::from_shape_fn(shape, |(x, y, z)| {
        mask[[inside(x, nx), inside(y, ny), inside(z, nz)]]
    });
    let dilated = dilate(padded.view(), element, iterations, false);
    let closed = erode(dilated.view(), element, iterations, false);
    let kept = |n: usize| margin..margin + n;
    closed.slice(s![kept(nx), kept(ny), kept(nz)]).to_owned()
}
