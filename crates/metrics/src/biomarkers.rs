//! Biomarkers of one scan: its epidermis, and the vessels below it.

mod amount;
mod bands;
mod below;
mod dermis;
mod epidermis;
mod network;
mod set;
mod settings;
mod signal;
mod volume;

use rsom_measures::schema::{
    CUT_DEPTH_UM, CUT_DEPTH_VOX, VESSEL_DEPTH_COVERAGE, VESSEL_DEPTH_UM, VESSEL_DEPTH_VOX,
};
use rsom_volume::{Mask, Scan, VolumeError};

use crate::thickness::{Lengths, both_units};
use crate::{Measurement, Metric, Status};
use amount::um_per_voxel;
use dermis::Dermis;

pub use bands::{Band, metrics_of_band};
pub use below::Below;
pub use network::Network;
pub use set::Set;
pub use settings::BiomarkerSettings;
pub use signal::{Signal, metrics_of_signals};

const CUT_DEPTH: Lengths = [CUT_DEPTH_VOX, CUT_DEPTH_UM];
const VESSEL_DEPTH: Lengths = [VESSEL_DEPTH_VOX, VESSEL_DEPTH_UM];

/// All metrics of [`Skin::biomarkers`]; those of vessels need a vessel mask.
#[must_use]
pub fn metrics() -> Vec<Metric> {
    [
        epidermis::metrics(),
        CUT_DEPTH.to_vec(),
        volume::metrics(),
        VESSEL_DEPTH.to_vec(),
        vec![VESSEL_DEPTH_COVERAGE],
        network::metrics(),
    ]
    .concat()
}

/// The masks of a scan whose grids fit.
pub struct Skin<'a> {
    layer: &'a Mask,
    vessels: Option<Vessels<'a>>,
}

/// Vessels, how much deeper than the layer's their grid begins, and what is derived from them once.
struct Vessels<'a> {
    mask: &'a Mask,
    cut: isize,
    dermis: Dermis,
    network: Option<Network<'a>>,
}

impl<'a> Skin<'a> {
    /// The masks of an epidermis and, optionally, of the vessels, each of shape (x, y, z). The depth range of the vessels may differ.
    ///
    /// # Errors
    /// [`VolumeError::GridMismatch`] with both grids, when they differ in more than their depth range.
    pub fn new(
        layer: &'a Mask,
        vessels: Option<&'a Mask>,
        settings: &BiomarkerSettings,
    ) -> Result<Self, VolumeError> {
        let vessels = vessels.map(|mask| {
            let cut = depth_offset(layer, mask.grid())?;
            Ok(Vessels {
                mask,
                cut,
                dermis: Dermis::below(layer, mask, cut),
                network: Network::of(mask, settings),
            })
        });
        Ok(Self {
            layer,
            vessels: vessels.transpose()?,
        })
    }

