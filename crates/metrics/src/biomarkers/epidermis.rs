//! Quantities of the epidermis.

use rsom_measures::schema::{
    LAYER_COVERAGE, LAYER_THICKNESS_COVERAGE, LAYER_VOLUME_MM3, LAYER_VOXELS,
};
use rsom_volume::{Mask, extents};

use super::amount::{Amount, amount, um_per_voxel};
use crate::thickness::{metrics_of_layer, of_layer, thickness_vox};
use crate::{Measurement, Metric, Status};

const LAYER: Amount = [LAYER_VOXELS, LAYER_VOLUME_MM3];

pub(super) fn metrics() -> Vec<Metric> {
    let shares = [LAYER_THICKNESS_COVERAGE, LAYER_COVERAGE];
    [metrics_of_layer(), shares.to_vec(), LAYER.to_vec()].concat()
}

pub(super) fn of_epidermis(layer: &Mask) -> Vec<Measurement> {
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
