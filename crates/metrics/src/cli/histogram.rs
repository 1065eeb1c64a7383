//! The histogram of surface normals as a table.

use ndarray::ArrayView3;
use rsom_formats::table::{Column, Table, TableError};

use crate::cli::table::{Keys, push_factors};
use crate::normals::{angles_deg, histogram};
use crate::{Pair, Status, Surface};

/// Counts of columns by angle, a row for each mask, surface and bin, in the form of a table of measurements with two
/// more columns: `angle_low_deg` and `angle_high_deg`.
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
            "normal_count",
            region.prediction,
            region.prediction_status(),
        ),
        (
            "reference_normal_count",
            region.reference,
            region.reference_status(),
        ),
    ];
    let mut rows = Vec::new();
    for (metric, mask, status) in masks {
        let counts = counts(mask, pair.spacing_mm(), dense, bins);
        let counts = counts.filter(|_| status == Status::Ok);
        for (i, surface) in [Surface::Upper, Surface::Lower].into_iter().enumerate() {
            for bin in 0..bins {
                let count = counts.as_ref().map(|c| c[i][bin]);
                rows.push((metric, surface, bin, count, status));
            }
        }
    }
    let n = rows.len();
    let degrees = |bin: usize| Some(90.0 * bin as f64 / bins as f64);
    let status = |count: Option<u64>, status: Status| match (count, status) {
        (None, Status::Ok) => Status::Undefined,
        _ => status,
    };
    let mut table = Table::new(vec![
        Column::text("subject", vec![keys.subject; n]),
        Column::text("scan", vec![keys.scan; n]),
        Column::integer("slice", vec![None; n]),
        Column::text("label", vec![keys.label; n]),
        Column::text("surface", rows.iter().map(|r| Some(r.1.as_str()))),
        Column::text("metric", rows.iter().map(|r| Some(r.0))),
        Column::number("value", rows.iter().map(|r| r.3.map(|count| count as f64))),
        Column::repeated("unit", "columns", n),
        Column::text(
            "status",
            rows.iter().map(|r| Some(status(r.3, r.4).as_str())),
        ),
        Column::boolean("higher_is_better", vec![None; n]),
        Column::number("angle_low_deg", rows.iter().map(|r| degrees(r.2))),
        Column::number("angle_high_deg", rows.iter().map(|r| degrees(r.2 + 1))),
    ])?;
    push_factors(&mut table, keys.factors)?;
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
