//! Morphological closing.

use ndarray::{Array3, ArrayView3, Axis, s};

use crate::Element;
use crate::bits::Bits;
use crate::erosion::{dilated, eroded};

/// Closes a mask of shape (x, y, z): `iterations` dilations, then as many erosions.
///
/// The mask's edge is repeated outside the array as far as the erosions reach, so that closing does not erode the mask
/// at the border. With scipy's `binary_closing`, the mask must be padded for this.
#[must_use]
pub fn close(mask: ArrayView3<'_, bool>, element: &Element, iterations: usize) -> Array3<bool> {
    if mask.is_empty() {
        return mask.to_owned();
    }
    let margin = element.reach() * iterations;
    let padded = Bits::pack(padded(mask, margin).view(), element.reach(), false);
    let dilated = dilated(padded, element, iterations, false);
    let closed = eroded(dilated, element, iterations, false).unpack();
    let (nx, ny, nz) = mask.dim();
    let kept = |n: usize| margin..margin + n;
    closed.slice(s![kept(nx), kept(ny), kept(nz)]).to_owned()
}

/// Pads the mask by repeating its edge `margin` times on each side.
fn padded(mask: ArrayView3<'_, bool>, margin: usize) -> Array3<bool> {
    let (nx, ny, nz) = mask.dim();
    let mut padded = Array3::from_elem([nx, ny, nz].map(|n| n + 2 * margin), false);
    let inside = |n: usize| margin..margin + n;
    padded
        .slice_mut(s![inside(nx), inside(ny), inside(nz)])
        .assign(&mask);
    for (axis, n) in [nx, ny, nz].into_iter().enumerate() {
        let axis = Axis(axis);
        let edges = [
            (margin, 0..margin),
            (margin + n - 1, margin + n..n + 2 * margin),
        ];
        for (edge, beyond) in edges {
            let plane = padded.index_axis(axis, edge).to_owned();
            for place in beyond {
                padded.index_axis_mut(axis, place).assign(&plane);
            }
        }
    }
    padded
}
