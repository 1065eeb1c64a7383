//! Binary closing with face neighbors.

use ndarray::{Array3, Axis, Slice, s};

/// Margin that repeats the mask's edge, so that closing does not wear the mask away at the border.
const MARGIN: usize = 2;

/// Two dilations, then two erosions, on the mask padded by two repeated voxels on each side; outside counts as unset.
pub fn close_twice(voxels: &Array3<bool>) -> Array3<bool> {
    let (nx, ny, nz) = voxels.dim();
    let inside = |i: usize, n: usize| i.saturating_sub(MARGIN).min(n - 1);
    let shape = (nx + 2 * MARGIN, ny + 2 * MARGIN, nz + 2 * MARGIN);
    let mut padded = Array3::from_shape_fn(shape, |(x, y, z)| {
        voxels[[inside(x, nx), inside(y, ny), inside(z, nz)]]
    });
    for _ in 0..2 {
        padded = dilate(&padded);
    }
    for _ in 0..2 {
        padded = erode(&padded);
    }
    let end = |n: usize| MARGIN + n;
    padded
        .slice(s![MARGIN..end(nx), MARGIN..end(ny), MARGIN..end(nz)])
        .to_owned()
}

fn dilate(voxels: &Array3<bool>) -> Array3<bool> {
    let mut result = voxels.clone();
    for (axis, from, to) in shifts() {
        let source = voxels.slice_axis(axis, from);
        result
            .slice_axis_mut(axis, to)
            .zip_mut_with(&source, |a, b| *a |= b);
    }
    result
}

fn erode(voxels: &Array3<bool>) -> Array3<bool> {
    let mut result = voxels.clone();
    for (axis, from, to) in shifts() {
        let source = voxels.slice_axis(axis, from);
        result
            .slice_axis_mut(axis, to)
            .zip_mut_with(&source, |a, b| *a &= b);
    }
    // Outside counts as unset: the border itself is eroded.
    for axis in 0..3 {
        for edge in [Slice::from(..1), Slice::from(-1..)] {
            result.slice_axis_mut(Axis(axis), edge).fill(false);
        }
    }
    result
}

/// The six ways to lay a volume over itself shifted by one voxel: axis, part that moves, where it lands.
fn shifts() -> impl Iterator<Item = (Axis, Slice, Slice)> {
    (0..3).flat_map(|axis| {
        let (front, back) = (Slice::from(..-1), Slice::from(1..));
        [(Axis(axis), front, back), (Axis(axis), back, front)]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slit_of_two_voxels_is_closed_and_one_of_five_stays() {
        let slit = |from: usize, to: usize| {
            Array3::from_shape_fn((14, 12, 12), |(x, _, _)| !(from..to).contains(&x))
        };
        assert!(close_twice(&slit(6, 8)).iter().all(|v| *v));
        let wide = close_twice(&slit(4, 9));
        assert!((4..9).all(|x| !wide[[x, 6, 6]]));
    }
}
