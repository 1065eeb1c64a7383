//! Distances between surfaces as measurements.

use ndarray::ArrayView3;
use rayon::prelude::*;
use rsom_measures::schema::{
    ASSD_MM, ASSD_VOX, ASSD_VOXELS_MM, HD_MM, HD_VOX, HD_VOXELS_MM, HD95_DIRECTED_MM, HD95_MM,
    HD95_POOLED_MM, HD95_VOX, MASD_MM, MASD_VOX, MASD_VOXELS_MM, SURFACE_DICE, SURFACE_DICE_VOXELS,
};

use super::SurfaceDistances;
use super::areas::areas;
use super::surfels::Surfels;
use super::voxels::voxels;
use crate::{Measurement, Metric, Pair, Region, Settings, Status};

/// A function from distances to a value in their unit.
type Quantity = fn(&SurfaceDistances) -> f64;

const SURFELS_MM: [(Metric, Quantity); 4] = [
    (HD_MM, SurfaceDistances::hausdorff_mm),
    (HD95_MM, SurfaceDistances::hausdorff95_mm),
    (ASSD_MM, SurfaceDistances::assd_mm),
    (MASD_MM, SurfaceDistances::masd_mm),
];
const SURFELS_VOX: [(Metric, Quantity); 4] = [
    (HD_VOX, SurfaceDistances::hausdorff_mm),
    (HD95_VOX, SurfaceDistances::hausdorff95_mm),
    (ASSD_VOX, SurfaceDistances::assd_mm),
    (MASD_VOX, SurfaceDistances::masd_mm),
];
const VOXELS_MM: [(Metric, Quantity); 5] = [
    (HD_VOXELS_MM, SurfaceDistances::hausdorff_mm),
    (HD95_POOLED_MM, SurfaceDistances::hausdorff95_pooled_mm),
    (HD95_DIRECTED_MM, SurfaceDistances::hausdorff95_directed_mm),
    (ASSD_VOXELS_MM, SurfaceDistances::assd_mm),
    (MASD_VOXELS_MM, SurfaceDistances::masd_mm),
];

/// The metrics of [`measure`].
pub(crate) fn metrics() -> Vec<Metric> {
    let lengths = SURFELS_MM.into_iter().chain(SURFELS_VOX);
    let lengths = lengths.map(|(metric, _)| metric);
    lengths.chain([SURFACE_DICE]).collect()
}

/// The metrics of [`measure_voxels`].
pub(crate) fn metrics_of_voxels() -> Vec<Metric> {
    let lengths = VOXELS_MM.into_iter().map(|(metric, _)| metric);
    lengths.chain([SURFACE_DICE_VOXELS]).collect()
}

/// `hd_mm`, `hd95_mm`, `assd_mm`, `masd_mm`, the same in voxels, and `surface_dice` at each tolerance: of surfaces with areas.
///
/// Values in mm and the surface Dice need the voxel size. They are undefined where one mask has a surface and the other has none: a full
/// mask has no surface with [`Border::Open`](super::Border::Open). Within B-scans, a surface without a partner in its B-scan is infinitely far away: it is
/// outside every tolerance, and a mean or a maximum over it is undefined.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let in_mm = pair.spacing_mm().map(|mm| (mm, areas(mm)));
    let in_voxels = ([1.0; 3], areas([1.0; 3]));
    in_regions(pair, settings, |region| {
        let surfaces: Vec<Surfels> = parts(region, settings)
            .map(|masks| Surfels::of(masks, settings.border))
            .collect();
        let distances = |(spacing, areas): &([f64; 3], Vec<f64>)| {
            let parts = surfaces.iter();
            pooled(parts.map(|surface| surface.distances(*spacing, areas)))
        };
        let in_mm = in_mm.as_ref().map(distances);
        let in_voxels = distances(&in_voxels);
        let mut rows = lengths(&SURFELS_MM, in_mm.as_ref(), region);
        rows.extend(lengths(&SURFELS_VOX, Some(&in_voxels), region));
        rows.extend(shares(SURFACE_DICE, in_mm.as_ref(), region, settings));
        rows
    })
}

