//! Biomarkers of one scan: its epidermis, and the vessels below it.

use ndarray::{ArrayView3, Axis, Zip};
use rsom_measures::schema::{
    CUT_DEPTH_UM, CUT_DEPTH_VOX, LAYER_COVERAGE, LAYER_THICKNESS_COVERAGE, LAYER_VOLUME_MM3,
    LAYER_VOXELS, VESSEL_DEPTH_COVERAGE, VESSEL_DEPTH_UM, VESSEL_DEPTH_VOX,
    VESSEL_VOLUME_FRACTION_OF_SCAN, VESSEL_VOLUME_MM3, VESSEL_VOXELS,
};
use rsom_volume::{Grid, Mask, VolumeError, extents};

use crate::surface::surfaces;
use crate::thickness::{Lengths, both_units, metrics_of_layer, of_layer, thickness_vox};
use crate::{Measurement, Metric, Status};

const CUT_DEPTH: Lengths = [CUT_DEPTH_VOX, CUT_DEPTH_UM];
const VESSEL_DEPTH: Lengths = [VESSEL_DEPTH_VOX, VESSEL_DEPTH_UM];
const LAYER: Amount = [LAYER_VOXELS, LAYER_VOLUME_MM3];
const VESSELS: Amount = [VESSEL_VOXELS, VESSEL_VOLUME_MM3];

/// All metrics of [`biomarkers`]; those of vessels need a vessel mask.
#[must_use]
pub fn metrics() -> Vec<Metric> {
    let pairs = [LAYER, CUT_DEPTH, VESSELS, VESSEL_DEPTH].concat();
    let shares = [
        LAYER_THICKNESS_COVERAGE,
        LAYER_COVERAGE,
        VESSEL_VOLUME_FRACTION_OF_SCAN,
        VESSEL_DEPTH_COVERAGE,
    ];
    [metrics_of_layer(), pairs, shares.to_vec()].concat()
}

/// A size, as a metric in voxels and one in mm³.
type Amount = [Metric; 2];

/// Biomarkers of a scan, from the mask of its layer and, optionally, of its vessels, each of shape (x, y, z).
///
/// | metric | definition |
/// |---|---|
/// | `layer_thickness_vox`, `_um`, `_sd_…`, `_median_…` | as [`thickness_vox`], over columns with a known thickness |
/// | `layer_thickness_coverage` | share of the layer's columns with a known thickness: the field of view does not cut them |
/// | `layer_coverage` | share of the scan's columns with layer voxels |
/// | `layer_voxels`, `layer_volume_mm3` | number of layer voxels; this times the volume of a voxel |
/// | `cut_depth_vox`, `_um` | how much deeper the vessels' grid begins than the layer's |
/// | `vessel_voxels`, `vessel_volume_mm3` | number of vessel voxels; this times the volume of a voxel |
/// | `vessel_volume_fraction_of_scan` | vessel voxels divided by all voxels of their grid |
/// | `vessel_depth_vox`, `_um` | mean depth of vessel voxels below the layer's lower surface, see [`Below`] |
/// | `vessel_depth_coverage` | share of the vessel voxels that this mean includes |
///
/// Do not compare the volume fraction between scans of different depth or with different cuts: it refers to the whole
/// grid of the vessels. Without a vessel mask there are no vessel rows. Lengths in µm and volumes are `None` with
/// [`Status::Undefined`] when the voxel size is unknown.
///
/// # Errors
/// [`VolumeError::GridMismatch`] with both grids, when they differ in more than their depth range.
pub fn biomarkers(layer: &Mask, vessels: Option<&Mask>) -> Result<Vec<Measurement>, VolumeError> {
    let mut rows = of_epidermis(layer);
    let Some(vessels) = vessels else {
        return Ok(rows);
    };
    let Some(cut) = layer.grid().depth_offset_of(vessels.grid()) else {
        return Err(VolumeError::GridMismatch {
            left: Box::new(layer.grid().clone()),
            right: Box::new(vessels.grid().clone()),
        });
    };
    let um = um_per_voxel(layer.grid());
    rows.extend(both_units(CUT_DEPTH, Some(cut as f64), um, Status::Ok));
    rows.extend(of_vessels(vessels));
    let below = Below::of(layer.voxels().view(), vessels.voxels().view(), cut);
    let either_empty = layer.count() == 0 || below.vessel_voxels == 0;
    let status = Status::of_pair(false, either_empty);
    rows.extend(both_units(VESSEL_DEPTH, below.mean_vox(), um, status));
    let share = (!either_empty).then(|| below.voxels as f64 / below.vessel_voxels as f64);
    rows.push(VESSEL_DEPTH_COVERAGE.measured(share, status));
    Ok(rows)
}

/// Vessel voxels that lie below the lower surface of a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Below {
    /// Number of vessel voxels below the surface.
    pub voxels: usize,
    /// Sum of their depths below the surface, in voxels: from the lower end of the layer's last voxel to the center of
    /// the vessel voxel, so the first voxel below the layer has depth 0.5.
    pub depth_sum_vox: f64,
    /// Number of all vessel voxels.
    pub vessel_voxels: usize,
}

