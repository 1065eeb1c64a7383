//! Gaps of a layer: connected columns without it.

use ndarray::Array2;
use rsom_measures::schema::{
    GAP_AREA_MM2, GAP_COLUMNS, GAP_COUNT, LARGEST_GAP_COLUMNS, LARGEST_GAP_MM2,
};

use crate::pieces::pieces;
use crate::{Columns, Measurement, Metric, Pair, Settings, Within};

/// The gaps of a layer.
///
/// One gap is a group of columns (x, y) that share edges and hold no layer voxel: a torn layer has few large gaps, a
/// perforated one many small ones, for the same number of [holes](crate::holes).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Number of gaps.
    pub count: usize,
    /// Number of columns in all gaps.
    pub columns: usize,
    /// Number of columns of the largest gap.
    pub largest: usize,
    /// Number of columns where gaps are looked for.
    pub inside: usize,
}

impl Gaps {
    /// Finds the gaps of a layer within the columns of a reference of the same shape or, without a reference, within the
    /// whole scan.
    ///
    /// When B-scans are not `dense`, gaps are found within each B-scan: a gap through several of them counts in each.
    ///
    /// An empty reference leaves no gap. An empty layer is one gap for each connected piece of the reference, or one of the
    /// size of the scan (of each B-scan when they are not dense). A complete layer, also one cut by the field of view, has
    /// none.
    #[must_use]
    pub fn of(layer: &Columns, reference: Option<&Columns>, dense: bool) -> Self {
        let is_inside = |at: (usize, usize)| {
            reference.is_none_or(|r| r.extents.get(at).is_some_and(Option::is_some))
        };
        let inside = Array2::from_shape_fn(layer.extents.raw_dim(), is_inside);
        let mut missing = inside.clone();
        missing.zip_mut_with(&layer.extents, |missing, extent| {
            *missing &= extent.is_none();
        });
        let sizes = pieces(missing.view(), dense).concat();
        Self {
            count: sizes.len(),
            columns: sizes.iter().sum(),
            largest: sizes.iter().copied().max().unwrap_or_default(),
            inside: inside.iter().filter(|inside| **inside).count(),
        }
    }

    /// Share of the columns that are gaps, from 0 to 1; `None` when there are no columns to look in.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.inside > 0).then(|| self.columns as f64 / self.inside as f64)
    }
}

/// Area of a number of columns in mm², seen from above, for a spacing in mm along x, y, z: the layer's own area is larger
/// where it is inclined.
#[must_use]
pub fn area_mm2(columns: usize, spacing_mm: [f64; 3]) -> f64 {
    columns as f64 * spacing_mm[0] * spacing_mm[1]
}

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    vec![
        GAP_COUNT,
        GAP_COLUMNS,
        GAP_AREA_MM2,
        LARGEST_GAP_COLUMNS,
        LARGEST_GAP_MM2,
    ]
}

/// `gap_count`, `gap_columns`, `gap_area_mm2`, `largest_gap_columns`, `largest_gap_mm2`: gaps of the prediction in the columns of the
/// reference. Areas need the voxel size.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let [reference, prediction] = pair.columns(&region);
        let is_dense = settings.within == Within::Scan;
        let gaps = Gaps::of(&prediction, Some(&reference), is_dense);
        let area = |columns| pair.spacing_mm().map(|mm| area_mm2(columns, mm));
        let values = [
            (GAP_COUNT, Some(gaps.count as f64)),
            (GAP_COLUMNS, Some(gaps.columns as f64)),
            (GAP_AREA_MM2, area(gaps.columns)),
            (LARGEST_GAP_COLUMNS, Some(gaps.largest as f64)),
            (LARGEST_GAP_MM2, area(gaps.largest)),
        ];
        let status = region.status();
        rows.extend(
            values.map(|(metric, value)| metric.measured(value, status).on_slice(region.slice)),
        );
    }
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, s};
    use proptest::prelude::*;

    use super::*;
    use crate::holes::Holes;

    /// A layer of 6 × 4 columns without these.
    fn without(columns: &[(usize, usize)]) -> Columns {
        let mut mask = Array3::from_elem((6, 4, 5), false);
        mask.slice_mut(s![.., .., 2..4]).fill(true);
        for (x, y) in columns {
            mask.slice_mut(s![*x, *y, ..]).fill(false);
        }
        Columns::of(mask.view())
    }

    #[test]
    fn gaps_that_touch_across_bscans_are_one_when_bscans_are_dense() {
        // Worked out by hand: columns 1 and 2 of B-scan 0, column 2 of B-scan 1, and column 3 of B-scan 2, at a corner.
        let torn = without(&[(1, 0), (2, 0), (2, 1), (3, 2)]);
        for (dense, count, largest) in [(true, 2, 3), (false, 3, 2)] {
            let found = Gaps::of(&torn, None, dense);
            let expected = Gaps {
                count,
                columns: 4,
                largest,
                inside: 24,
            };
            assert_eq!(found, expected);
            assert_eq!(found.share(), Some(4.0 / 24.0));
        }
        assert!((area_mm2(4, [0.012, 0.02, 0.003]) - 4.0 * 2.4e-4).abs() < 1e-15);
    }

    #[test]
    fn gaps_lie_within_the_reference() {
        let reference = without(&[(2, 0), (3, 0)]);
        let found = Gaps::of(
            &without(&[(1, 0), (2, 0), (3, 0), (4, 0)]),
            Some(&reference),
            true,
        );
        assert_eq!((found.count, found.columns, found.largest), (2, 2, 1));
        assert_eq!(found.inside, 22);
    }

    #[test]
    fn empty_masks_follow_the_policy() {
        let empty = Columns::of(Array3::from_elem((6, 4, 5), false).view());
        let full = without(&[]);
        let found = |layer, reference, dense| {
            let gaps = Gaps::of(layer, reference, dense);
            (gaps.count, gaps.columns, gaps.largest, gaps.share())
        };
        assert_eq!(found(&empty, Some(&empty), true), (0, 0, 0, None));
        assert_eq!(found(&full, Some(&empty), true), (0, 0, 0, None));
        assert_eq!(found(&full, None, true), (0, 0, 0, Some(0.0)));
        assert_eq!(found(&empty, Some(&full), true), (1, 24, 24, Some(1.0)));
        assert_eq!(found(&empty, None, false), (4, 24, 6, Some(1.0)));
        let nothing = Columns::of(Array3::from_elem((0, 0, 0), false).view());
        assert_eq!(found(&nothing, None, true), (0, 0, 0, None));
    }

    proptest! {
        #[test]
        fn the_columns_of_all_gaps_are_the_holes(
            voxels in prop::collection::vec(prop::bool::weighted(0.3), 2 * 60), dense: bool,
        ) {
            let mask = |i: usize| Array3::from_shape_vec((5, 4, 3), voxels[60 * i..][..60].to_vec()).unwrap();
            let [reference, layer] = [mask(0), mask(1)];
            let [reference, layer] = [&reference, &layer].map(|m| Columns::of(m.view()));
            let found = Gaps::of(&layer, Some(&reference), dense);
            let holes = Holes::of_columns(&reference, &layer);
            prop_assert_eq!((found.columns, found.inside), (holes.holes, holes.reference_columns));
            prop_assert!(found.largest <= found.columns && found.count <= found.columns);
            prop_assert_eq!(found.count == 0, found.largest == 0);
        }
    }
}
