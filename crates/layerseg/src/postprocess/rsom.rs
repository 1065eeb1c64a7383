//! Our cleaning of a layer mask: that of the released pipeline without its edge effects.

use ndarray::{Array2, Array3, ArrayView3, Axis, Zip, s};
use rsom_volume::{Extent, Mask, Spacing, extents};

use super::filled_and_closed;
use crate::LayersegError;

/// Half width of the median window: 13 voxels of the paper's scans.
const MEDIAN_HALF_MM: f64 = 0.156;
/// Half widths of the mean window along x and y: 2 and 4 voxels of the paper's scans.
const MEAN_HALF_MM: [f64; 2] = [0.024, 0.048];
/// Voxel size along x of the paper's scans, for scans of unknown voxel size.
const LATERAL_MM: f64 = 0.012;

/// Cleans a mask with the steps of [`gerl2019`](super::gerl2019), with these changes; the result has the same grid.
///
/// | step | `gerl2019` | `rsom` |
/// |---|---|---|
/// | windows | 26 × 26 and 5 × 9 voxels along x and y | the same lengths (0.32 mm; 0.06 × 0.1 mm) for any voxel size; odd, so that they have a center |
/// | B-scans of unknown distance, or farther apart than half the median window | treated as neighbors | cleaned separately |
/// | column without a layer | its upper surface lies below its lower one, so that it thins its neighbors | ignored; gets the medians of its window if at least half of the columns in the window have a layer |
/// | lowest voxel of each column | lost when columns are filled | kept |
///
/// # Errors
/// Returns an error if the result does not fit the grid, which does not happen for a valid mask.
pub fn rsom(mask: Mask) -> Result<Mask, LayersegError> {
    let (grid, mut voxels) = mask.into_parts();
    let lateral = match grid.spacing() {
        Spacing::Millimetres([x, y, _]) if y <= MEDIAN_HALF_MM => [x, y],
        Spacing::Millimetres([x, ..]) => [x, f64::INFINITY],
        Spacing::Unknown => [LATERAL_MM, f64::INFINITY],
    };
    if lateral[1].is_finite() {
        voxels = clean(&voxels.view(), lateral, [true; 3]);
    } else {
        for mut bscan in voxels.axis_iter_mut(Axis(1)) {
            let single = bscan.view().insert_axis(Axis(1));
            let cleaned = clean(&single, lateral, [true, false, true]);
            bscan.assign(&cleaned.slice(s![.., 0, ..]));
        }
    }
    Ok(Mask::new(grid, voxels)?)
}

/// Cleans a volume or a single B-scan. Along the axes in `open`, the border of the array counts as outside.
fn clean(voxels: &ArrayView3<'_, bool>, lateral_mm: [f64; 2], open: [bool; 3]) -> Array3<bool> {
    let mut closed = filled_and_closed(voxels, open);
    let half = |mm: [f64; 2]| -> [usize; 2] {
        std::array::from_fn(|axis| (mm[axis] / lateral_mm[axis]).round() as usize)
    };
    let (median, mean) = (half([MEDIAN_HALF_MM; 2]), half(MEAN_HALF_MM));
    let found = surfaces(&closed);
    let bounded = map(&found, |at| bound(&found, at, median));
    let smooth = map(&bounded, |at| smoothed(&bounded, at, mean));
    for (mut column, surfaces) in closed.lanes_mut(Axis(2)).into_iter().zip(&smooth) {
        let inside = surfaces.map_or(0..0, |[upper, lower]| upper..lower + 1);
        let indices = column.iter_mut().enumerate();
        indices.for_each(|(z, voxel)| *voxel = inside.contains(&(z as i64)));
    }
    closed
}

/// Depths of the first and the last voxel of a column; `None` for an empty column.
type Surfaces = Option<[i64; 2]>;

fn surfaces(voxels: &Array3<bool>) -> Array2<Surfaces> {
    let depths = |extent: Extent| [extent.first as i64, extent.last as i64];
    extents(voxels.view()).mapv(|extent| extent.map(depths))
}

fn map(
    surfaces: &Array2<Surfaces>,
    of: impl Fn([usize; 2]) -> Surfaces + Sync,
) -> Array2<Surfaces> {
    Zip::indexed(surfaces).par_map_collect(|(x, y), _| of([x, y]))
}

/// The surfaces of the columns in a window around one, clipped to the scan.
fn around(
    surfaces: &Array2<Surfaces>,
    [x, y]: [usize; 2],
    half: [usize; 2],
) -> impl Iterator<Item = &Surfaces> {
    let (nx, ny) = surfaces.dim();
    let range = |i: usize, half: usize, n: usize| {
        i.saturating_sub(half)..i.saturating_add(half).saturating_add(1).min(n)
    };
    let window = surfaces.slice(s![range(x, half[0], nx), range(y, half[1], ny)]);
    window.into_iter()
}

