//! The surfaces in the definition of the paper's authors.

use ndarray::{Array2, ArrayView1, ArrayView3, Axis, Zip};
use rsom_volume::{Extent, reflected};

use crate::Columns;

/// A column is checked for outliers when consecutive mask voxels are anywhere further apart than this.
const WIDE_GAP: usize = 15;
/// The outer part is dropped when the only wide gap lies before this share of the column's mask voxels …
const HEAD: f64 = 0.2;
/// … or after this one.
const TAIL: f64 = 0.8;

/// Weights of a Gaussian of sigma 7 voxels at distances 0 to 28 (four sigma), normalised to sum 1.
///
/// They are literals with scipy's values, because the smoothed profile is truncated to integers: a difference in one
/// bit of a weight, which depends on the implementation of `exp`, can change 38 to 37.
#[rustfmt::skip]
const GAUSSIAN: [f64; 29] = [
    0.05699437817509713, 0.05641576004155674, 0.05471491317077552, 0.05199335384654022, 0.04840907655849458,
    0.04416137744599184, 0.0394725579762225, 0.03456883779445298, 0.029662731018728964, 0.024938730136576326,
    0.020543497575721673, 0.016581021478927156, 0.013112485650198126, 0.010160044667468017, 0.007713350313221389,
    0.005737561344127487, 0.004181657656664648, 0.0029861144959148532, 0.0020893023062494034,
    0.0014322965929518437, 0.0009620585007279595, 0.0006331503498464269, 0.00040827150366162443,
    0.00025794560510633216, 0.00015967761766789063, 9.684937078544734e-05, 5.7555444176959536e-05,
    3.351296581624154e-05, 1.9119483878287666e-05,
];

/// Depth of the upper and lower surface, of shape (x, y); every column has both.
///
/// A column without surfaces of its own takes the widest depth of its B-scan for both (see [`widest_depths`]).
pub fn heights(mask: ArrayView3<'_, bool>, own: &Array2<OwnSurfaces>) -> [Array2<Option<f64>>; 2] {
    let widest = widest_depths(mask);
    let ends = Zip::indexed(own).map_collect(|(_, y), own| own.unwrap_or((widest[y], widest[y])));
    [
        ends.mapv(|(upper, _)| Some(upper as f64)),
        ends.mapv(|(_, lower)| Some(lower as f64)),
    ]
}

/// The surfaces that a mask has by itself, of shape (x, y): the first and the last voxel of each column after outliers are
/// cut off (see [`trimmed`]).
pub fn own_surfaces(mask: ArrayView3<'_, bool>, columns: &Columns) -> Array2<OwnSurfaces> {
    let lanes = Zip::from(mask.lanes(Axis(2))).and(&columns.extents);
    lanes.map_collect(|column, extent| trimmed(column, (*extent)?))
}

/// First and last voxel of a column without outliers; `None` when the column is empty or touches depth 0.
type OwnSurfaces = Option<(usize, usize)>;

/// The surfaces of a column with voxels.
///
/// When some consecutive voxels are more than 15 apart, the gaps of at least 15 are counted. A single such gap, after
/// voxel number i (from 0) of n, removes the voxels above it if i < 0.2 n, and those below it if i > 0.8 n. Otherwise
/// nothing is removed.
fn trimmed(column: ArrayView1<'_, bool>, Extent { first, last }: Extent) -> OwnSurfaces {
    if first == 0 {
        return None;
    }
    if last - first < WIDE_GAP {
        return Some((first, last));
    }
    let voxels: Vec<usize> = (first..=last).filter(|z| column[*z]).collect();
    let step = |i: &usize| voxels[i + 1] - voxels[*i];
    let places: Vec<usize> = (0..voxels.len() - 1)
        .filter(|i| step(i) >= WIDE_GAP)
        .collect();
    let &[place] = places.as_slice() else {
        return Some((first, last));
    };
    let count = voxels.len() as f64;
    if step(&place) == WIDE_GAP {
        Some((first, last))
    } else if (place as f64) < HEAD * count {
        Some((voxels[place + 1], last))
    } else if (place as f64) > TAIL * count {
        Some((first, voxels[place]))
    } else {
        Some((first, last))
    }
}

