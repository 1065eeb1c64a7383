//! A size in voxels and in mm³.

use rsom_volume::Grid;

use crate::{Measurement, Metric, Status};

/// A size, as a metric in voxels and one in mm³.
pub(super) type Amount = [Metric; 2];

/// Both metrics of a number of voxels.
pub(super) fn amount(
    [n, mm3]: Amount,
    count: usize,
    grid: &Grid,
    status: Status,
) -> [Measurement; 2] {
    let voxel_mm3 = grid.spacing().millimetres().map(|[x, y, z]| x * y * z);
    let volume = voxel_mm3.map(|voxel| voxel * count as f64);
    [
        n.measured(Some(count as f64), status),
        mm3.measured(volume, status),
    ]
}

/// Length of a voxel along z in µm.
pub(super) fn um_per_voxel(grid: &Grid) -> Option<f64> {
    grid.spacing().millimetres().map(|mm| mm[2] * 1000.0)
}
