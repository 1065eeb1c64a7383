//! Boundary error: the distance along depth between the surfaces of two layers.

use ndarray::Array2;
use rsom_measures::schema::{
    BOUNDARY_BIAS_UM, BOUNDARY_BIAS_VOX, BOUNDARY_COVERAGE, BOUNDARY_ERROR_P95_UM,
    BOUNDARY_ERROR_P95_VOX, BOUNDARY_ERROR_UM, BOUNDARY_ERROR_VOX,
};

use crate::percentile::percentile;
use crate::surface::SubVoxelSurfaces;
use crate::thickness::{Lengths, both_units};
use crate::{Measurement, Metric, Pair, Settings, Surface};

const ERROR: Lengths = [BOUNDARY_ERROR_VOX, BOUNDARY_ERROR_UM];
const BIAS: Lengths = [BOUNDARY_BIAS_VOX, BOUNDARY_BIAS_UM];
const P95: Lengths = [BOUNDARY_ERROR_P95_VOX, BOUNDARY_ERROR_P95_UM];

/// Distance between a predicted and a reference surface along depth, over the columns where both masks have the surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundaryError {
    /// Mean of |prediction − reference|, in voxels: the boundary error of the literature on retinal layers.
    pub mean_vox: f64,
    /// Mean of prediction − reference, in voxels: above 0 where the prediction lies deeper.
    pub bias_vox: f64,
    /// 95th percentile of |prediction − reference|, in voxels, with linear interpolation between the two closest ranks.
    pub p95_vox: f64,
}

impl BoundaryError {
    /// Summarizes signed differences (prediction − reference), in voxels; `None` without a difference.
    #[must_use]
    pub fn of(differences: &[f64]) -> Option<Self> {
        let count = differences.len() as f64;
        let mut sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
        sizes.sort_by(f64::total_cmp);
        Some(Self {
            mean_vox: sizes.iter().sum::<f64>() / count,
            bias_vox: differences.iter().sum::<f64>() / count,
            p95_vox: percentile(&sizes, 0.95)?,
        })
    }
}

/// Signed differences of two surfaces in every column, prediction − reference, each of shape (x, y), in voxels: upper and lower
/// surface. Missing where one of them has no surface.
fn differences_vox(
    reference: &SubVoxelSurfaces,
    prediction: &SubVoxelSurfaces,
) -> [Array2<Option<f64>>; 2] {
    let between = |surface: usize| {
        let mut differences = reference.0[surface].clone();
        let predicted = &prediction.0[surface];
        differences.zip_mut_with(predicted, |r, p| *r = p.zip(*r).map(|(p, r)| p - r));
        differences
    };
    [between(0), between(1)]
}

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    let lengths = [ERROR, BIAS, P95].into_iter().flatten();
    lengths.chain([BOUNDARY_COVERAGE]).collect()
}

