//! Label maps with several structures: rows for each, and attributes of the scan as columns.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use ndarray::Array3;
use rsom_formats::nifti;
use rsom_formats::table::{Table, parquet};
use rsom_testing::{Finished, Folder, Program};
use rsom_volume::{Grid, LabelMap, Spacing};

const METRICS: Program = Program::new(env!("CARGO_BIN_EXE_rsom-metrics"));
const SHAPE: [usize; 3] = [12, 4, 20];

/// Writes a map with a layer from depth 4 to 8, and one from `lower` to 14.
fn save(folder: &Folder, name: &str, labels: [i32; 2], lower: usize) {
    let voxels = Array3::from_shape_fn(SHAPE, |(_, _, z)| match z {
        4..8 => labels[0],
        z if (lower..14).contains(&z) => labels[1],
        _ => 0,
    });
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let map = LabelMap::new(grid, voxels, BTreeMap::new()).unwrap();
    nifti::write_labels(&folder.join(name), &map).unwrap();
}

fn evaluate(folder: &Folder, prediction: &str, more: &[&str]) -> Finished {
    let words = [
        "evaluate",
        "--reference",
        "S1.nii.gz",
        "--prediction",
        prediction,
    ];
    METRICS.run(
        folder,
        [&words[..], &["--output", "m.parquet"], more].concat(),
    )
}

/// The value of a metric of the whole scan for each structure.
fn by_label(table: &Table, metric: &str) -> BTreeMap<String, f64> {
    let texts = |name: &str| table.texts(name).unwrap();
    let (labels, metrics, surfaces) = (texts("label"), texts("metric"), texts("surface"));
    let (values, slices) = (
        table.numbers("value").unwrap(),
        table.integers("slice").unwrap(),
    );
    let rows = (0..table.rows()).filter(|i| {
        metrics[*i].as_deref() == Some(metric)
            && slices[*i].is_none()
            && matches!(surfaces[*i].as_deref(), None | Some("both"))
    });
    let row = |i: usize| (labels[i].clone().unwrap(), values[i].unwrap());
    rows.map(row).collect()
}

#[test]
fn each_named_label_has_rows_of_its_own() {
    let folder = Folder::new();
    save(&folder, "S1.nii.gz", [1, 3], 8);
    save(&folder, "p.nii.gz", [1, 3], 11);
    let labels = ["--labels", "1=epidermis,3=dermis", "--json"];
    let done = evaluate(&folder, "p.nii.gz", &labels).expect_code(0);
    // The lower layer: 3 of 6 voxels of each column, so 2·3 / (3 + 6).
    let dice = by_label(&parquet::read(&folder.join("m.parquet")).unwrap(), "dice");
    assert_eq!(dice["epidermis"], 1.0);
    assert!((dice["dermis"] - 2.0 / 3.0).abs() < 1e-12, "{dice:?}");
    let result = &done.json()["result"];
    assert_eq!(result["epidermis"]["dice"], 1.0);
    // Each label alone gives the same rows.
    let whole = parquet::read(&folder.join("m.parquet")).unwrap();
    let alone = [
        "--reference-labels",
        "3",
        "--prediction-labels",
        "3",
        "--label",
        "dermis",
    ];
    evaluate(&folder, "p.nii.gz", &alone).expect_code(0);
    let alone = parquet::read(&folder.join("m.parquet")).unwrap();
    let second: Vec<usize> = (whole.rows() / 2..whole.rows()).collect();
    assert_eq!(whole.take(&second).unwrap(), alone);
    // Both together are one structure under one name.
    evaluate(&folder, "p.nii.gz", &["--labels", "1=skin,3=skin"]).expect_code(0);
    let dice = by_label(&parquet::read(&folder.join("m.parquet")).unwrap(), "dice");
    assert!((dice["skin"] - 2.0 * 7.0 / 17.0).abs() < 1e-12, "{dice:?}");
}

#[test]
fn a_prediction_may_have_other_numbers_and_what_has_no_name_is_said() {
    let folder = Folder::new();
    save(&folder, "S1.nii.gz", [1, 3], 8);
    save(&folder, "p.nii.gz", [20, 10], 8);
    let labels = ["--labels", "1=epidermis,3=dermis"];
    let other = [
        "--labels-of-prediction",
        "20=epidermis,10=dermis",
        "--normals",
        "n.parquet",
    ];
    evaluate(&folder, "p.nii.gz", &[&labels[..], &other].concat()).expect_code(0);
    let table = parquet::read(&folder.join("m.parquet")).unwrap();
    assert!(by_label(&table, "dice").values().all(|dice| *dice == 1.0));
    let normals = parquet::read(&folder.join("n.parquet")).unwrap();
    let names: Vec<_> = normals
        .texts("label")
        .unwrap()
        .into_iter()
        .flatten()
        .collect();
    assert!(names.contains(&"dermis".to_owned()) && names.contains(&"epidermis".to_owned()));
    // A structure that is nowhere is an empty one, not an error.
    evaluate(&folder, "p.nii.gz", &labels)
        .expect_code(0)
        .expect_said(&[
            "p.nii.gz: has no epidermis",
            "p.nii.gz: the labels 10, 20 have no name and are left out",
        ]);
    for (flags, said) in [
        (
            vec!["--labels-of-prediction", "20=skin,10=dermis"],
            "'epidermis' is in one of",
        ),
        (vec!["--label", "skin"], "leave out --label"),
        (
            vec!["--reference-labels", "1"],
            "leave out --reference-labels",
        ),
        (vec!["--labels", "0=air"], "'0=air' is no label with a name"),
    ] {
        evaluate(&folder, "p.nii.gz", &[&labels[..], &flags].concat())
            .expect_code(2)
            .expect_one_clear_line(&[said]);
    }
}

#[test]
fn attributes_of_the_scan_become_columns() {
    let folder = Folder::new();
    save(&folder, "S1.nii.gz", [1, 0], 8);
    let flags = [
        "--attributes",
        "age=45",
        "--attributes",
        "sex=f",
        "--factor",
        "net=unet",
    ];
    evaluate(&folder, "S1.nii.gz", &flags).expect_code(0);
    let table = parquet::read(&folder.join("m.parquet")).unwrap();
    assert_eq!(table.integers("age").unwrap()[0], Some(45));
    assert_eq!(table.texts("sex").unwrap()[0].as_deref(), Some("f"));
    for (flags, said) in [
        (
            ["--attributes", "unit=3", "--factor", "net=a"],
            "a column 'unit'; rename this attribute",
        ),
        (
            ["--attributes", "net=3", "--factor", "net=a"],
            "'net' is a factor and an attribute",
        ),
    ] {
        evaluate(&folder, "S1.nii.gz", &flags)
            .expect_code(2)
            .expect_one_clear_line(&[said]);
    }
}