/// For each B-scan, the depth where its mask, summed over x and smoothed across B-scans, is largest (the shallowest
/// such depth).
///
/// The smoothing is scipy's `gaussian_filter1d` with sigma 7 along y, truncated at four sigma, with B-scans reflected
/// at the ends. Results are truncated to integers, as scipy does for integer input.
fn widest_depths(mask: ArrayView3<'_, bool>) -> Vec<usize> {
    let (_, bscans, depth) = mask.dim();
    let mut widths = Array2::<u32>::zeros((bscans, depth));
    for plane in mask.axis_iter(Axis(0)) {
        Zip::from(&mut widths)
            .and(&plane)
            .for_each(|width, voxel| *width += u32::from(*voxel));
    }
    let smooth = |y: usize| {
        let at = |offset: isize| widths.row(reflected(y as isize + offset, bscans));
        let mut sums = at(0).mapv(|width| f64::from(width) * GAUSSIAN[0]);
        // From the far ends inwards, pair by pair: the order in which scipy adds.
        for d in (1..GAUSSIAN.len()).rev() {
            let (before, after) = (at(-(d as isize)), at(d as isize));
            Zip::from(&mut sums)
                .and(before)
                .and(after)
                .for_each(|sum, before, after| {
                    *sum += f64::from(before + after) * GAUSSIAN[d];
                });
        }
        sums
    };
    let widest = |y: usize| {
        let mut best = (0, f64::NEG_INFINITY);
        for (z, sum) in smooth(y).into_iter().enumerate() {
            let width = sum.trunc();
            if width > best.1 {
                best = (z, width);
            }
        }
        best.0
    };
    (0..bscans).map(widest).collect()
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array3};

    use super::*;

    fn ends(voxels: impl IntoIterator<Item = usize>) -> Option<(usize, usize)> {
        let mut column = Array1::from_elem(80, false);
        for z in voxels {
            column[z] = true;
        }
        trimmed(column.view(), Extent::of(column.view())?)
    }

    fn surfaces(mask: &Array3<bool>) -> [Array2<Option<f64>>; 2] {
        let own = own_surfaces(mask.view(), &Columns::of(mask.view()));
        heights(mask.view(), &own)
    }

    #[test]
    fn the_weights_are_a_gaussian_of_sigma_seven() {
        let norm: f64 = GAUSSIAN[0] + 2.0 * GAUSSIAN[1..].iter().sum::<f64>();
        assert!((norm - 1.0).abs() < 1e-14);
        for (d, weight) in GAUSSIAN.iter().enumerate() {
            let expected = GAUSSIAN[0] * (-0.5 * (d * d) as f64 / 49.0).exp();
            assert!((weight / expected - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn an_outlier_below_a_wide_gap_is_dropped() {
        // 10 voxels, the gap after number 9 of 11.
        assert_eq!(ends((5..15).chain([40])), Some((5, 14)));
    }

    #[test]
    fn an_outlier_above_a_wide_gap_is_dropped() {
        assert_eq!(ends([5].into_iter().chain(30..40)), Some((30, 39)));
    }

    #[test]
    fn a_wide_gap_in_the_middle_drops_nothing() {
        assert_eq!(ends((5..10).chain(40..45)), Some((5, 44)));
    }

    #[test]
    fn a_gap_of_exactly_fifteen_drops_nothing() {
        assert_eq!(ends((5..15).chain([29])), Some((5, 29)));
    }

    #[test]
    fn a_second_gap_of_fifteen_saves_the_outlier() {
        // Steps of 20 and 15: one is wide, both count.
        assert_eq!(ends((5..15).chain([34, 49])), Some((5, 49)));
    }

    #[test]
    fn an_empty_column_takes_the_widest_depth_of_its_bscan() {
        let mut mask = Array3::from_elem((6, 3, 20), false);
        for y in 0..3 {
            for x in 0..5 {
                mask[[x, y, 7]] = true;
            }
            mask[[0, y, 8]] = true;
        }
        let [upper, lower] = surfaces(&mask);
        assert_eq!((upper[[5, 1]], lower[[5, 1]]), (Some(7.0), Some(7.0)));
    }

    #[test]
    fn a_mask_that_touches_depth_zero_takes_the_widest_depth_too() {
        let mask =
            Array3::from_shape_fn(
                (6, 1, 20),
                |(x, _, z)| {
                    if x == 0 { z < 3 } else { (4..9).contains(&z) }
                },
            );
        let [upper, lower] = surfaces(&mask);
        assert_eq!((upper[[0, 0]], lower[[0, 0]]), (Some(4.0), Some(4.0)));
    }
}
