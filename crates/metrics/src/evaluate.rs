//! Evaluates the measures of a pair of masks.

use rsom_measures::{Metric, schema};
use rsom_parameters::Choice;

use crate::cldice::Skeleton;
use crate::roughness::Variant;
use crate::{Measurement, Pair, boundary, cldice, holes, normals, overlap, roughness, thickness};

/// A measure: computes measurements of the whole scan of a pair of masks and, on request, of each B-scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Measure {
    /// Dice, IoU, precision, recall.
    Overlap,
    /// Overlap of center lines: clDice, topology precision and sensitivity. For vessels; it computes two skeletons.
    Cldice,
    /// Roughness Ra of both surfaces.
    Roughness,
    /// Distance between predicted and reference surfaces along depth.
    Boundary,
    /// Columns of the reference that the prediction misses.
    Holes,
    /// Thickness of the layer.
    Thickness,
    /// Angles between surface normals and depth.
    Normals,
}

impl Measure {
    /// All measures, in the order of their rows.
    pub const ALL: [Self; 7] = [
        Self::Overlap,
        Self::Cldice,
        Self::Roughness,
        Self::Boundary,
        Self::Holes,
        Self::Thickness,
        Self::Normals,
    ];
    /// Measures of layers: all but clDice, because a layer has no center line.
    pub const OF_LAYER: [Self; 6] = [
        Self::Overlap,
        Self::Roughness,
        Self::Boundary,
        Self::Holes,
        Self::Thickness,
        Self::Normals,
    ];

    /// The metrics that this measure computes.
    #[must_use]
    pub fn metrics(self) -> Vec<Metric> {
        match self {
            Self::Overlap => vec![
                schema::DICE,
                schema::IOU,
                schema::PRECISION,
                schema::RECALL,
                schema::DICE_BSCAN_MEAN,
                schema::IOU_BSCAN_MEAN,
                schema::PRECISION_BSCAN_MEAN,
                schema::PRECISION_BSCAN_COVERAGE,
                schema::RECALL_BSCAN_MEAN,
                schema::RECALL_BSCAN_COVERAGE,
            ],
            Self::Cldice => vec![
                schema::CLDICE,
                schema::TOPOLOGY_PRECISION,
                schema::TOPOLOGY_SENSITIVITY,
            ],
            Self::Roughness => vec![
                schema::RA_VOX,
                schema::RA_UM,
                schema::RA_COVERAGE,
                schema::REFERENCE_RA_VOX,
                schema::REFERENCE_RA_UM,
                schema::REFERENCE_RA_COVERAGE,
            ],
            Self::Boundary => boundary::metrics(),
            Self::Holes => vec![schema::HOLE_COUNT, schema::COVERAGE],
            Self::Thickness => thickness::metrics(),
            Self::Normals => vec![schema::NORMAL_ANGLE_DEG, schema::REFERENCE_NORMAL_ANGLE_DEG],
        }
    }

    fn take(self, pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
        match self {
            Self::Overlap => overlap::measure(pair, settings),
            Self::Cldice => cldice::measure(pair, settings),
            Self::Roughness => roughness::measure(pair, settings),
            Self::Boundary => boundary::measure(pair, settings),
            Self::Holes => holes::measure(pair, settings),
            Self::Thickness => thickness::measure(pair, settings),
            Self::Normals => normals::measure(pair, settings),
        }
    }
}

/// Settings of the measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Also measure every B-scan separately.
    pub per_slice: bool,
    /// Definition of the roughness.
    pub roughness: Variant,
    /// Thinning for the center lines of clDice.
    pub skeleton: Skeleton,
    /// Whether neighboring B-scans are neighbors in the tissue. If not, nothing is measured across them.
    pub dense: bool,
}

/// Computes the requested measures of a pair of masks.
///
/// The whole scan is measured as one set of voxels: `dice` without a slice counts the voxels of all B-scans together.
/// With `per_slice`, the same metric also appears for each B-scan, with its index. The mean over B-scans, which the
/// paper reports, has separate names (`dice_bscan_mean`, …).
///
/// Rows have a fixed order, independent of the order of `wanted`: measure by measure, the whole scan before its
/// B-scans, B-scans in order.
#[must_use]
pub fn evaluate(pair: &Pair<'_>, wanted: &[Measure], settings: &Settings) -> Vec<Measurement> {
    Measure::ALL
        .into_iter()
        .filter(|measure| wanted.contains(measure))
        .flat_map(|measure| measure.take(pair, settings))
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Mask, Spacing};

    use super::*;
    use crate::Status;

    fn layer(shape: [usize; 3], first: usize, last: usize) -> Mask {
        let voxels = Array3::from_shape_fn(shape, |(_, _, z)| (first..=last).contains(&z));
        Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
    }

    fn settings(per_slice: bool) -> Settings {
        Settings {
            per_slice,
            roughness: Variant::Rsom,
            skeleton: Skeleton::Topology,
            dense: false,
        }
    }

    #[test]
    fn every_row_of_the_whole_scan_appears_once() {
        let (a, b) = (layer([9, 3, 12], 3, 6), layer([9, 3, 12], 4, 6));
        let rows = evaluate(&Pair::new(&a, &b).unwrap(), &Measure::ALL, &settings(true));
        for (i, row) in rows.iter().enumerate() {
            let key = |m: &Measurement| (m.metric.name, m.slice, m.surface);
            assert!(
                rows[..i].iter().all(|other| key(other) != key(row)),
                "{row:?} twice"
            );
        }
        let whole = evaluate(&Pair::new(&a, &b).unwrap(), &Measure::ALL, &settings(false));
        let of_whole: Vec<_> = rows.into_iter().filter(|r| r.slice.is_none()).collect();
        assert_eq!(whole, of_whole);
    }

    #[test]
    fn each_measure_states_the_metrics_that_it_computes() {
        let (a, b) = (layer([9, 3, 12], 3, 6), layer([9, 3, 12], 4, 6));
        let pair = Pair::new(&a, &b).unwrap();
        for measure in Measure::ALL {
            let names = |metrics: &mut dyn Iterator<Item = &'static str>| {
                metrics.collect::<std::collections::BTreeSet<_>>()
            };
            let rows = evaluate(&pair, &[measure], &settings(true));
            let computed = names(&mut rows.iter().map(|row| row.metric.name));
            let stated = names(&mut measure.metrics().iter().map(|metric| metric.name));
            assert_eq!(stated, computed, "{measure:?}");
        }
    }

    #[test]
    fn a_value_is_missing_only_with_a_status_that_says_why() {
        let shape = [7, 2, 10];
        let empty = Mask::new(
            Grid::new(shape, Spacing::RSOM).unwrap(),
            Array3::from_elem(shape, false),
        )
        .unwrap();
        let full = layer(shape, 0, 9);
        let some = layer(shape, 2, 4);
        for (a, b) in [
            (&empty, &empty),
            (&some, &empty),
            (&empty, &some),
            (&some, &full),
        ] {
            for row in evaluate(&Pair::new(a, b).unwrap(), &Measure::ALL, &settings(true)) {
                assert!(
                    row.value.is_some() || row.status != Status::Ok,
                    "{row:?} is missing without a reason"
                );
            }
        }
    }

    #[test]
    fn masks_on_different_grids_are_refused() {
        assert!(Pair::new(&layer([4, 4, 4], 1, 2), &layer([4, 4, 5], 1, 2)).is_err());
    }
}
