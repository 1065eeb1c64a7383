//! The commands of `rsom-metrics` on files.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::{Array2, Array3, s};
use rsom_formats::nifti;
use rsom_formats::table::{Table, parquet};
use rsom_io::surface_tables::LayerSurfaces;
use rsom_testing::{Finished, Folder, Program};
use rsom_volume::{Grid, LabelMap, Mask, Spacing};

const METRICS: Program = Program::new(env!("CARGO_BIN_EXE_rsom-metrics"));
const SHAPE: [usize; 3] = [20, 3, 24];

fn layer(shape: [usize; 3], first: usize) -> Array3<bool> {
    Array3::from_shape_fn(shape, |(x, _, z)| (first + x % 2..first + 4).contains(&z))
}

fn save(folder: &Path, name: &str, voxels: Array3<bool>, spacing: Spacing) -> String {
    let shape: [usize; 3] = voxels.shape().try_into().unwrap();
    save_on(folder, name, voxels, Grid::new(shape, spacing).unwrap())
}

fn save_on(folder: &Path, name: &str, voxels: Array3<bool>, grid: Grid) -> String {
    let mask = Mask::new(grid, voxels).unwrap();
    let path = folder.join(name);
    nifti::write_mask(&path, &mask).unwrap();
    path.to_str().unwrap().to_owned()
}

fn evaluate(reference: &str, prediction: &str, output: &Path, more: &[&str]) -> Finished {
    let output = output.to_str().unwrap();
    let files = [
        "--reference",
        reference,
        "--prediction",
        prediction,
        "--output",
        output,
    ];
    METRICS.run(".", [&["evaluate"][..], &files, more].concat())
}

/// Slice, value and status of the rows of a metric.
type Row = (Option<i64>, Option<f64>, String);

fn rows(table: &Table, metric: &str) -> Vec<Row> {
    let (metrics, values) = (
        table.texts("metric").unwrap(),
        table.numbers("value").unwrap(),
    );
    let (slices, status) = (
        table.integers("slice").unwrap(),
        table.texts("status").unwrap(),
    );
    (0..table.rows())
        .filter(|i| metrics[*i].as_deref() == Some(metric))
        .map(|i| (slices[i], values[i], status[i].clone().unwrap()))
        .collect()
}

