//! The command `residuals`.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Folder, Program};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));

/// Residuals of two models with four rows each.
pub fn folder() -> Folder {
    let folder = Folder::new();
    let of_both = |values: [f64; 4]| [values, values].concat().into_iter().map(Some);
    let metrics = ["ra_um", "dice"].iter().flat_map(|m| vec![Some(*m); 4]);
    let table = Table::new(vec![
        Column::text("metric", metrics),
        Column::text("unit", [Some("µm"); 4].into_iter().chain([Some("1"); 4])),
        Column::number("fitted", of_both([1.0, 2.0, 3.0, 4.0])),
        Column::number("residual", of_both([0.1, -0.2, 0.3, -0.2])),
        Column::number("standardized", of_both([0.5, -1.0, 1.5, -1.0])),
        Column::number("normal_quantile", of_both([0.3, -1.1, 1.1, -0.3])),
        Column::text("subject", (0..8).map(|i| Some(format!("s{i}")))),
    ]);
    parquet::write(&folder.join("r.parquet"), &table.unwrap(), &BTreeMap::new()).unwrap();
    folder
}

#[test]
fn residuals_of_one_model_are_drawn_with_their_unit() {
    let folder = folder();
    let line = "residuals --input r.parquet --output r.svg";
    REPORT.refused(&folder, line, 2, "choose one with --where metric=dice");
    REPORT.refused(
        &folder,
        format!("{line} --where metric=iou"),
        2,
        "--where metric=iou: no row has this value",
    );
    REPORT
        .run(&folder, format!("{line} --where metric=ra_um"))
        .expect_code(0);
    let svg = folder.text("r.svg");
    assert!(svg.contains("Fitted value (µm)") && svg.contains("Standardized residual"));
    // Four points in each panel.
    assert_eq!(svg.matches("fill-opacity=\"0.7\"").count(), 8, "{svg}");
}
