//! Evaluates the measures of a pair of masks.

use rsom_measures::Metric;
use rsom_parameters::Choice;

use crate::cldice::Skeleton;
use crate::roughness::Variant;
use crate::surface_distance::Border;
use crate::{
    Measurement, Pair, Within, boundary, cldice, continuity, gaps, holes, normals, overlap,
    roughness, surface_distance, thickness, topology,
};

/// Declares the measures, one entry each: its word, the function with its metrics, and the function that measures them.
macro_rules! measures {
    ($($(#[doc = $about:literal])* $measure:ident: $metrics:path, $take:path;)*) => {
        /// A measure: computes measurements of the whole scan of a pair of masks and, on request, of each B-scan.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
        pub enum Measure {
            $($(#[doc = $about])* $measure,)*
        }

        impl Measure {
            /// All measures, in the order of their rows.
            pub const ALL: &[Self] = &[$(Self::$measure),*];

            /// The metrics that this measure computes.
            #[must_use]
            pub fn metrics(self) -> Vec<Metric> {
                match self {
                    $(Self::$measure => $metrics(),)*
                }
            }

            fn take(self, pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
                match self {
                    $(Self::$measure => $take(pair, settings),)*
                }
            }
        }
    };
}

measures! {
    /// Dice, IoU, precision, recall, specificity, difference of volumes.
    Overlap: overlap::metrics, overlap::measure;
    /// Distances between surfaces with areas: Hausdorff, HD95, averages, surface Dice.
    Surfaces: surface_distance::metrics, surface_distance::measure;
    /// Distances between border voxels, as MedPy and MONAI: two definitions of HD95, averages, surface Dice.
    BorderVoxels: surface_distance::metrics_of_voxels, surface_distance::measure_voxels;
    /// Components found and missed, Betti numbers.
    Topology: topology::metrics, topology::measure;
    /// Overlap of center lines: clDice, topology precision and sensitivity. For vessels; it computes two skeletons.
    Cldice: cldice::metrics, cldice::measure;
    /// Roughness Ra and Rq, and waviness, of both surfaces.
    Roughness: roughness::metrics, roughness::measure;
    /// Distance between predicted and reference surfaces along depth.
    Boundary: boundary::metrics, boundary::measure;
    /// Columns of the reference that the prediction misses.
    Holes: holes::metrics, holes::measure;
    /// Connected columns of the reference that the prediction misses.
    Gaps: gaps::metrics, gaps::measure;
    /// Whether the layer is one piece or many.
    Continuity: continuity::metrics, continuity::measure;
    /// Thickness of the layer.
    Thickness: thickness::metrics, thickness::measure;
    /// Angles between surface normals and depth.
    Normals: normals::metrics, normals::measure;
}

impl Measure {
    /// Measures of layers that are taken unless others are asked for.
    pub const OF_LAYER: [Self; 9] = [
        Self::Overlap,
        Self::Surfaces,
        Self::Roughness,
        Self::Boundary,
        Self::Holes,
        Self::Gaps,
        Self::Continuity,
        Self::Thickness,
        Self::Normals,
    ];
}

/// Settings of the measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Also measure every B-scan separately.
    pub per_slice: bool,
    /// Definition of the roughness.
    pub roughness: Variant,
    /// Thinning for the center lines of clDice.
    pub skeleton: Skeleton,
    /// Whether surface normals use the slope across B-scans.
    pub dense: bool,
    /// Where distances, components and tunnels are measured.
    pub within: Within,
    /// Surfaces at the border of the field of view.
    pub border: Border,
    /// Tolerances of the surface Dice, in µm.
    pub tolerances_um: Vec<f64>,
}

impl Default for Settings {
    /// The defaults of the command line.
    fn default() -> Self {
        Self {
            per_slice: false,
            roughness: Variant::Rsom,
            skeleton: Skeleton::Topology,
            dense: false,
            within: Within::Scan,
            border: Border::Closed,
            tolerances_um: vec![TOLERANCE_UM],
        }
    }
}

/// Tolerance of the surface Dice unless others are given, in µm: the lateral voxel of RSOM scans.
pub const TOLERANCE_UM: f64 = 12.0;

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
        .iter()
        .filter(|measure| wanted.contains(measure))
        .flat_map(|measure| measure.take(pair, settings))
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Mask, Spacing};

    use rsom_measures::{Empty, EmptyCases};

    use super::*;
    use crate::Status;

    fn layer(shape: [usize; 3], first: usize, last: usize) -> Mask {
        let voxels = Array3::from_shape_fn(shape, |(_, _, z)| (first..=last).contains(&z));
        Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
    }

    fn settings(per_slice: bool) -> Settings {
        Settings {
            per_slice,
            ..Settings::default()
        }
    }

    #[test]
    fn every_row_of_the_whole_scan_appears_once() {
        let (a, b) = (layer([9, 3, 12], 3, 6), layer([9, 3, 12], 4, 6));
        let rows = evaluate(&Pair::new(&a, &b).unwrap(), Measure::ALL, &settings(true));
        for (i, row) in rows.iter().enumerate() {
            let key = |m: &Measurement| {
                let tolerance = m.tolerance_um.map(f64::to_bits);
                (m.metric.name, m.slice, m.surface, tolerance)
            };
            assert!(
                rows[..i].iter().all(|other| key(other) != key(row)),
                "{row:?} twice"
            );
        }
        let whole = evaluate(&Pair::new(&a, &b).unwrap(), Measure::ALL, &settings(false));
        let of_whole: Vec<_> = rows.into_iter().filter(|r| r.slice.is_none()).collect();
        assert_eq!(whole, of_whole);
    }

    #[test]
    fn each_measure_states_the_metrics_that_it_computes() {
        let (a, b) = (layer([9, 3, 12], 3, 6), layer([9, 3, 12], 4, 6));
        let pair = Pair::new(&a, &b).unwrap();
        for &measure in Measure::ALL {
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
    fn every_metric_has_its_declared_values_for_empty_masks() {
        // Wide enough for a spectrum.
        let shape = [18, 3, 12];
        let none = layer(shape, 12, 12);
        let some = layer(shape, 3, 6);
        type Declared = fn(EmptyCases) -> Empty;
        let cases: [(&Mask, &Mask, Declared); 3] = [
            (&none, &none, |empty| empty.both),
            (&some, &none, |empty| empty.prediction),
            (&none, &some, |empty| empty.reference),
        ];
        for (reference, prediction, of) in cases {
            let pair = Pair::new(reference, prediction).unwrap();
            for row in evaluate(&pair, Measure::ALL, &settings(false)) {
                let declared = of(row.metric.empty);
                let agrees = match declared {
                    Empty::Missing => row.value.is_none(),
                    Empty::Zero => row.value == Some(0.0),
                    Empty::One => row.value == Some(1.0),
                    Empty::Measured => row.value.is_some(),
                };
                assert!(agrees, "declared {declared}: {row:?}");
            }
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
            for row in evaluate(&Pair::new(a, b).unwrap(), Measure::ALL, &settings(true)) {
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
