//! Angles between the surface normals of a layer and the depth axis (the paper's figure 4).

mod distance;

use ndarray::{Array2, ArrayView3, Axis};
use rsom_measures::schema::{
    NORMAL_ANGLE_DEG, NORMAL_DISTANCE_DEG, NORMAL_KS, REFERENCE_NORMAL_ANGLE_DEG,
};

pub use distance::AngleDistance;

use crate::surface::surfaces_of_columns;
use crate::{Columns, Measurement, Metric, Pair, Settings, Surface};

/// Angles of the normals of the upper and of the lower surface to z, in degrees from 0 (flat) to 90 (vertical).
///
/// Each array has shape (x, y); `None` where a column has no surface or no neighbor with one. For a surface z(x, y) in
/// mm the normal is (−∂z/∂x, −∂z/∂y, 1), so the angle is atan √((∂z/∂x)² + (∂z/∂y)²). Derivatives are central
/// differences where both neighbors exist, else one-sided. When B-scans are not dense, ∂z/∂y is omitted: the angle is
/// that within the B-scan.
#[must_use]
pub fn angles_deg(
    mask: ArrayView3<'_, bool>,
    spacing_mm: [f64; 3],
    dense: bool,
) -> [Array2<Option<f64>>; 2] {
    angles_of_columns_deg(&Columns::of(mask), spacing_mm, dense)
}

/// The same from known columns.
#[must_use]
pub fn angles_of_columns_deg(
    columns: &Columns,
    spacing_mm: [f64; 3],
    dense: bool,
) -> [Array2<Option<f64>>; 2] {
    surfaces_of_columns(columns).map(|surface| {
        Array2::from_shape_fn(surface.raw_dim(), |(x, y)| {
            let along_x = slope(|i| surface.get((i, y)).copied().flatten(), x);
            let along_y = || slope(|i| surface.get((x, i)).copied().flatten(), y);
            let per_mm = |slope: f64, step: f64| slope * spacing_mm[2] / step;
            let dx = per_mm(along_x?, spacing_mm[0]);
            let dy = if dense {
                per_mm(along_y().unwrap_or(0.0), spacing_mm[1])
            } else {
                0.0
            };
            Some(libm::atan(libm::hypot(dx, dy)).to_degrees())
        })
    })
}

/// Counts of angles in equal bins from 0 to 90 degrees; the last bin includes 90.
///
/// Figure 4 of the paper shows them on a logarithmic axis.
#[must_use]
pub fn histogram(angles_deg: &Array2<Option<f64>>, bins: usize) -> Vec<u64> {
    let mut counts = vec![0; bins];
    for angle in angles_deg.iter().flatten() {
        let bin = (angle / 90.0 * bins as f64) as usize;
        if let Some(count) = counts.get_mut(bin.min(bins.saturating_sub(1))) {
            *count += 1;
        }
    }
    counts
}

/// The metrics that [`measure`] computes.
pub(crate) fn metrics() -> Vec<Metric> {
    vec![
        NORMAL_ANGLE_DEG,
        REFERENCE_NORMAL_ANGLE_DEG,
        NORMAL_DISTANCE_DEG,
        NORMAL_KS,
    ]
}

/// `normal_angle_deg` and `reference_normal_angle_deg`: the mean angle of each surface and of both together; `normal_distance_deg` and
/// `normal_ks`: distances between the distributions of both.
///
/// Needs the voxel size: without it the angles are undefined.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let [reference, prediction] = pair.columns(&pair.whole()).map(|columns| {
        let spacing_mm = pair.spacing_mm();
        spacing_mm.map(|mm| angles_of_columns_deg(&columns, mm, settings.dense))
    });
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let sides = [
            (NORMAL_ANGLE_DEG, &prediction, region.prediction_status()),
            (
                REFERENCE_NORMAL_ANGLE_DEG,
                &reference,
                region.reference_status(),
            ),
        ];
        for (metric, angles, status) in sides {
            for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
                let mean = angles.as_ref().and_then(|a| mean(a, surface, region.slice));
                let row = metric.measured(mean, status);
                rows.push(row.on_surface(surface).on_slice(region.slice));
            }
        }
        let both = reference.as_ref().zip(prediction.as_ref());
        for surface in [Surface::Upper, Surface::Lower, Surface::Both] {
            let found = both.and_then(|(reference, prediction)| {
                let known = |angles| known_deg(angles, surface, region.slice);
                AngleDistance::of(&known(reference), &known(prediction))
            });
            let values = [
                NORMAL_DISTANCE_DEG.measured(found.map(|d| d.wasserstein_deg), region.status()),
                NORMAL_KS.measured(found.map(|d| d.kolmogorov_smirnov), region.status()),
            ];
            rows.extend(values.map(|row| row.on_surface(surface).on_slice(region.slice)));
        }
    }
    rows
}