#[test]
fn a_table_holds_the_scan_and_its_bscans() {
    let folder = Folder::new();
    let mut missing = layer(SHAPE, 8);
    missing.slice_mut(s![.., 1, ..]).fill(false);
    let reference = save(&folder, "eye.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    let prediction = save(&folder, "p.nii.gz", missing, Spacing::RSOM);
    let output = folder.join("m.parquet");
    let run = evaluate(
        &reference,
        &prediction,
        &output,
        &["--per-slice", "--factor", "s=10", "--json"],
    )
    .expect_code(0);
    let line = run.json();
    assert!((line["result"]["dice"].as_f64().unwrap() - 0.8).abs() < 1e-12);
    let table = parquet::read(&output).unwrap();
    assert_eq!(table.texts("scan").unwrap()[0].as_deref(), Some("eye"));
    assert_eq!(table.integers("s").unwrap()[0], Some(10));
    let dice = rows(&table, "dice");
    let values: Vec<_> = dice.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(
        values[1..],
        [
            (Some(0), Some(1.0)),
            (Some(1), Some(0.0)),
            (Some(2), Some(1.0))
        ]
    );
    assert_eq!(dice[2].2, "empty_prediction");
    let mean = rows(&table, "dice_bscan_mean")[0].1.unwrap();
    assert!((mean - 2.0 / 3.0).abs() < 1e-12);
    // The B-scan without a prediction has neither precision nor Ra.
    let share = |metric: &str| rows(&table, metric)[0].1.unwrap();
    assert!((share("precision_bscan_coverage") - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(share("recall_bscan_coverage"), 1.0);
    assert!((share("ra_coverage") - 2.0 / 3.0).abs() < 1e-12);
    assert_eq!(share("reference_ra_coverage"), 1.0);
    let empty: Vec<_> = rows(&table, "ra_um")
        .into_iter()
        .filter(|r| r.0 == Some(1))
        .collect();
    assert_eq!(empty.len(), 3);
    assert!(
        empty
            .iter()
            .all(|row| row.1.is_none() && row.2 == "empty_prediction")
    );
}

#[test]
fn other_grids_are_exit_code_3_with_both_geometries() {
    let folder = Folder::new();
    let reference = save(&folder, "r.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    let prediction = save(&folder, "p.nii.gz", layer([20, 3, 25], 8), Spacing::RSOM);
    let output = folder.join("m.parquet");
    let run = evaluate(&reference, &prediction, &output, &[]);
    let message = run.expect_code(3).stderr;
    for part in ["r.nii.gz", "p.nii.gz", "20 × 3 × 24", "20 × 3 × 25"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!output.exists());
}

#[test]
fn the_same_call_writes_the_same_bytes() {
    let folder = Folder::new();
    let reference = save(&folder, "r.nii.gz", layer(SHAPE, 8), Spacing::Unknown);
    let prediction = save(&folder, "p.nii.gz", layer(SHAPE, 9), Spacing::Unknown);
    let bytes = |name: &str, threads: &str| {
        let output = folder.join(name);
        evaluate(
            &reference,
            &prediction,
            &output,
            &["--per-slice", "--threads", threads],
        )
        .expect_code(0);
        std::fs::read(output).unwrap()
    };
    assert_eq!(bytes("a.parquet", "1"), bytes("b.parquet", "2"));
}

#[test]
fn a_factor_named_as_a_column_is_exit_code_2() {
    let folder = Folder::new();
    let mask = save(&folder, "r.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    let run = evaluate(
        &mask,
        &mask,
        &folder.join("m.parquet"),
        &["--factor", "status=1"],
    );
    run.expect_code(2);
}

#[test]
fn normals_are_counted_column_by_column() {
    let folder = Folder::new();
    let mask = save(&folder, "r.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    let normals = folder.join("n.parquet");
    let more = ["--normals", normals.to_str().unwrap(), "--angle-bins", "9"];
    evaluate(&mask, &mask, &folder.join("m.parquet"), &more).expect_code(0);
    let table = parquet::read(&normals).unwrap();
    let counted: f64 = rows(&table, "normal_count")
        .iter()
        .filter_map(|row| row.1)
        .sum();
    assert_eq!(counted, 2.0 * 20.0 * 3.0);
}

#[test]
fn center_lines_are_compared_when_asked() {
    let folder = Folder::new();
    let tubes = |at: &[usize]| {
        Array3::from_shape_fn([9, 18, 30], |(x, y, _)| {
            at.iter().any(|c| x.abs_diff(4) + y.abs_diff(*c) <= 1)
        })
    };
    let reference = save(&folder, "r.nii.gz", tubes(&[4, 13]), Spacing::RSOM);
    let prediction = save(&folder, "p.nii.gz", tubes(&[4]), Spacing::RSOM);
    let output = folder.join("m.parquet");
    let run = evaluate(
        &reference,
        &prediction,
        &output,
        &["--measures", "overlap,cldice", "--per-slice", "--json"],
    )
    .expect_code(0);
    let table = parquet::read(&output).unwrap();
    let row = |value: f64| [(None, Some(value), "ok".to_owned())];
    // One of two equal tubes: 2 · 1 · ½ / (1 + ½).
    assert_eq!(rows(&table, "topology_precision"), row(1.0));
    assert_eq!(rows(&table, "topology_sensitivity"), row(0.5));
    assert_eq!(rows(&table, "cldice"), row(2.0 / 3.0));
    let line = run.json();
    assert_eq!(line["result"]["cldice"].as_f64(), Some(2.0 / 3.0));
    assert!(!rows(&table, "dice").is_empty() && rows(&table, "hole_count").is_empty());
    evaluate(&reference, &prediction, &output, &[]).expect_code(0);
    assert!(rows(&parquet::read(&output).unwrap(), "cldice").is_empty());
}

#[test]
fn center_lines_of_scikit_image_are_a_choice_and_lose_a_vessel() {
    let folder = Folder::new();
    // Tubes of 5 × 4 and 4 × 4 voxels. scikit-image 0.26's skeleton of the second is empty.
    let tubes = |second: bool| {
        Array3::from_shape_fn([12, 18, 30], |(x, y, z)| {
            let inside = (3..7).contains(&x) && (3..27).contains(&z);
            inside && ((2..7).contains(&y) || second && (10..14).contains(&y))
        })
    };
    let reference = save(&folder, "r.nii.gz", tubes(true), Spacing::RSOM);
    let prediction = save(&folder, "p.nii.gz", tubes(false), Spacing::RSOM);
    let output = folder.join("m.parquet");
    let sensitivity = |more: &[&str]| {
        let more = [&["--measures", "cldice"], more].concat();
        evaluate(&reference, &prediction, &output, &more).expect_code(0);
        rows(&parquet::read(&output).unwrap(), "topology_sensitivity")[0].1
    };
    assert!((sensitivity(&[]).unwrap() - 0.5).abs() < 0.05);
    assert_eq!(sensitivity(&["--skeleton", "skimage"]), Some(1.0));
}

#[test]
fn a_label_map_is_refused_with_the_parameter_that_chooses_its_labels() {
    let folder = Folder::new();
    let shape = [6, 3, 12];
    let map = Array3::from_shape_fn(shape, |(_, _, z)| match z {
        3..6 => 1,
        6..9 => 4,
        _ => 0,
    });
    let grid = Grid::new(shape, Spacing::RSOM).unwrap();
    let map = LabelMap::new(grid, map, BTreeMap::new()).unwrap();
    let path = folder.join("map.nii.gz");
    nifti::write_labels(&path, &map).unwrap();
    let map = path.to_str().unwrap().to_owned();
    let mask = save(&folder, "m.nii.gz", layer(shape, 3), Spacing::RSOM);
    let output = folder.join("m.parquet");
    evaluate(&mask, &map, &output, &[])
        .expect_code(3)
        .expect_said(&["map of the labels 1, 4", "choose with --prediction-labels"]);
    evaluate(&map, &mask, &output, &[])
        .expect_code(3)
        .expect_said(&["choose with --reference-labels"]);
    let more = ["--prediction-labels", "1", "--reference-labels", "1"];
    evaluate(&map, &map, &output, &more).expect_code(0);
    assert_eq!(
        rows(&parquet::read(&output).unwrap(), "dice")[0].1,
        Some(1.0)
    );
}

fn biomarkers(layer: &str, output: &Path, more: &[&str]) -> Finished {
    let files = ["--layer", layer, "--output", output.to_str().unwrap()];
    METRICS.run(".", [&["biomarkers"][..], &files, more].concat())
}

/// Vessels in every voxel of x = 0 on a grid that begins `start` voxels beside that of the layer.
fn vessels_from(folder: &Path, start: [isize; 3]) -> String {
    let shape = [20, 3, 8];
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let grid = grid.window(start, shape).unwrap();
    save_on(
        folder,
        "v.nii.gz",
        Array3::from_shape_fn(shape, |(x, _, _)| x == 0),
        grid,
    )
}

#[test]
fn biomarkers_know_how_deep_the_vessels_grid_begins() {
    let folder = Folder::new();
    let layer = save(&folder, "s7.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    let vessels = vessels_from(&folder, [0, 0, 15]);
    let output = folder.join("b.parquet");
    let more = [
        "--vessels",
        &vessels,
        "--subject",
        "anna",
        "--factor",
        "visit=2",
        "--json",
    ];
    let run = biomarkers(&layer, &output, &more).expect_code(0);
    let line = run.json();
    let near = |name: &str, expected: f64| {
        let found = line["result"][name].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-6, "{name}: {found}");
    };
    // By hand: 4 voxels in every second column, 3 in the others, all ending at 11; vessels at 15 to 22.
    near("layer_thickness_um", 10.5);
    near("layer_volume_mm3", 210.0 * 4.32e-7);
    near("cut_depth_vox", 15.0);
    near("cut_depth_um", 45.0);
    near("vessel_volume_fraction_of_scan", 0.05);
    near("vessel_depth_vox", 7.0);
    let table = parquet::read(&output).unwrap();
    let names: Vec<&str> = table.names().collect();
    assert_eq!(names[5..9], ["metric", "value", "unit", "status"]);
    assert_eq!(table.texts("subject").unwrap()[0].as_deref(), Some("anna"));
    assert_eq!(table.texts("scan").unwrap()[0].as_deref(), Some("s7"));
    assert_eq!(table.integers("visit").unwrap()[0], Some(2));
    assert_eq!(
        rows(&table, "vessel_voxels"),
        [(None, Some(24.0), "ok".to_owned())]
    );
    let metric = table.texts("metric").unwrap();
    let volume = metric
        .iter()
        .position(|m| m.as_deref() == Some("vessel_volume_mm3"));
    let unit = table.texts("unit").unwrap()[volume.unwrap()].clone();
    assert_eq!(unit.as_deref(), Some("mm³"));
}

#[test]
fn biomarkers_of_a_layer_alone_have_no_rows_of_vessels() {
    let folder = Folder::new();
    let mask = save(&folder, "l.nii.gz", layer(SHAPE, 8), Spacing::Unknown);
    let output = folder.join("b.parquet");
    biomarkers(&mask, &output, &[]).expect_code(0);
    let table = parquet::read(&output).unwrap();
    assert_eq!(
        rows(&table, "layer_thickness_vox"),
        [(None, Some(3.5), "ok".to_owned())]
    );
    assert_eq!(
        rows(&table, "layer_thickness_um"),
        [(None, None, "undefined".to_owned())]
    );
    assert!(rows(&table, "cut_depth_vox").is_empty());
}

#[test]
fn vessels_beside_the_layer_are_exit_code_3_with_what_differs() {
    let folder = Folder::new();
    let layer = save(&folder, "l.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    let vessels = vessels_from(&folder, [1, 0, 15]);
    let output = folder.join("b.parquet");
    let run = biomarkers(&layer, &output, &["--vessels", &vessels]);
    let message = run.expect_code(3).stderr;
    let differs = "may differ only in their range of depths, but the first voxel is at";
    for part in ["l.nii.gz", "v.nii.gz", differs] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(!output.exists());
}

#[test]
fn sub_voxel_surfaces_of_the_reference_give_its_boundary_error() {
    let folder = Folder::new();
    let mask = save(&folder, "m.nii.gz", layer(SHAPE, 8), Spacing::RSOM);
    // The mask's faces are at 7.5 or 8.5 above and 11.5 below; the reference lies a quarter of a voxel deeper.
    let [nx, ny, _] = SHAPE;
    let surfaces = LayerSurfaces {
        upper_vox: Array2::from_shape_fn((nx, ny), |(x, _)| 7.75 + (x % 2) as f64),
        lower_vox: Array2::from_elem((nx, ny), 11.75),
    };
    let (table, output) = (folder.join("s.parquet"), folder.join("t.parquet"));
    parquet::write(&table, &surfaces.table().unwrap(), &BTreeMap::new()).unwrap();
    let table = table.to_str().unwrap();
    let more = ["--reference-surfaces", table, "--per-slice"];
    evaluate(&mask, &mask, &output, &more).expect_code(0);
    let measured = parquet::read(&output).unwrap();
    let values = |metric: &str| rows(&measured, metric).into_iter().map(|row| row.1);
    assert_eq!(values("boundary_error_vox").count(), 3 * (1 + ny));
    assert!(values("boundary_error_vox").all(|v| v == Some(0.25)));
    assert!(values("boundary_bias_vox").all(|v| v == Some(-0.25)));
    assert!(values("dice").all(|v| v == Some(1.0)));

    let idle = [&more[..2], &["--measures", "overlap"]].concat();
    let error = evaluate(&mask, &mask, &output, &idle).expect_code(2).stderr;
    assert!(error.contains("add boundary to --measures"), "{error}");
    let other = save(&folder, "o.nii.gz", layer([6, 3, 24], 8), Spacing::RSOM);
    let error = evaluate(&other, &other, &output, &more[..2]).expect_code(3);
    assert!(
        error.stderr.contains("s.parquet: 60 rows do not fit"),
        "{}",
        error.stderr
    );
}