impl Below {
    /// Counts vessel voxels below the layer in masks of shape (x, y, z) with equal extents along x and y; the vessels'
    /// depth z corresponds to the layer's depth z + `cut`.
    ///
    /// Vessel voxels above the lower surface, or in a column without one (no layer, or a layer cut by the field of
    /// view), count in `vessel_voxels` only.
    #[must_use]
    pub fn of(layer: ArrayView3<'_, bool>, vessels: ArrayView3<'_, bool>, cut: isize) -> Self {
        let mut below = Self {
            voxels: 0,
            depth_sum_vox: 0.0,
            vessel_voxels: 0,
        };
        let [_, lower] = surfaces(layer);
        Zip::from(&lower)
            .and(vessels.lanes(Axis(2)))
            .for_each(|lower, column| {
                for (z, _) in column.iter().enumerate().filter(|(_, vessel)| **vessel) {
                    below.vessel_voxels += 1;
                    let depth = lower.map(|last| z as f64 + cut as f64 - (last + 0.5));
                    if let Some(depth) = depth.filter(|d| *d > 0.0) {
                        below.voxels += 1;
                        below.depth_sum_vox += depth;
                    }
                }
            });
        below
    }

    /// Mean depth in voxels; `None` when no vessel voxel lies below the surface.
    #[must_use]
    pub fn mean_vox(&self) -> Option<f64> {
        (self.voxels > 0).then(|| self.depth_sum_vox / self.voxels as f64)
    }
}

fn of_epidermis(layer: &Mask) -> Vec<Measurement> {
    let voxels = layer.voxels().view();
    let count = layer.count();
    let status = Status::of_pair(false, count == 0);
    let mut rows = of_layer(voxels, um_per_voxel(layer.grid()), status);
    let extents = extents(voxels);
    let columns = extents.iter().flatten().count();
    let whole = thickness_vox(voxels).iter().flatten().count();
    let thick = (columns > 0).then(|| whole as f64 / columns as f64);
    let covered = columns as f64 / extents.len() as f64;
    rows.push(LAYER_THICKNESS_COVERAGE.measured(thick, status));
    rows.push(LAYER_COVERAGE.measured(Some(covered), status));
    rows.extend(amount(LAYER, count, layer.grid(), status));
    rows
}

fn of_vessels(vessels: &Mask) -> Vec<Measurement> {
    let count = vessels.count();
    let status = Status::of_pair(false, count == 0);
    let fraction = count as f64 / vessels.voxels().len() as f64;
    let mut rows = amount(VESSELS, count, vessels.grid(), status).to_vec();
    rows.push(VESSEL_VOLUME_FRACTION_OF_SCAN.measured(Some(fraction), status));
    rows
}

fn amount([n, mm3]: Amount, count: usize, grid: &Grid, status: Status) -> [Measurement; 2] {
    let voxel_mm3 = grid.spacing().millimetres().map(|[x, y, z]| x * y * z);
    let volume = voxel_mm3.map(|voxel| voxel * count as f64);
    [
        n.measured(Some(count as f64), status),
        mm3.measured(volume, status),
    ]
}

