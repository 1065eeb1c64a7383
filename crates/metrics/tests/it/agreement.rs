//! Several masks of one scan, compared in pairs.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::Array3;
use rsom_formats::nifti;
use rsom_formats::table::{Table, parquet};
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, Mask, Spacing};

const METRICS: Program = Program::new(env!("CARGO_BIN_EXE_rsom-metrics"));
const SHAPE: [usize; 3] = [20, 6, 24];

/// A layer of four voxels with flat surfaces.
fn save(folder: &Folder, name: &str, first: usize, spacing: Spacing) {
    let voxels = Array3::from_shape_fn(SHAPE, |(_, _, z)| (first..first + 4).contains(&z));
    let mask = Mask::new(Grid::new(SHAPE, spacing).unwrap(), voxels).unwrap();
    nifti::write_mask(&folder.join(name), &mask).unwrap();
}

fn three_masks() -> Folder {
    let folder = Folder::new();
    for (name, first) in [("a.nii.gz", 5), ("b.nii.gz", 6), ("c.nii.gz", 8)] {
        save(&folder, name, first, Spacing::RSOM);
    }
    folder
}

/// Both names, the tolerance, and the value of each row of a metric.
fn rows(table: &Table, metric: &str) -> Vec<(String, String, Option<f64>, f64)> {
    let texts = |name: &str| table.texts(name).unwrap();
    let numbers = |name: &str| table.numbers(name).unwrap();
    let (metrics, first, second) = (texts("metric"), texts("first"), texts("second"));
    let (tolerances, values) = (numbers("tolerance_um"), numbers("value"));
    let of_metric = (0..table.rows()).filter(|i| metrics[*i].as_deref() == Some(metric));
    let row = |i: usize| {
        let [first, second] = [&first, &second].map(|names| names[i].clone().unwrap());
        (first, second, tolerances[i], values[i].unwrap())
    };
    of_metric.map(row).collect()
}

#[test]
fn masks_of_one_scan_are_compared_in_pairs() {
    let folder = three_masks();
    let words = "agreement --input a.nii.gz b.nii.gz c.nii.gz --names Anna,Ben,7 --scan s --subject p --output t.parquet";
    let result = METRICS.result(&folder, words);
    assert_eq!(result["pairs"], 3);
    let table = parquet::read(&folder.join("t.parquet")).unwrap();
    let found = rows(&table, "dice");
    // Layers of four voxels, shifted by 1, 3 and 2: three, one and two are shared.
    let row = |first: &str, second: &str, dice| (first.to_owned(), second.to_owned(), None, dice);
    let expected = [
        row("Anna", "Ben", 0.75),
        row("Anna", "7", 0.25),
        row("Ben", "7", 0.5),
    ];
    assert_eq!(found, expected);
}

#[test]
fn surfaces_of_two_masks_are_as_far_apart_as_they_are_shifted() {
    let folder = three_masks();
    let words =
        "agreement --input a.nii.gz b.nii.gz --border open --tolerances-um 2,3 --output t.parquet";
    METRICS.result(&folder, words);
    let table = parquet::read(&folder.join("t.parquet")).unwrap();
    // Without the faces at the border, both surfaces are planes, 3 µm apart.
    for metric in ["hd_mm", "hd95_mm", "assd_mm", "masd_mm"] {
        let value = rows(&table, metric)[0].3;
        assert!((value - 0.003).abs() < 1e-12, "{metric}: {value}");
    }
    let found = rows(&table, "surface_dice");
    let shares: Vec<_> = found.iter().map(|row| (row.2.unwrap(), row.3)).collect();
    assert_eq!(shares, [(2.0, 0.0), (3.0, 1.0)]);
}

#[test]
fn what_cannot_be_compared_is_refused_in_one_line() {
    let folder = three_masks();
    let run = |words: &str| METRICS.run(&folder, format!("agreement --output t.parquet {words}"));
    run("--input a.nii.gz")
        .expect_code(2)
        .expect_said(&["give two or more masks"]);
    save(
        &folder,
        "d.nii.gz",
        5,
        Spacing::Millimetres([0.02, 0.02, 0.003]),
    );
    run("--input a.nii.gz d.nii.gz")
        .expect_code(3)
        .expect_said(&["d.nii.gz"]);
    run("--input a.nii.gz b.nii.gz --tolerances-um 3,12,3")
        .expect_code(2)
        .expect_said(&["--tolerances-um", "3 is given twice"]);
    let evaluated = "evaluate --reference a.nii.gz --prediction b.nii.gz --output t.parquet";
    for command in [
        "agreement --input a.nii.gz b.nii.gz --output t.parquet",
        evaluated,
    ] {
        let mut words: Vec<&str> = command.split(' ').collect();
        words.extend(["--tolerances-um", ""]);
        let none = METRICS.run(&folder, words).expect_code(2);
        none.expect_said(&["--tolerances-um"]);
    }
    assert!(!folder.join("t.parquet").exists());
}
