//! The commands `en-face`, `depth-profile` and `gallery`.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::{Column, Table, parquet};
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, Mask, Scan, Spacing};

use crate::svg::{elements, paths, text};

const REPORT: Program = Program::new(env!("CARGO_BIN_EXE_rsom-report"));
const SHAPE: [usize; 3] = [6, 4, 40];

/// A scan whose signal is its depth below z = 10, a layer from there to z = 19, one voxel thicker for x > 2, a reference of ten voxels,
/// and vessels in the lower half of each column.
pub fn folder(spacing: Spacing) -> Folder {
    let folder = Folder::new();
    let grid = || Grid::new(SHAPE, spacing).unwrap();
    let [x, y, z] = SHAPE;
    for (name, factor) in [("a.nii.gz", 1.0), ("b.nii.gz", 3.0)] {
        let voxels = Array4::from_shape_fn((x, y, z, 1), |(_, _, z, _)| factor * (z as f32 - 10.0));
        let scan = Scan::new(grid(), vec!["LF".into()], voxels).unwrap();
        nifti::write_scan(&folder.join(name), &scan, Storage::Float32).unwrap();
    }
    let write = |name: &str, is: &dyn Fn(usize, usize) -> bool| {
        let voxels = Array3::from_shape_fn(SHAPE, |(x, _, z)| is(x, z));
        nifti::write_mask(&folder.join(name), &Mask::new(grid(), voxels).unwrap()).unwrap();
    };
    write("layer.nii.gz", &|x, z| {
        (10..20 + usize::from(x > 2)).contains(&z)
    });
    write("truth.nii.gz", &|_, z| (10..20).contains(&z));
    write("vessels.nii.gz", &|x, z| z >= 20 && x < 3);
    write("none.nii.gz", &|_, _| false);
    folder
}

#[test]
fn a_thickness_map_has_its_values_and_unit() {
    let folder = folder(Spacing::RSOM);
    let line = "en-face --layer layer.nii.gz --output e.svg";
    REPORT.done(
        &folder,
        format!("{line} --reference truth.nii.gz --data e.csv"),
    );
    let figure = elements(&folder.text("e.svg"));
    // Three maps and three color bars.
    assert_eq!(figure.iter().filter(|e| e.name == "image").count(), 6);
    assert_eq!(paths(&figure, "class", "bar").len(), 3);
    for words in ["Difference (µm)", "Prediction − reference", "10 µm"] {
        text(&figure, words);
    }
    let numbers = folder.text("e.csv");
    // Ten and eleven voxels of 3 µm.
    assert!(
        numbers.contains("Prediction,0,0,30.0\n") && numbers.contains("Prediction,5,3,33.0\n"),
        "{numbers}"
    );
    assert!(numbers.contains("Prediction − reference,5,0,3.0\n"));
    assert_eq!(numbers.lines().count(), 1 + 3 * 24);
    REPORT.refused(
        &folder,
        "en-face --layer none.nii.gz --output e.svg",
        3,
        "no column has a layer",
    );
    REPORT.refused(
        &folder,
        format!("{line} --range 5,5"),
        2,
        "the first value must be below the second",
    );
}