    /// The graph of the vessels; `None` without vessels or voxel size.
    #[must_use]
    pub fn network(&self) -> Option<&Network<'a>> {
        self.vessels.as_ref()?.network.as_ref()
    }

    /// Measures the scan. The metrics are defined in [`rsom_measures::schema`].
    ///
    /// Do not compare what is divided by the whole grid (`…_of_scan`) between scans of different depth or with different cuts.
    /// Without a vessel mask there are no vessel rows. Physical values are `None` with [`Status::Undefined`] when the voxel size is unknown;
    /// so is all that comes from the graph of the vessels, whose rules are lengths.
    #[must_use]
    pub fn biomarkers(&self, settings: &BiomarkerSettings) -> Vec<Measurement> {
        let mut rows = epidermis::of_epidermis(self.layer);
        let Some(vessels) = &self.vessels else {
            return rows;
        };
        let um = um_per_voxel(self.layer.grid());
        rows.extend(both_units(
            CUT_DEPTH,
            Some(vessels.cut as f64),
            um,
            Status::Ok,
        ));
        let status = Status::of_pair(false, vessels.mask.count() == 0);
        rows.extend(volume::rows(vessels.mask, &vessels.dermis, status));
        let (layer, mask) = (self.layer.voxels().view(), vessels.mask.voxels().view());
        let below = Below::of(layer, mask, vessels.cut);
        let either_empty = self.layer.count() == 0 || below.vessel_voxels == 0;
        let either = Status::of_pair(false, either_empty);
        rows.extend(both_units(VESSEL_DEPTH, below.mean_vox(), um, either));
        let share = (!either_empty).then(|| below.voxels as f64 / below.vessel_voxels as f64);
        rows.push(VESSEL_DEPTH_COVERAGE.measured(share, either));
        let network = vessels.network.as_ref();
        rows.extend(network::rows(network, &vessels.dermis, settings, status));
        rows
    }

    /// The metrics of [`metrics_of_band`] for each band of depths; none without vessels.
    #[must_use]
    pub fn bands(&self, bands: &[Band]) -> Vec<(Band, Vec<Measurement>)> {
        let Some(vessels) = &self.vessels else {
            return Vec::new();
        };
        let network = vessels.network.as_ref();
        let of = |band: &Band| {
            let rows = bands::of_band(band, vessels.mask, &vessels.dermis, network);
            (band.clone(), rows)
        };
        bands.iter().map(of).collect()
    }

    /// The signal of an image in the vessels, the epidermis and the dermis; without vessels, in the epidermis.
    ///
    /// # Errors
    /// [`VolumeError::GridMismatch`] when the image's grid differs from the layer's in more than its depth range.
    pub fn signals(&self, image: &Scan) -> Result<Vec<Signal>, VolumeError> {
        let image_cut = depth_offset(self.layer, image.grid())?;
        let layer = ("epidermis", self.layer.voxels().view(), -image_cut);
        let Some(vessels) = &self.vessels else {
            return Ok(signal::signals(image, &[layer]));
        };
        let offset = vessels.cut - image_cut;
        let dermis = vessels.dermis.all();
        let masks = [
            layer,
            ("dermis", dermis.view(), offset),
            ("vessels", vessels.mask.voxels().view(), offset),
        ];
        Ok(signal::signals(image, &masks))
    }
}

/// How much deeper another grid begins than the layer's, in voxels.
fn depth_offset(layer: &Mask, other: &rsom_volume::Grid) -> Result<isize, VolumeError> {
    let offset = layer.grid().depth_offset_of(other);
    offset.ok_or_else(|| VolumeError::GridMismatch {
        left: Box::new(layer.grid().clone()),
        right: Box::new(other.clone()),
    })
}

