//! Quantities of the vessels at several depths.

use rsom_measures::schema::{
    BRANCH_COUNT, VESSEL_DIAMETER_UM, VESSEL_LENGTH_DENSITY_PER_MM2, VESSEL_LENGTH_MM,
    VESSEL_VOLUME_FRACTION, VESSEL_VOLUME_MM3,
};
use rsom_volume::Mask;

use super::dermis::Dermis;
use super::network::Network;
use crate::{Measurement, Metric, Status};

/// Depths below the junction of epidermis and dermis, such as those of the capillary loops.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Name, such as `capillary_loops`.
    pub name: String,
    /// Where it begins, in µm below the junction.
    pub low_um: f64,
    /// Where it ends; infinite: at the end of the scan.
    pub high_um: f64,
}

impl Band {
    /// Bands unless others are given: name, begin and end in µm. There is no agreed border between the plexuses, and it differs with the
    /// site: state yours.
    pub const USUAL: [(&'static str, f64, f64); 3] = [
        ("capillary_loops", 0.0, 150.0),
        ("superficial_plexus", 150.0, 500.0),
        ("deep_plexus", 500.0, f64::INFINITY),
    ];
}

/// The metrics of a band.
#[must_use]
pub fn metrics_of_band() -> Vec<Metric> {
    vec![
        VESSEL_VOLUME_MM3,
        VESSEL_VOLUME_FRACTION,
        VESSEL_LENGTH_MM,
        VESSEL_LENGTH_DENSITY_PER_MM2,
        VESSEL_DIAMETER_UM,
        BRANCH_COUNT,
    ]
}

/// Quantities of the vessels in a band; a voxel, a piece of a center line and a branch point belong to the band of their center. All are
/// missing where the band holds no tissue, or the voxel size is unknown.
pub(super) fn of_band(
    band: &Band,
    vessels: &Mask,
    dermis: &Dermis,
    network: Option<&Network<'_>>,
) -> Vec<Measurement> {
    let Some((network, mm)) = network.zip(vessels.grid().spacing().millimetres()) else {
        let undefined = |metric: Metric| metric.measured(None, Status::Undefined);
        return metrics_of_band().into_iter().map(undefined).collect();
    };
    let range = [band.low_um, band.high_um].map(|um| um / 1000.0 / mm[2]);
    let tissue = dermis.voxels(range[0], range[1]);
    let both = tissue.iter().zip(vessels.voxels());
    let (all, inside) = both.fold((0_usize, 0_usize), |(all, inside), (tissue, vessel)| {
        (
            all + usize::from(*tissue),
            inside + usize::from(*tissue && *vessel),
        )
    });
    let voxel_mm3: f64 = mm.iter().product();
    let volume = all as f64 * voxel_mm3;
    let (length, weighted) = network.between(dermis, range);
    let has_tissue = all > 0;
    let known = |value: f64| has_tissue.then_some(value);
    let status = Status::of_pair(false, inside == 0);
    let values = [
        known(inside as f64 * voxel_mm3),
        known(inside as f64 / all as f64),
        known(length / 1e3),
        known(length / 1e3 / volume),
        (length > 0.0).then(|| weighted / length),
        known(network.branches_between(dermis, range) as f64),
    ];
    let dimensions = network.dimensions();
    let metrics = metrics_of_band().into_iter().zip(values);
    metrics
        .map(|(metric, value)| metric.measured(value, status).in_dimensions(dimensions))
        .collect()
}