#[test]
fn a_depth_profile_begins_at_the_surface() {
    let folder = folder(Spacing::RSOM);
    let line =
        "depth-profile --image a.nii.gz b.nii.gz --layer layer.nii.gz layer.nii.gz --output d.svg";
    let more = "--vessels vessels.nii.gz vessels.nii.gz --deepest-um 60 --data d.csv";
    REPORT.done(&folder, format!("{line} {more}"));
    let figure = elements(&folder.text("d.svg"));
    let count = |class: &str| paths(&figure, "class", class).len();
    assert_eq!((count("curve"), count("band"), count("axes")), (2, 2, 2));
    text(&figure, "Vessel density (share of voxels)");
    let numbers = folder.text("d.csv");
    // 30 µm below the surface: signals of 10 and 30, vessels in half of the columns.
    assert!(numbers.contains("intensity,,30.0,20.0,"), "{numbers}");
    assert!(numbers.contains("vessels,,27.0,0.0,") && numbers.contains("vessels,,30.0,0.5,"));
    text(&figure, "mean ± SD over scans; n = 2.");
    REPORT.done(&folder, format!("{line} --groups healthy,patient"));
    let figure = elements(&folder.text("d.svg"));
    text(&figure, "patient");
    text(&figure, "single scans; healthy n = 1, patient n = 1.");
    let three = line
        .replace("b.nii.gz", "b.nii.gz a.nii.gz")
        .replace("--layer layer.nii.gz", "--layer layer.nii.gz layer.nii.gz");
    REPORT.done(&folder, format!("{three} --groups healthy,patient,healthy"));
    let words = "mean ± SD over scans; one scan has no band; healthy n = 2, patient n = 1.";
    text(&elements(&folder.text("d.svg")), words);
    REPORT.refused(
        &folder,
        format!("{line} --groups healthy"),
        2,
        "--groups: 1 for 2 scans",
    );
    let empty = "depth-profile --image a.nii.gz --layer none.nii.gz --output d.svg";
    REPORT.refused(&folder, empty, 3, "the mask is empty");
}

#[test]
fn depths_without_a_unit_are_refused() {
    let folder = folder(Spacing::Unknown);
    let line = "depth-profile --image a.nii.gz --output d.svg";
    REPORT.refused(&folder, line, 3, "the voxel size is unknown");
}

/// A folder with measures of four scans, one of them by two networks, and the call that draws them.
pub fn gallery() -> (Folder, String) {
    let folder = folder(Spacing::RSOM);
    for name in ["c.nii.gz", "d_2.nii.gz"] {
        std::fs::copy(folder.join("a.nii.gz"), folder.join(name)).unwrap();
    }
    let table = |nets: [&str; 5]| {
        let table = Table::new(vec![
            Column::text("subject", ["a", "b", "c", "d", "d"].map(Some)),
            Column::text("scan", ["a", "b", "c", "d", "d"].map(Some)),
            Column::repeated("metric", "dice", 5),
            Column::integer("slice", [None, None, None, None, None]),
            Column::number("value", [0.5, 0.9, 0.7, 0.6, 0.1].map(Some)),
            Column::text("net", nets.map(Some)),
        ]);
        parquet::write(
            &folder.join("m.parquet"),
            &table.unwrap(),
            &std::collections::BTreeMap::new(),
        )
        .unwrap();
    };
    table(["unet", "unet", "unet", "unet", "fcn7"]);
    let masks = |name: &str| [name; 4].join(" ");
    let files = format!(
        "--image a.nii.gz b.nii.gz c.nii.gz d_2.nii.gz --reference {} --prediction {}",
        masks("truth.nii.gz"),
        masks("layer.nii.gz")
    );
    let line = format!("gallery --input m.parquet {files} --output g.svg");
    (folder, line)
}

#[test]
fn a_gallery_shows_the_worst_the_median_and_the_best_scan() {
    let (folder, line) = gallery();
    REPORT.done(&folder, format!("{line} --where net=unet --data g.csv"));
    let figure = elements(&folder.text("g.svg"));
    assert_eq!(figure.iter().filter(|e| e.name == "image").count(), 3);
    for words in [
        "worst: a, Dice 0.500",
        "nearest to the median: d, Dice 0.600",
        "best: b, Dice 0.900",
    ] {
        text(&figure, words);
    }
    assert_eq!(
        folder.text("g.csv"),
        "rank,scan,dice\n1,a,0.5\n2,d,0.6\n3,c,0.7\n4,b,0.9\n"
    );
}

#[test]
fn a_gallery_of_what_is_not_there_is_refused() {
    let (folder, line) = gallery();
    REPORT.refused(
        &folder,
        &line,
        2,
        "d has several values of dice; choose one with --where",
    );
    REPORT.refused(
        &folder,
        format!("{line} --metric iou"),
        2,
        "--metric iou: the tables have no value",
    );
    std::fs::copy(folder.join("a.nii.gz"), folder.join("x.nii.gz")).unwrap();
    let other = line.replace("--image a.nii.gz", "--image x.nii.gz");
    REPORT.refused(
        &folder,
        format!("{other} --where net=unet"),
        3,
        "with which 'x' begins",
    );
}