/// Limits the upper surface to at or below, and the lower to at or above the median of its window.
fn bound(surfaces: &Array2<Surfaces>, at: [usize; 2], half: [usize; 2]) -> Surfaces {
    let mut columns = 0;
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for found in around(surfaces, at, half) {
        columns += 1;
        if let Some([first, last]) = found {
            upper.push(*first);
            lower.push(*last);
        }
    }
    let bridged = 2 * upper.len() >= columns;
    let middle = |values: &mut Vec<i64>| -> Option<i64> {
        let middle = values.len().checked_sub(1)? / 2;
        Some(*values.select_nth_unstable(middle).1)
    };
    let [above, below] = [middle(&mut upper)?, middle(&mut lower)?];
    let own = surfaces[at].map(|[first, last]| [first.max(above), last.min(below)]);
    // A column with all voxels above or below the medians counts as empty.
    own.filter(|[upper, lower]| upper <= lower)
        .or_else(|| bridged.then_some([above, below]))
}

/// The rounded mean of each surface over a window; `None` if the column is empty before or after.
fn smoothed(surfaces: &Array2<Surfaces>, at: [usize; 2], half: [usize; 2]) -> Surfaces {
    surfaces[at]?;
    let (mut count, mut sums) = (0, [0, 0]);
    for [upper, lower] in around(surfaces, at, half).flatten() {
        count += 1;
        sums[0] += upper;
        sums[1] += lower;
    }
    let [upper, lower] = sums.map(|sum| (sum as f64 / f64::from(count)).round() as i64);
    (upper <= lower).then_some([upper, lower])
}

#[cfg(test)]
mod tests {
    use rsom_volume::Grid;

    use super::*;

    fn mask(spacing: Spacing, inside: impl Fn(usize, usize, usize) -> bool) -> Mask {
        let grid = Grid::new([40, 30, 60], spacing).unwrap();
        let voxels = Array3::from_shape_fn((40, 30, 60), |(x, y, z)| inside(x, y, z));
        Mask::new(grid, voxels).unwrap()
    }

    #[test]
    fn a_flat_layer_stays_as_it_is_and_a_spike_is_cut() {
        for spacing in [Spacing::RSOM, Spacing::Unknown] {
            let flat = mask(spacing, |_, _, z| (20..30).contains(&z));
            assert_eq!(rsom(flat.clone()).unwrap(), flat);
            let spiked = mask(spacing, |x, y, z| {
                (20..30).contains(&z) || ([x, y] == [11, 12] && z >= 5)
            });
            assert_eq!(rsom(spiked).unwrap(), flat);
        }
    }

    #[test]
    fn a_gap_is_bridged_and_a_field_without_a_layer_stays_empty() {
        let flat = mask(Spacing::RSOM, |_, _, z| (20..30).contains(&z));
        let gap = mask(Spacing::RSOM, |x, _, z| {
            (20..30).contains(&z) && !(12..18).contains(&x)
        });
        assert_eq!(rsom(gap).unwrap(), flat);
        let half = mask(Spacing::RSOM, |x, _, z| (20..30).contains(&z) && x < 10);
        let cleaned = rsom(half).unwrap();
        assert!(!cleaned.voxels()[[39, 15, 25]]);
        assert!(cleaned.voxels()[[5, 15, 25]]);
        let none = mask(Spacing::RSOM, |_, _, _| false);
        assert_eq!(rsom(none.clone()).unwrap(), none);
    }

    #[test]
    fn a_column_with_voxels_only_outside_the_layer_is_bridged() {
        let flat = mask(Spacing::RSOM, |_, _, z| (20..30).contains(&z));
        let stray = mask(Spacing::RSOM, |x, y, z| {
            let depths = if (x, y) == (20, 15) { 45..50 } else { 20..30 };
            depths.contains(&z)
        });
        assert_eq!(rsom(stray).unwrap(), flat);
    }

    #[test]
    fn bscans_of_unknown_distance_do_not_touch_each_other() {
        let other = |y: usize| if y.is_multiple_of(2) { 10..20 } else { 40..52 };
        let stack = mask(Spacing::Unknown, |_, y, z| other(y).contains(&z));
        assert_eq!(rsom(stack.clone()).unwrap(), stack);
        let far = Spacing::Millimetres([0.012, 0.4, 0.003]);
        let stack = mask(far, |_, y, z| other(y).contains(&z));
        assert_eq!(rsom(stack.clone()).unwrap(), stack);
    }
}
