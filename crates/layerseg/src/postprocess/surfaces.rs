//! Upper and lower surface of a layer as depth maps over (x, y), in voxels.

use ndarray::{Array2, Array3, Axis};
use rsom_volume::extents;

/// Width of the median window along x and y in pixels.
const MEDIAN: usize = 26;
/// Widths of the mean window along x and y in pixels.
const BOX: [usize; 2] = [5, 9];

/// Depths of the first and the last voxel of each column; for an empty column, the depth of the volume and 0.
pub fn of(voxels: &Array3<bool>) -> (Array2<i64>, Array2<i64>) {
    let depth = voxels.len_of(Axis(2)) as i64;
    let extents = extents(voxels.view());
    let first = extents.mapv(|extent| extent.map_or(depth, |e| e.first as i64));
    let last = extents.mapv(|extent| extent.map_or(0, |e| e.last as i64));
    (first, last)
}

/// Limits each depth by the median of its 26 × 26 window, from 13 pixels before to 12 after it; edges repeat.
///
/// The median is the greater of the two middle values, as in scipy's median filter.
pub fn bound_by_median(surface: &Array2<i64>, bound: fn(i64, i64) -> i64) -> Array2<i64> {
    let mut window = Vec::with_capacity(MEDIAN * MEDIAN);
    Array2::from_shape_fn(surface.dim(), |(x, y)| {
        window.clear();
        window.extend(around(surface, [x, y], [MEDIAN; 2]));
        let middle = window.len() / 2;
        let (_, median, _) = window.select_nth_unstable(middle);
        bound(surface[[x, y]], *median)
    })
}

/// Rounded mean over 5 pixels along x and 9 along y; edges repeat. The sum of 45 whole numbers divided by 45 is never
/// halfway between two whole numbers, so the rule for rounding halves does not matter.
pub fn box_mean(surface: &Array2<i64>) -> Array2<i64> {
    Array2::from_shape_fn(surface.dim(), |(x, y)| {
        let sum: i64 = around(surface, [x, y], BOX).sum();
        (sum as f64 / (BOX[0] * BOX[1]) as f64).round() as i64
    })
}

/// A mask of the voxels from `upper` (included) to `lower` (excluded).
pub fn refill(upper: &Array2<i64>, lower: &Array2<i64>, depth: usize) -> Array3<bool> {
    let (nx, ny) = upper.dim();
    Array3::from_shape_fn((nx, ny, depth), |(x, y, z)| {
        (upper[[x, y]]..lower[[x, y]]).contains(&(z as i64))
    })
}

/// The values of a window of `size` that starts `size / 2` before the center; edges repeat.
fn around(
    surface: &Array2<i64>,
    center: [usize; 2],
    size: [usize; 2],
) -> impl Iterator<Item = i64> + '_ {
    let (nx, ny) = surface.dim();
    let place = |i: usize, size: usize, offset: usize, n: usize| {
        (i + offset).saturating_sub(size / 2).min(n - 1)
    };
    (0..size[0]).flat_map(move |dx| {
        let x = place(center[0], size[0], dx, nx);
        (0..size[1]).map(move |dy| surface[[x, place(center[1], size[1], dy, ny)]])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_column_has_its_upper_surface_below_the_lower_one() {
        let mut voxels = Array3::from_elem((1, 2, 9), false);
        voxels[[0, 1, 3]] = true;
        voxels[[0, 1, 6]] = true;
        let (upper, lower) = of(&voxels);
        assert_eq!((upper[[0, 0]], lower[[0, 0]]), (9, 0));
        assert_eq!((upper[[0, 1]], lower[[0, 1]]), (3, 6));
    }

    #[test]
    fn a_flat_surface_stays_and_a_spike_is_cut_at_the_median() {
        let mut surface = Array2::from_elem((30, 30), 40);
        surface[[15, 15]] = 10;
        let bounded = bound_by_median(&surface, i64::max);
        assert!(bounded.iter().all(|z| *z == 40));
        assert_eq!(box_mean(&bounded), bounded);
    }
}