/// `hd_voxels_mm`, `hd95_pooled_mm`, `hd95_directed_mm`, `assd_voxels_mm`, `masd_voxels_mm`, and `surface_dice_voxels` at each tolerance:
/// of border voxels, for comparison with other software. Rules as for [`measure`].
pub fn measure_voxels(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    in_regions(pair, settings, |region| {
        let in_mm = pair.spacing_mm().map(|mm| {
            let of = |[reference, prediction]: [_; 2]| {
                voxels(reference, prediction, mm, settings.border)
            };
            pooled(parts(region, settings).map(of))
        });
        let mut rows = lengths(&VOXELS_MM, in_mm.as_ref(), region);
        rows.extend(shares(
            SURFACE_DICE_VOXELS,
            in_mm.as_ref(),
            region,
            settings,
        ));
        rows
    })
}

/// Measures each region, several at a time, and adds the B-scan and the number of dimensions to its rows.
fn in_regions(
    pair: &Pair<'_>,
    settings: &Settings,
    rows_of: impl Fn(&Region<'_>) -> Vec<Measurement> + Sync,
) -> Vec<Measurement> {
    let regions: Vec<Region<'_>> = pair.regions(settings.per_slice).collect();
    let rows = regions.par_iter().flat_map_iter(|region| {
        let dimensions = settings.within.dimensions(region.reference.dim());
        let complete = move |row: Measurement| row.on_slice(region.slice).in_dimensions(dimensions);
        rows_of(region).into_iter().map(complete)
    });
    rows.collect()
}

/// Reference and prediction in each part of a region.
fn parts<'a>(
    region: &Region<'a>,
    settings: &Settings,
) -> impl Iterator<Item = [ArrayView3<'a, bool>; 2]> {
    let references = settings.within.parts(region.reference);
    let predictions = settings.within.parts(region.prediction);
    references.into_iter().zip(predictions).map(Into::into)
}

fn pooled(parts: impl Iterator<Item = SurfaceDistances>) -> SurfaceDistances {
    match <[SurfaceDistances; 1]>::try_from(parts.collect::<Vec<_>>()) {
        Ok([one]) => one,
        Err(several) => SurfaceDistances::pooled(&several),
    }
}

fn lengths(
    quantities: &[(Metric, Quantity)],
    distances: Option<&SurfaceDistances>,
    region: &Region<'_>,
) -> Vec<Measurement> {
    let status = region.status();
    let known = distances.filter(|found| status == Status::Ok && found.has_both());
    let quantities = quantities.iter();
    quantities
        .map(|(metric, quantity)| metric.measured(known.map(quantity), status))
        .collect()
}

