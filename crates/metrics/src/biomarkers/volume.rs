//! Volumes of the vessels, and their share of the tissue.

use ndarray::{Axis, Zip};
use rsom_measures::schema::{
    DERMIS_VESSEL_VOLUME_MM3, DERMIS_VOLUME_MM3, VESSEL_DENSITY, VESSEL_VOLUME_FRACTION,
    VESSEL_VOLUME_FRACTION_OF_SCAN, VESSEL_VOLUME_MM3, VESSEL_VOXELS,
};
use rsom_volume::Mask;

use super::amount::{Amount, amount};
use super::dermis::Dermis;
use crate::{Measurement, Metric, Status};

const VESSELS: Amount = [VESSEL_VOXELS, VESSEL_VOLUME_MM3];

pub(super) fn metrics() -> Vec<Metric> {
    let shares = [
        VESSEL_VOLUME_FRACTION_OF_SCAN,
        VESSEL_DENSITY,
        VESSEL_VOLUME_FRACTION,
        DERMIS_VOLUME_MM3,
        DERMIS_VESSEL_VOLUME_MM3,
    ];
    [VESSELS.to_vec(), shares.to_vec()].concat()
}

/// Volumes of vessels; those in the dermis are undefined where there is none.
pub(super) fn rows(vessels: &Mask, dermis: &Dermis, status: Status) -> Vec<Measurement> {
    let voxels = vessels.voxels();
    let count = vessels.count();
    let columns = voxels.lanes(Axis(2));
    let seen = columns.into_iter().filter(|c| c.iter().any(|v| *v)).count();
    let [nx, ny, _] = vessels.grid().shape();
    let (mut tissue, mut inside) = (0_usize, 0_usize);
    Zip::from(dermis.all())
        .and(voxels)
        .for_each(|dermis, vessel| {
            tissue += usize::from(*dermis);
            inside += usize::from(*dermis && *vessel);
        });
    let has_dermis = tissue > 0;
    let share = has_dermis.then(|| inside as f64 / tissue as f64);
    let voxel_mm3 = vessels
        .grid()
        .spacing()
        .millimetres()
        .map(|[x, y, z]| x * y * z);
    let volume = |count: usize| {
        voxel_mm3
            .filter(|_| has_dermis)
            .map(|mm3| mm3 * count as f64)
    };
    let of_scan = count as f64 / voxels.len() as f64;
    let mut rows = amount(VESSELS, count, vessels.grid(), status).to_vec();
    rows.extend([
        VESSEL_VOLUME_FRACTION_OF_SCAN.measured(Some(of_scan), status),
        VESSEL_DENSITY.measured(Some(seen as f64 / (nx * ny) as f64), status),
        VESSEL_VOLUME_FRACTION.measured(share, status),
        DERMIS_VOLUME_MM3.measured(volume(tissue), Status::Ok),
        DERMIS_VESSEL_VOLUME_MM3.measured(volume(inside), status),
    ]);
    rows
}