/// `boundary_error_vox`, `boundary_bias_vox`, `boundary_error_p95_vox`, the same in µm, and `boundary_coverage`, for the
/// upper surface, the lower surface and both together (their columns pooled).
///
/// Values in µm are voxels times the spacing along z. The coverage is the share of the columns with a reference surface
/// that also have a predicted one: a prediction with gaps is not better for it.
///
/// Where the pair has sub-voxel surfaces ([`Pair::with_surfaces`]), these are compared. Surfaces of masks are the faces before
/// the first and after the last voxel of a column; they are missing in an empty column, and where the field of view cuts the layer.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let um_per_voxel = pair.spacing_mm().map(|mm| mm[2] * 1000.0);
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let [reference, prediction] = pair.surfaces(&region);
        let differences = differences_vox(&reference, &prediction);
        for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
            let chosen = match surface {
                Surface::Upper => 0..1,
                Surface::Lower => 1..2,
                Surface::Both => 0..2,
            };
            let known = differences[chosen.clone()].iter().flatten().flatten();
            let known: Vec<f64> = known.copied().collect();
            let expected = reference.0[chosen].iter().flatten().flatten().count();
            let error = BoundaryError::of(&known);
            let share = (expected > 0).then(|| known.len() as f64 / expected as f64);
            let lengths = [
                (ERROR, error.map(|e| e.mean_vox)),
                (BIAS, error.map(|e| e.bias_vox)),
                (P95, error.map(|e| e.p95_vox)),
            ];
            let status = region.status();
            let measured = lengths
                .into_iter()
                .flat_map(|(metrics, value)| both_units(metrics, value, um_per_voxel, status))
                .chain([BOUNDARY_COVERAGE.measured(share, status)]);
            rows.extend(measured.map(|row| row.on_surface(surface).on_slice(region.slice)));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;
    use rsom_volume::{Grid, Mask, Spacing};

    use super::*;
    use crate::Status;

    /// One B-scan; each column is filled from the first to the last of its two depths, and empty without them.
    fn mask(columns: &[Option<(usize, usize)>]) -> Mask {
        let shape = [columns.len(), 1, 40];
        let voxels = Array3::from_shape_fn(shape, |(x, _, z)| {
            columns[x].is_some_and(|(first, last)| (first..=last).contains(&z))
        });
        Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
    }

    fn value(rows: &[Measurement], metric: &str, surface: Surface) -> Option<f64> {
        let fits = |r: &&Measurement| r.metric.name == metric && r.surface == Some(surface);
        rows.iter().find(fits).unwrap().value
    }

    fn measured(reference: &Mask, prediction: &Mask) -> Vec<Measurement> {
        let settings = Settings {
            per_slice: false,
            ..Settings::default()
        };
        measure(&Pair::new(reference, prediction).unwrap(), &settings)
    }

    #[test]
    fn errors_are_those_worked_out_by_hand() {
        let reference = mask(&[
            Some((10, 20)),
            Some((10, 20)),
            Some((10, 20)),
            Some((10, 20)),
            None,
        ]);
        let prediction = mask(&[
            Some((10, 20)),
            Some((12, 19)),
            Some((9, 24)),
            None,
            Some((5, 6)),
        ]);
        let rows = measured(&reference, &prediction);
        // Upper: 0, 2, −1. Lower: 0, −1, 4. numpy.percentile([0, 1, 2], 95) = 1.9 and ([0, 1, 4], 95) = 3.7.
        for (surface, mean, bias, p95) in [
            (Surface::Upper, 1.0, 1.0 / 3.0, 1.9),
            (Surface::Lower, 5.0 / 3.0, 1.0, 3.7),
            // numpy.percentile([0, 2, 1, 0, 1, 4], 95) = 3.5.
            (Surface::Both, 8.0 / 6.0, 4.0 / 6.0, 3.5),
        ] {
            let near = |metric: &str, expected: f64| {
                let found = value(&rows, metric, surface).unwrap();
                assert!(
                    (found - expected).abs() < 1e-12,
                    "{metric} {surface:?}: {found}"
                );
            };
            near("boundary_error_vox", mean);
            near("boundary_bias_vox", bias);
            near("boundary_error_p95_vox", p95);
            near("boundary_error_um", 3.0 * mean);
            near("boundary_coverage", 0.75);
        }
    }

    #[test]
    fn sub_voxel_surfaces_replace_those_of_the_masks() {
        let layer = mask(&[Some((10, 20)), Some((10, 20))]);
        let settings = Settings {
            per_slice: true,
            ..Settings::default()
        };
        // The faces of the masks are at 9.5 and 20.5.
        let surface =
            |depths: [Option<f64>; 2]| Array2::from_shape_vec((2, 1), depths.to_vec()).unwrap();
        let upper = surface([Some(9.25), Some(9.85)]);
        let reference = SubVoxelSurfaces([upper, surface([Some(20.5), None])]);
        let pair = Pair::new(&layer, &layer).unwrap();
        let both = pair.with_surfaces([Some(&reference), None]).unwrap();
        for slice in [None, Some(0)] {
            let rows = measure(&both, &settings);
            let rows: Vec<_> = rows.into_iter().filter(|r| r.slice == slice).collect();
            let near = |metric, surface, expected: f64| {
                let found = value(&rows, metric, surface).unwrap();
                assert!((found - expected).abs() < 1e-12, "{metric}: {found}");
            };
            near("boundary_error_vox", Surface::Upper, 0.3);
            near("boundary_bias_vox", Surface::Upper, -0.05);
            near("boundary_error_vox", Surface::Lower, 0.0);
            near("boundary_coverage", Surface::Both, 1.0);
        }
        let other = SubVoxelSurfaces([Array2::from_elem((3, 1), None), surface([None; 2])]);
        assert_eq!(
            pair.with_surfaces([None, Some(&other)]).unwrap_err(),
            [3, 1]
        );
    }

    #[test]
    fn a_cut_face_is_no_boundary() {
        let reference = mask(&[Some((0, 20)), Some((10, 39))]);
        let prediction = mask(&[Some((3, 21)), Some((10, 30))]);
        let rows = measured(&reference, &prediction);
        assert_eq!(
            value(&rows, "boundary_error_vox", Surface::Upper),
            Some(0.0)
        );
        assert_eq!(
            value(&rows, "boundary_error_vox", Surface::Lower),
            Some(1.0)
        );
        assert_eq!(value(&rows, "boundary_coverage", Surface::Both), Some(1.0));
    }

    #[test]
    fn an_empty_prediction_has_no_error_but_a_status() {
        let rows = measured(&mask(&[Some((3, 5)); 4]), &mask(&[None; 4]));
        assert!(rows.iter().all(|row| row.status == Status::EmptyPrediction));
        assert_eq!(value(&rows, "boundary_error_vox", Surface::Both), None);
    }

    proptest! {
        #[test]
        fn a_shift_is_its_own_error_and_bias(
            tops in prop::collection::vec(8_usize..15, 1..12), shift in -6_i32..6,
        ) {
            let shifted = |by: i32| -> Vec<_> {
                let place = |z: usize| (z as i32 + by) as usize;
                tops.iter().map(|top| Some((place(*top), place(top + 9)))).collect()
            };
            let rows = measured(&mask(&shifted(0)), &mask(&shifted(shift)));
            let found = |metric| value(&rows, metric, Surface::Both).unwrap();
            prop_assert_eq!(found("boundary_error_vox"), f64::from(shift.abs()));
            prop_assert_eq!(found("boundary_error_p95_vox"), f64::from(shift.abs()));
            prop_assert_eq!(found("boundary_bias_vox"), f64::from(shift));
        }

        #[test]
        fn swapped_masks_have_the_same_error_and_the_opposite_bias(
            a in prop::collection::vec((1_usize..15, 16_usize..30), 7),
            b in prop::collection::vec((1_usize..15, 16_usize..30), 7),
        ) {
            let layer = |columns: &[(usize, usize)]| mask(&columns.iter().copied().map(Some).collect::<Vec<_>>());
            let (a, b) = (layer(&a), layer(&b));
            let (ab, ba) = (measured(&a, &b), measured(&b, &a));
            for (there, back) in ab.iter().zip(&ba) {
                let sign = if there.metric.name.contains("bias") { -1.0 } else { 1.0 };
                prop_assert!((there.value.unwrap() - sign * back.value.unwrap()).abs() < 1e-12);
            }
        }
    }
}