fn slope(height: impl Fn(usize) -> Option<f64>, at: usize) -> Option<f64> {
    let here = height(at)?;
    let before = at.checked_sub(1).and_then(&height);
    let after = height(at + 1);
    match (before, after) {
        (Some(before), Some(after)) => Some((after - before) / 2.0),
        (Some(before), None) => Some(here - before),
        (None, Some(after)) => Some(after - here),
        (None, None) => None,
    }
}

fn mean(angles: &[Array2<Option<f64>>; 2], surface: Surface, slice: Option<usize>) -> Option<f64> {
    let values = known_deg(angles, surface, slice);
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The known angles of [`angles_deg`] on a surface, or on both together, of the whole scan or of one B-scan; none when
/// there is no such B-scan.
#[must_use]
pub fn known_deg(
    angles: &[Array2<Option<f64>>; 2],
    surface: Surface,
    slice: Option<usize>,
) -> Vec<f64> {
    let chosen = match surface {
        Surface::Upper => &angles[..1],
        Surface::Lower => &angles[1..],
        Surface::Both => &angles[..],
    };
    let of_region = chosen.iter().map(|angles| {
        let end = angles.len_of(Axis(1));
        let slab = slice.map_or(0..end, |y| y.min(end)..y.saturating_add(1).min(end));
        angles.slice_axis(Axis(1), slab.into())
    });
    of_region
        .flat_map(IntoIterator::into_iter)
        .flatten()
        .copied()
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use proptest::prelude::*;

    use super::*;

    fn plane(rise_x: usize, rise_y: usize) -> Array3<bool> {
        Array3::from_shape_fn((8, 6, 60), |(x, y, z)| {
            let top = 5 + rise_x * x + rise_y * y;
            (top..top + 4).contains(&z)
        })
    }

    #[test]
    fn a_plane_has_one_angle_everywhere() {
        // 4 voxels of 3 µm per 12 µm: 45 degrees; with the same slope along y, atan √2.
        let spacing = [0.012, 0.012, 0.003];
        for (dense, expected) in [(false, 45.0), (true, 2f64.sqrt().atan().to_degrees())] {
            for surface in angles_deg(plane(4, 4).view(), spacing, dense) {
                for angle in surface {
                    assert!((angle.unwrap() - expected).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn a_lone_column_has_no_angle() {
        let mut mask = Array3::from_elem((5, 1, 9), false);
        mask[[2, 0, 4]] = true;
        let [upper, _] = angles_deg(mask.view(), [1.0; 3], true);
        assert!(upper.iter().all(Option::is_none));
    }

    #[test]
    fn ninety_degrees_fall_in_the_last_bin() {
        let angles = Array2::from_shape_vec((1, 4), vec![Some(0.0), Some(90.0), Some(29.9), None]);
        assert_eq!(histogram(&angles.unwrap(), 3), [2, 0, 1]);
        assert!(histogram(&Array2::from_elem((1, 1), Some(4.0)), 0).is_empty());
    }

    proptest! {
        #[test]
        fn a_histogram_loses_no_angle(angles in prop::collection::vec(prop::option::of(0.0f64..=90.0), 1..50), bins in 1usize..40) {
            let there = angles.iter().flatten().count() as u64;
            let angles = Array2::from_shape_vec((1, angles.len()), angles).unwrap();
            prop_assert_eq!(histogram(&angles, bins).iter().sum::<u64>(), there);
        }
    }
}