fn um_per_voxel(grid: &Grid) -> Option<f64> {
    grid.spacing().millimetres().map(|mm| mm[2] * 1000.0)
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::Spacing;

    use super::*;

    const SHAPE: [usize; 3] = [4, 2, 40];

    fn layer(spacing: Spacing) -> Mask {
        // 3 voxels in every column, 5 in those of the last x, none in the first column.
        let voxels = Array3::from_shape_fn(SHAPE, |(x, y, z)| {
            (x, y) != (0, 0) && (10..if x == 3 { 15 } else { 13 }).contains(&z)
        });
        Mask::new(Grid::new(SHAPE, spacing).unwrap(), voxels).unwrap()
    }

    /// Vessels on a grid that begins `cut` voxels deeper.
    fn vessels(layer: &Mask, cut: isize, set: &[[usize; 3]]) -> Mask {
        let shape = [4, 2, 10];
        let grid = layer.grid().window([0, 0, cut], shape).unwrap();
        let mut voxels = Array3::from_elem(shape, false);
        for at in set {
            voxels[*at] = true;
        }
        Mask::new(grid, voxels).unwrap()
    }

    fn value(rows: &[Measurement], name: &str) -> (Option<f64>, Status) {
        let row = rows.iter().find(|r| r.metric.name == name).unwrap();
        (row.value, row.status)
    }

    fn assert_close(rows: &[Measurement], name: &str, expected: f64) {
        let (found, status) = value(rows, name);
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-12, "{name}: {found}");
        assert_eq!(status, Status::Ok, "{name}");
    }

    #[test]
    fn the_quantities_are_those_of_numpy() {
        let layer = layer(Spacing::RSOM);
        let vessels = vessels(&layer, 18, &[[0, 0, 3], [1, 0, 0], [1, 1, 4], [3, 1, 9]]);
        let rows = biomarkers(&layer, Some(&vessels)).unwrap();
        // numpy 2.4 of t = [3, 3, 3, 3, 3, 5, 5]: mean, std(ddof=1), median.
        assert_close(&rows, "layer_thickness_vox", 3.571_428_571_428_571_6);
        assert_close(&rows, "layer_thickness_sd_vox", 0.975_900_072_948_533_2);
        assert_close(&rows, "layer_thickness_median_um", 9.0);
        assert_close(&rows, "layer_thickness_coverage", 1.0);
        assert_close(&rows, "layer_coverage", 0.875);
        assert_close(&rows, "layer_voxels", 25.0);
        assert_close(&rows, "layer_volume_mm3", 25.0 * 4.32e-7);
        assert_close(&rows, "cut_depth_vox", 18.0);
        assert_close(&rows, "cut_depth_um", 54.0);
        assert_close(&rows, "vessel_voxels", 4.0);
        assert_close(&rows, "vessel_volume_mm3", 4.0 * 4.32e-7);
        assert_close(&rows, "vessel_volume_fraction_of_scan", 0.05);
        // By hand: the layer ends at 12.5 and 14.5; vessels lie at 18, 22 and 27 below it.
        assert_close(&rows, "vessel_depth_vox", (5.5 + 9.5 + 12.5) / 3.0);
        assert_close(&rows, "vessel_depth_um", 27.5);
        assert_close(&rows, "vessel_depth_coverage", 0.75);
        let names = |metrics: &mut dyn Iterator<Item = &'static str>| {
            metrics.collect::<std::collections::BTreeSet<_>>()
        };
        let computed = names(&mut rows.iter().map(|row| row.metric.name));
        assert_eq!(
            names(&mut metrics().iter().map(|metric| metric.name)),
            computed
        );
    }

    #[test]
    fn vessels_above_the_lower_surface_have_no_depth_below_it() {
        let layer = layer(Spacing::RSOM);
        // Depths 12 (the layer's last voxel) and 13 (the first below it) of the layer's grid.
        let vessels = vessels(&layer, 5, &[[1, 0, 7], [1, 0, 8], [1, 1, 0]]);
        let below = Below::of(layer.voxels().view(), vessels.voxels().view(), 5);
        assert_eq!((below.voxels, below.vessel_voxels), (1, 3));
        assert_eq!(below.mean_vox(), Some(0.5));
    }

    #[test]
    fn without_a_voxel_size_only_physical_measures_are_undefined() {
        let layer = layer(Spacing::Unknown);
        let vessels = vessels(&layer, 18, &[[1, 0, 0]]);
        for row in biomarkers(&layer, Some(&vessels)).unwrap() {
            let name = row.metric.name;
            let physical = name.ends_with("_um") || name.ends_with("_mm3");
            assert_eq!(row.value.is_none(), physical, "{name}");
            assert_eq!(row.status == Status::Undefined, physical, "{name}");
        }
    }

    #[test]
    fn an_empty_mask_fills_nothing_and_has_no_inside() {
        let full = layer(Spacing::RSOM);
        let empty = Array3::from_elem(SHAPE, false);
        let empty = Mask::new(full.grid().clone(), empty).unwrap();
        let none = vessels(&full, 18, &[]);
        let rows = biomarkers(&empty, Some(&none)).unwrap();
        for name in [
            "layer_coverage",
            "layer_voxels",
            "layer_volume_mm3",
            "vessel_volume_fraction_of_scan",
        ] {
            assert_eq!(
                value(&rows, name),
                (Some(0.0), Status::EmptyPrediction),
                "{name}"
            );
        }
        for name in [
            "layer_thickness_um",
            "layer_thickness_coverage",
            "vessel_depth_um",
        ] {
            assert_eq!(
                value(&rows, name),
                (None, Status::EmptyPrediction),
                "{name}"
            );
        }
        assert_eq!(value(&rows, "cut_depth_vox"), (Some(18.0), Status::Ok));
        let vessels = vessels(&full, 18, &[[1, 0, 0]]);
        let rows = biomarkers(&empty, Some(&vessels)).unwrap();
        for name in ["vessel_depth_vox", "vessel_depth_coverage"] {
            assert_eq!(
                value(&rows, name),
                (None, Status::EmptyPrediction),
                "{name}"
            );
        }
        assert_eq!(value(&rows, "vessel_voxels"), (Some(1.0), Status::Ok));
    }

    #[test]
    fn without_vessels_only_the_layer_is_measured() {
        let rows = biomarkers(&layer(Spacing::RSOM), None).unwrap();
        assert!(rows.iter().all(|r| r.metric.name.starts_with("layer_")));
        let names: std::collections::BTreeSet<_> = rows.iter().map(|r| r.metric.name).collect();
        assert_eq!((names.len(), rows.len()), (10, 10));
    }

    #[test]
    fn grids_that_differ_in_more_than_depth_are_refused() {
        let layer = layer(Spacing::RSOM);
        let grid = layer.grid().window([1, 0, 0], SHAPE).unwrap();
        let other = Mask::new(grid, layer.voxels().clone()).unwrap();
        assert!(biomarkers(&layer, Some(&other)).is_err());
    }
}
