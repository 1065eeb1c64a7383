//! The histogram of surface normals as a table.

use ndarray::ArrayView3;
use rsom_formats::table::{self, Column, Table, TableError};
use rsom_measures::{Row, schema};

use crate::cli::table::{ANGLE_HIGH_DEG, ANGLE_LOW_DEG, Keys, push_factors};
use crate::normals::{angles_deg, histogram};
use crate::{Pair, Status, Surface};

/// Counts of columns by angle, one row per mask, surface and bin, as a table of measurements with two more columns:
/// `angle_low_deg` and `angle_high_deg`.
///
/// Metrics are `normal_count` and `reference_normal_count`. Without a known voxel size, or for an empty mask, values are
/// null and the status says why.
pub fn table(
    pair: &Pair<'_>,
    dense: bool,
    bins: usize,
    keys: &Keys<'_>,
) -> Result<Table, TableError> {
    let region = pair.whole();
    let masks = [
        (
            schema::NORMAL_COUNT,
            region.prediction,
            region.prediction_status(),
        ),
        (
            schema::REFERENCE_NORMAL_COUNT,
            region.reference,
            region.reference_status(),
        ),
    ];
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (metric, mask, status) in masks {
        let counts = counts(mask, pair.spacing_mm(), dense, bins);
        let counts = counts.filter(|_| status == Status::Ok);
        for (i, surface) in [Surface::Upper, Surface::Lower].into_iter().enumerate() {
            for bin in 0..bins {
                let count = counts.as_ref().map(|c| c[i][bin] as f64);
                let measured = metric.measured(count, status).on_surface(surface);
                rows.push(keys.row(measured));
            }
        }
    }
    let degrees = |edge: usize| Some(90.0 * edge as f64 / bins as f64);
    let bin_of = |row: usize| row % bins;
    let mut table = table::long(&rows)?;
    let low = (0..rows.len()).map(|row| degrees(bin_of(row)));
    table.push(Column::number(ANGLE_LOW_DEG, low))?;
    let high = (0..rows.len()).map(|row| degrees(bin_of(row) + 1));
    table.push(Column::number(ANGLE_HIGH_DEG, high))?;
    push_factors(&mut table, keys)?;
    Ok(table)
}

fn counts(
    mask: ArrayView3<'_, bool>,
    spacing_mm: Option<[f64; 3]>,
    dense: bool,
    bins: usize,
) -> Option<[Vec<u64>; 2]> {
    let angles = angles_deg(mask, spacing_mm?, dense);
    Some(angles.map(|surface| histogram(&surface, bins)))
}
