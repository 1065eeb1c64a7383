//! Columns of the reference that the prediction misses.

use ndarray::ArrayView3;
use rsom_measures::schema::{COVERAGE, HOLE_COUNT};

use crate::{Columns, Measurement, Metric, Pair, Settings};

/// Columns (x, y) of the reference, and those that the prediction misses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holes {
    /// Number of columns with reference voxels.
    pub reference_columns: usize,
    /// Number of these columns without predicted voxels.
    pub holes: usize,
}

impl Holes {
    /// Counts the columns of two masks of equal shape (x, y, z).
    #[must_use]
    pub fn of(reference: ArrayView3<'_, bool>, prediction: ArrayView3<'_, bool>) -> Self {
        Self::of_columns(&Columns::of(reference), &Columns::of(prediction))
    }

    /// The same from known columns.
    #[must_use]
    pub fn of_columns(reference: &Columns, prediction: &Columns) -> Self {
        let mut found = Self::default();
        for (r, p) in reference.extents.iter().zip(&prediction.extents) {
            found.reference_columns += usize::from(r.is_some());
            found.holes += usize::from(r.is_some() && p.is_none());
        }
        found
    }

    /// Share of the reference's columns that the prediction covers, from 0 to 1; `None` when the reference is empty.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        let covered = self.reference_columns - self.holes;
        (self.reference_columns > 0).then(|| covered as f64 / self.reference_columns as f64)
    }
}

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    vec![HOLE_COUNT, COVERAGE]
}

/// `hole_count` and `coverage`.
///
/// A column that is empty in both masks is not a hole. (The authors' roughness script counts every empty column of a
/// mask: [`Roughness::holes`](crate::roughness::Roughness::holes).)
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let [reference, prediction] = pair.columns(&region);
        let holes = Holes::of_columns(&reference, &prediction);
        let status = region.status();
        let both = [
            HOLE_COUNT.measured(Some(holes.holes as f64), status),
            COVERAGE.measured(holes.coverage(), status),
        ];
        rows.extend(both.map(|row| row.on_slice(region.slice)));
    }
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, s};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_column_without_reference_is_no_hole() {
        let mut reference = Array3::from_elem((6, 2, 5), false);
        reference.slice_mut(s![..4, .., 2]).fill(true);
        let mut prediction = reference.clone();
        prediction.slice_mut(s![1, 0, ..]).fill(false);
        let holes = Holes::of(reference.view(), prediction.view());
        assert_eq!((holes.reference_columns, holes.holes), (8, 1));
        assert_eq!(holes.coverage(), Some(0.875));
    }

    proptest! {
        #[test]
        fn an_empty_prediction_leaves_every_column_a_hole(voxels in prop::collection::vec(any::<bool>(), 60)) {
            let reference = Array3::from_shape_vec((4, 3, 5), voxels).unwrap();
            let empty = Array3::from_elem((4, 3, 5), false);
            let holes = Holes::of(reference.view(), empty.view());
            prop_assert_eq!(holes.holes, holes.reference_columns);
            prop_assert_eq!(Holes::of(reference.view(), reference.view()).holes, 0);
        }
    }
}