/// [`Skin::biomarkers`] of masks.
///
/// # Errors
/// As [`Skin::new`].
pub fn biomarkers(
    layer: &Mask,
    vessels: Option<&Mask>,
    settings: &BiomarkerSettings,
) -> Result<Vec<Measurement>, VolumeError> {
    Ok(Skin::new(layer, vessels, settings)?.biomarkers(settings))
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use ndarray::Array4;
    use rsom_measures::{Empty, schema};
    use rsom_volume::{Grid, Spacing};

    use super::*;

    fn measured(layer: &Mask, vessels: Option<&Mask>) -> Result<Vec<Measurement>, VolumeError> {
        biomarkers(layer, vessels, &BiomarkerSettings::default())
    }

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
        let rows = measured(&layer, Some(&vessels)).unwrap();
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
        // By hand: the vessels' grid has depths 18 to 27, all below the layer, in the seven columns with a layer.
        assert_close(&rows, "dermis_volume_mm3", 70.0 * 4.32e-7);
        assert_close(&rows, "dermis_vessel_volume_mm3", 3.0 * 4.32e-7);
        assert_close(&rows, "vessel_volume_fraction", 3.0 / 70.0);
        assert_close(&rows, "vessel_density", 0.5);
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
        for row in measured(&layer, Some(&vessels)).unwrap() {
            let name = row.metric.name;
            let of_network = network::metrics().contains(&row.metric);
            let physical = of_network || name.ends_with("_um") || name.ends_with("_mm3");
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
        let rows = measured(&empty, Some(&none)).unwrap();
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
        let rows = measured(&empty, Some(&vessels)).unwrap();
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
        let rows = measured(&layer(Spacing::RSOM), None).unwrap();
        assert!(rows.iter().all(|r| r.metric.name.starts_with("layer_")));
        let names: std::collections::BTreeSet<_> = rows.iter().map(|r| r.metric.name).collect();
        assert_eq!((names.len(), rows.len()), (10, 10));
    }

    #[test]
    fn grids_that_differ_in_more_than_depth_are_refused() {
        let layer = layer(Spacing::RSOM);
        let grid = layer.grid().window([1, 0, 0], SHAPE).unwrap();
        let other = Mask::new(grid, layer.voxels().clone()).unwrap();
        assert!(measured(&layer, Some(&other)).is_err());
    }

    /// A layer 5 voxels thick from depth 5, and a straight vessel of radius 30 µm at depth 60 along x, both through the whole scan.
    fn tube() -> [Mask; 2] {
        let shape = [50, 40, 120];
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let layer = Array3::from_shape_fn(shape, |(_, _, z)| (5..10).contains(&z));
        let vessel = Array3::from_shape_fn(shape, |(_, y, z)| {
            let (dy, dz) = (12.0 * (y as f64 - 20.0), 3.0 * (z as f64 - 60.0));
            dy * dy + dz * dz <= 900.0
        });
        [layer, vessel].map(|voxels| Mask::new(grid.clone(), voxels).unwrap())
    }

    #[test]
    fn a_straight_vessel_has_its_length_diameter_and_densities() {
        let [layer, vessel] = tube();
        let rows = measured(&layer, Some(&vessel)).unwrap();
        let near = |name: &str, expected: f64| {
            let found = value(&rows, name).0.unwrap();
            assert!(
                (found / expected - 1.0).abs() < 0.05,
                "{name}: {found}, not {expected}"
            );
        };
        // The dermis has 110 voxels in depth; the center line goes from the center of the first to that of the last voxel.
        let length = 49.0 * 0.012;
        let dermis = 50.0 * 40.0 * 110.0 * 4.32e-7;
        near("vessel_length_mm", length);
        near("vessel_length_density_per_mm2", length / dermis);
        near(
            "vessel_length_density_of_scan_per_mm2",
            length / dermis * 110.0 / 120.0,
        );
        near("vessel_diameter_um", 60.0);
        near(
            "vessel_volume_fraction",
            vessel.count() as f64 * 4.32e-7 / dermis,
        );
        near("large_vessel_length_mm", length);
        near("vessel_tortuosity", 1.0);
        for (name, count) in [
            ("vessel_segment_count", 1.0),
            ("small_vessel_count", 0.0),
            ("large_vessel_count", 1.0),
            ("small_vessel_length_mm", 0.0),
            ("branch_count", 0.0),
            ("vessel_end_count", 2.0),
            ("vessel_tree_count", 1.0),
            ("vessel_cycle_count", 0.0),
            ("branch_density_per_mm3", 0.0),
        ] {
            assert_eq!(value(&rows, name), (Some(count), Status::Ok), "{name}");
        }
        let of_network = rows
            .iter()
            .filter(|row| network::metrics().contains(&row.metric));
        assert!(of_network.clone().all(|row| row.dimensions == Some(3)));
        assert!(of_network.map(|row| row.metric).eq(network::metrics()));
    }

    #[test]
    fn sets_hold_only_metrics_that_are_measured() {
        let in_set = |set: Set| metrics().into_iter().filter(|m| set.contains(*m)).count();
        assert_eq!(in_set(Set::He2023), 5);
        assert_eq!(in_set(Set::Karlas2023), 16);
        assert_eq!(in_set(Set::All), metrics().len());
    }

    #[test]
    fn bands_below_the_junction_share_the_vessels() {
        let [layer, vessel] = tube();
        let settings = BiomarkerSettings::default();
        let skin = Skin::new(&layer, Some(&vessel), &settings).unwrap();
        // The junction lies at depth 9.5, the vessel's axis 151.5 µm below it.
        let band = |low_um: f64, high_um: f64| Band {
            name: format!("{low_um}"),
            low_um,
            high_um,
        };
        let bands = [
            band(0.0, 100.0),
            band(100.0, 151.5),
            band(151.5, f64::INFINITY),
            band(900.0, 999.0),
        ];
        let found = skin.bands(&bands);
        let of = |place: usize, metric: Metric| {
            let rows = &found[place].1;
            rows.iter().find(|row| row.metric == metric).unwrap().value
        };
        assert_eq!(of(0, schema::VESSEL_LENGTH_MM), Some(0.0));
        assert_eq!(of(0, schema::VESSEL_DIAMETER_UM), None);
        assert!((of(2, schema::VESSEL_LENGTH_MM).unwrap() - 0.588).abs() < 0.03);
        assert!((of(2, schema::VESSEL_DIAMETER_UM).unwrap() - 60.0).abs() < 3.0);
        let volumes: f64 = (0..3)
            .filter_map(|i| of(i, schema::VESSEL_VOLUME_MM3))
            .sum();
        assert!((volumes - vessel.count() as f64 * 4.32e-7).abs() < 1e-12);
        assert_eq!(of(3, schema::VESSEL_VOLUME_FRACTION), None);
    }

    #[test]
    fn the_signal_of_each_tissue_is_that_of_its_voxels() {
        let [layer, vessel] = tube();
        // The image begins 4 voxels deeper; its value is 1 in the epidermis, 2 in the dermis and 6 in the vessel, half of it in HF.
        let shape = [50, 40, 100];
        let grid = layer.grid().window([0, 0, 4], shape).unwrap();
        let values = Array4::from_shape_fn((50, 40, 100, 2), |(x, y, z, channel)| {
            let value = match (
                layer.voxels()[[x, y, z + 4]],
                vessel.voxels()[[x, y, z + 4]],
            ) {
                (true, _) => 1.0,
                (_, true) => 6.0,
                _ => 2.0,
            };
            if channel == 0 { value } else { value / 2.0 }
        });
        let image = Scan::new(grid, vec!["LF".into(), "HF".into()], values).unwrap();
        let settings = BiomarkerSettings::default();
        let skin = Skin::new(&layer, Some(&vessel), &settings).unwrap();
        let found = skin.signals(&image).unwrap();
        let of = |tissue: &str, channel: &str| {
            let fits = |s: &&Signal| s.tissue == tissue && s.channel == channel;
            found.iter().find(fits).unwrap().measurement.value.unwrap()
        };
        assert_eq!(of("epidermis", "LF"), 1.0);
        assert_eq!(of("vessels", "LF"), 6.0);
        assert_eq!(of("vessels", "HF"), 3.0);
        assert_eq!(of("vessels", "LF/HF"), 2.0);
        let (vessel, all) = (vessel.count() as f64, 50.0 * 40.0 * 94.0);
        let expected = (6.0 * vessel + 2.0 * (all - vessel)) / all;
        assert!((of("dermis", "LF") - expected).abs() < 1e-9);
    }

    #[test]
    fn every_metric_has_its_declared_value_for_an_empty_vessel_mask() {
        let [layer, vessel] = tube();
        let empty = Array3::from_elem(vessel.voxels().raw_dim(), false);
        let none = Mask::new(vessel.grid().clone(), empty).unwrap();
        let rows = measured(&layer, Some(&none)).unwrap();
        let of_vessels = [volume::metrics(), network::metrics()].concat();
        for row in rows.iter().filter(|row| of_vessels.contains(&row.metric)) {
            let declared = row.metric.empty.prediction;
            let agrees = match declared {
                Empty::Missing => row.value.is_none() && row.status == Status::EmptyPrediction,
                Empty::Zero => row.value == Some(0.0) && row.status == Status::EmptyPrediction,
                Empty::One => row.value == Some(1.0),
                Empty::Measured => row.value.is_some(),
            };
            assert!(agrees, "declared {declared}: {row:?}");
        }
        // Without an epidermis, there is no dermis: what is divided by it has no value.
        let rows = measured(&none, Some(&vessel)).unwrap();
        assert_eq!(
            value(&rows, "vessel_volume_fraction"),
            (None, Status::Undefined)
        );
        assert_eq!(
            value(&rows, "vessel_length_density_per_mm2"),
            (None, Status::Undefined)
        );
        assert_eq!(
            value(&rows, "vessel_distance_um"),
            (None, Status::Undefined)
        );
        // A vessel that lies in the epidermis is none of the dermis.
        let rows = measured(&layer, Some(&layer)).unwrap();
        assert_eq!(
            value(&rows, "vessel_volume_fraction"),
            (Some(0.0), Status::Ok)
        );
        assert_eq!(
            value(&rows, "vessel_length_density_per_mm2"),
            (Some(0.0), Status::Ok)
        );
    }
}