/// The share within each tolerance.
fn shares(
    metric: Metric,
    distances: Option<&SurfaceDistances>,
    region: &Region<'_>,
    settings: &Settings,
) -> Vec<Measurement> {
    let status = region.status();
    let share = |tolerance_um: f64| match status {
        Status::BothEmpty => Some(1.0),
        Status::EmptyPrediction | Status::EmptyReference => Some(0.0),
        _ => distances
            .filter(|found| found.has_any())
            .map(|found| found.surface_dice(tolerance_um / 1000.0)),
    };
    let tolerances = settings.tolerances_um.iter();
    tolerances
        .map(|um| metric.measured(share(*um), status).at_tolerance(*um))
        .collect()
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_measures::Metric;
    use rsom_volume::{Grid, Mask, Spacing};

    use super::super::Border;
    use super::*;
    use crate::Within;

    const SPACING: [f64; 3] = [0.012, 0.012, 0.003];

    fn mask(
        shape: [usize; 3],
        spacing: Spacing,
        set: impl Fn(usize, usize, usize) -> bool,
    ) -> Mask {
        let voxels = Array3::from_shape_fn(shape, |(x, y, z)| set(x, y, z));
        Mask::new(Grid::new(shape, spacing).unwrap(), voxels).unwrap()
    }

    fn known() -> Spacing {
        Spacing::Millimetres(SPACING)
    }

    fn value(rows: &[Measurement], metric: Metric, slice: Option<usize>) -> Option<f64> {
        let row = rows.iter().find(|r| r.metric == metric && r.slice == slice);
        row.unwrap().value
    }

    fn all(reference: &Mask, prediction: &Mask, settings: &Settings) -> Vec<Measurement> {
        let pair = Pair::new(reference, prediction).unwrap();
        let mut rows = measure(&pair, settings);
        rows.extend(measure_voxels(&pair, settings));
        rows
    }

    /// Slabs that fill the field of view and are displaced by 4 voxels: open at its border, every piece has the distance 12 µm.
    #[test]
    fn parallel_slabs_have_their_displacement_in_every_definition() {
        let slab = |first: usize| {
            mask([9, 5, 30], known(), |_, _, z| {
                (first..first + 10).contains(&z)
            })
        };
        let settings = Settings {
            border: Border::Open,
            tolerances_um: vec![11.9, 12.0],
            per_slice: true,
            ..Settings::default()
        };
        let rows = all(&slab(4), &slab(8), &settings);
        for row in &rows {
            let value = row.value.unwrap();
            let expected = match row.tolerance_um {
                Some(um) => f64::from(u8::from(um >= 12.0)),
                None if row.metric.name.ends_with("_vox") => 4.0,
                None => 0.012,
            };
            assert!((value - expected).abs() < 1e-12, "{row:?}");
            assert_eq!(
                row.dimensions,
                Some(if row.slice.is_some() { 2 } else { 3 })
            );
        }
    }

    /// A rectangle with a missing row of pixels: whichever axis is flat, the distances are those of an image.
    #[test]
    fn an_image_is_measured_in_two_dimensions_along_any_axis() {
        let inside =
            |a: usize, b: usize, last: usize| (2..7).contains(&a) && (3..=last).contains(&b);
        let spacing = Spacing::Millimetres([0.01; 3]);
        let images = |last: usize| {
            [
                mask([1, 12, 15], spacing, |_, y, z| inside(y, z, last)),
                mask([12, 1, 15], spacing, |x, _, z| inside(x, z, last)),
                mask([12, 15, 1], spacing, |x, y, _| inside(x, y, last)),
            ]
        };
        let settings = Settings::default();
        let tables: Vec<Vec<Measurement>> = images(9)
            .iter()
            .zip(&images(10))
            .map(|(reference, prediction)| all(reference, prediction, &settings))
            .collect();
        for (first, other) in tables[0]
            .iter()
            .zip(&tables[1])
            .chain(tables[0].iter().zip(&tables[2]))
        {
            let [a, b] = [first, other].map(|row| row.value.unwrap());
            assert!((a - b).abs() < 1e-12, "{first:?} and {other:?}");
            assert_eq!(first.dimensions, Some(2));
        }
        // Of the 2 · (5 + 7) - 4 = 20 border pixels of the reference, the 5 of the last row are one pixel from the other's border
        // (its two at the ends lie on it); so are the 5 of the 22 of the prediction.
        let rows = &tables[0];
        assert!((value(rows, HD_VOXELS_MM, None).unwrap() - 0.01).abs() < 1e-12);
        let assd = value(rows, ASSD_VOXELS_MM, None).unwrap();
        assert!((assd - 0.01 * (3.0 + 5.0) / 42.0).abs() < 1e-12, "{assd}");
    }

    #[test]
    fn within_bscans_nothing_is_measured_across_them() {
        // The prediction has the layer of the neighboring B-scan in each.
        let layer = |shift: usize| {
            mask([20, 4, 60], known(), |_, y, z| {
                let first = 10 + 12 * ((y + shift) % 2);
                (first..first + 6).contains(&z)
            })
        };
        let settings = Settings {
            within: Within::Bscan,
            border: Border::Open,
            ..Settings::default()
        };
        let rows = all(&layer(0), &layer(1), &settings);
        for metric in [HD_MM, HD95_MM, ASSD_MM, HD95_POOLED_MM] {
            // Depths of 12 voxels, so 36 µm; surfaces of a slab and of another do not cross.
            let found = value(&rows, metric, None).unwrap();
            assert!(
                found > 0.018 && found <= 0.036 + 1e-12,
                "{} {found}",
                metric.name
            );
        }
        assert!(rows.iter().all(|row| row.dimensions == Some(2)));
        let across = Settings {
            within: Within::Scan,
            ..settings
        };
        let across = all(&layer(0), &layer(1), &across);
        assert!(value(&across, HD_MM, None).unwrap() <= 0.0121);
    }

    #[test]
    fn a_surface_without_a_partner_in_its_bscan_is_outside_every_tolerance() {
        let slab = |lost: usize| {
            mask([20, 4, 60], known(), |_, y, z| {
                y != lost && (10..20).contains(&z)
            })
        };
        let settings = Settings {
            within: Within::Bscan,
            border: Border::Open,
            ..Settings::default()
        };
        let rows = all(&slab(9), &slab(2), &settings);
        // Of four B-scans of the reference and three of the prediction, three each agree.
        let dice = value(&rows, SURFACE_DICE, None).unwrap();
        assert!((dice - 6.0 / 7.0).abs() < 1e-12, "{dice}");
        for metric in [HD_MM, ASSD_MM, MASD_VOX, HD95_POOLED_MM] {
            let row = rows.iter().find(|row| row.metric == metric).unwrap();
            assert_eq!(
                (row.value, row.status),
                (None, Status::Undefined),
                "{row:?}"
            );
        }
    }

    #[test]
    fn odd_masks_have_a_value_or_a_reason() {
        let shape = [4, 3, 5];
        let masks = [
            mask(shape, known(), |_, _, _| false),
            mask(shape, known(), |_, _, _| true),
            mask(shape, known(), |x, y, z| [x, y, z] == [0, 0, 0]),
            mask(shape, known(), |x, y, z| [x, y, z] == [3, 2, 4]),
            mask(shape, known(), |_, _, z| z == 2),
            mask(shape, known(), |x, y, z| (x + y + z) % 2 == 0),
        ];
        for within in [Within::Scan, Within::Bscan] {
            for border in [Border::Open, Border::Closed] {
                let settings = Settings {
                    within,
                    border,
                    per_slice: true,
                    ..Settings::default()
                };
                for (reference, prediction) in
                    masks.iter().flat_map(|a| masks.iter().map(move |b| (a, b)))
                {
                    for row in all(reference, prediction, &settings) {
                        assert_eq!(
                            row.value.is_none(),
                            row.value.is_none() && row.status != Status::Ok
                        );
                        assert!(
                            row.value.is_none_or(|v| v.is_finite() && v >= 0.0),
                            "{row:?}"
                        );
                    }
                    let same = all(reference, reference, &settings);
                    for row in same.iter().filter(|row| row.value.is_some()) {
                        let expected = f64::from(u8::from(row.tolerance_um.is_some()));
                        assert_eq!(row.value, Some(expected), "{row:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn without_a_voxel_size_only_voxels_are_measured() {
        let slab = |first: usize| {
            mask([9, 5, 30], Spacing::Unknown, |_, _, z| {
                (first..first + 8).contains(&z)
            })
        };
        let rows = all(
            &slab(4),
            &slab(7),
            &Settings {
                border: Border::Open,
                ..Settings::default()
            },
        );
        for row in rows {
            let in_voxels = row.metric.name.ends_with("_vox");
            assert_eq!(row.value.is_some(), in_voxels, "{row:?}");
            assert_eq!(row.status == Status::Ok, in_voxels, "{row:?}");
        }
    }
}
