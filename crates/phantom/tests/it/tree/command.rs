//! The command `tree`.

use std::path::Path;

use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::{Values, parquet};
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, Scan, Spacing};

use super::common::*;
use super::swc::read_swc;

const PHANTOM: Program = Program::new(env!("CARGO_BIN_EXE_rsom-phantom"));
const SMALL: &str = "tree --extent-um 1200,900,800 --terminals 40 --roots 1";
const TABLES: &str = "--nodes n.parquet --segments s.parquet";

fn ended(folder: &Path, words: &str, code: i32, says: &str) {
    let finished = PHANTOM.run(folder, words).expect_code(code);
    let finished = finished.expect_said(&[says]);
    assert!(code == 0 || finished.stderr.lines().count() == 1);
}

#[test]
fn all_outputs_tell_of_one_tree() {
    let folder = &Folder::new();
    let words = format!(
        "{SMALL} --seed 5 {TABLES} --swc t.swc --mask m.nii.gz --coverage c.nii.gz --spacing-mm 0.01,0.01,0.01 --json"
    );
    let line = PHANTOM.done(folder, &words).json();
    assert_eq!(line["result"]["terminals"], 40);
    let segments = parquet::read(&folder.join("s.parquet")).unwrap();
    assert_eq!(segments.rows(), 79);
    let nodes = parquet::read(&folder.join("n.parquet")).unwrap();
    assert_eq!(nodes.rows(), 80);
    let Values::Number(lengths) = &segments.column("length_um").unwrap().values else {
        unreachable!("lengths are numbers")
    };
    let length: f64 = lengths.iter().map(|v| v.unwrap()).sum();
    assert!((length / line["result"]["length_um"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    let text = std::fs::read_to_string(folder.join("t.swc")).unwrap();
    assert!(text.contains("\"seed\":5"));
    assert_eq!(read_swc(&text).iter().filter(|s| s.0 == 6).count(), 40);
    let mask = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
    assert_eq!(mask.grid().shape(), [120, 90, 80]);
    let volume = line["result"]["volume_um3"].as_f64().unwrap();
    assert!((mask.count() as f64 * 1000.0 / volume - 1.0).abs() < 0.03);
    let shares = nifti::read_scan(&folder.join("c.nii.gz")).unwrap();
    let covered: f64 = shares.intensities().iter().map(|v| f64::from(*v)).sum();
    assert!((covered * 1000.0 / volume - 1.0).abs() < 0.01);
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_any_number_of_threads() {
    let folder = &Folder::new();
    for (name, threads) in [("a", 1), ("b", 4)] {
        let words = format!(
            "{SMALL} --seed 5 --threads {threads} --nodes {name}n.parquet --segments {name}s.parquet --swc {name}.swc --mask {name}m.nii.gz --coverage {name}c.nii.gz"
        );
        ended(folder, &words, 0, "");
    }
    for end in ["n.parquet", "s.parquet", ".swc", "m.nii.gz", "c.nii.gz"] {
        let bytes = |name: &str| std::fs::read(folder.join(format!("{name}{end}"))).unwrap();
        assert_eq!(bytes("a"), bytes("b"), "{end}");
    }
}

#[test]
fn a_demand_volume_decides_where_ends_are() {
    let folder = &Folder::new();
    let write = |name: &str, spacing_mm: Point, level: f32| {
        let grid = Grid::new([12, 9, 8], Spacing::Millimetres(spacing_mm)).unwrap();
        let mut levels = ndarray::Array4::zeros((12, 9, 8, 1));
        levels.slice_mut(ndarray::s![6.., .., .., ..]).fill(level);
        let scan = Scan::new(grid, vec!["demand".into()], levels).unwrap();
        nifti::write_scan(&folder.join(name), &scan, Storage::Float32).unwrap();
    };
    write("right.nii.gz", [0.1; 3], 2.0);
    write("wide.nii.gz", [0.2, 0.1, 0.1], 2.0);
    write("none.nii.gz", [0.1; 3], 0.0);
    write("negative.nii.gz", [0.1; 3], -1.0);
    std::fs::write(folder.join("garbage.nii.gz"), [7; 500]).unwrap();
    let command = format!("{SMALL} --seed 5 {TABLES}");
    for (name, says) in [
        ("wide", "covers"),
        ("none", "zero everywhere"),
        ("negative", "-1"),
        ("garbage", "garbage"),
        ("absent", "absent"),
    ] {
        ended(
            folder,
            &format!("{command} --demand {name}.nii.gz"),
            3,
            says,
        );
    }
    assert!(!folder.join("n.parquet").exists());
    ended(folder, &format!("{command} --demand right.nii.gz"), 0, "");
    let nodes = parquet::read(&folder.join("n.parquet")).unwrap();
    let Values::Text(kinds) = &nodes.column("kind").unwrap().values else {
        unreachable!("kinds are words")
    };
    let Values::Number(x) = &nodes.column("x_um").unwrap().values else {
        unreachable!("places are numbers")
    };
    let ends = kinds
        .iter()
        .zip(x)
        .filter(|(kind, _)| kind.as_deref() == Some("terminal"));
    let ends: Vec<f64> = ends.map(|(_, x)| x.unwrap()).collect();
    assert!(
        ends.len() == 40 && ends.iter().all(|x| *x >= 600.0),
        "{ends:?}"
    );
}

#[test]
fn settings_that_describe_no_tree_end_with_2_and_leave_nothing() {
    let folder = &Folder::new();
    let command = format!("{SMALL} {TABLES}");
    for (words, says) in [
        ("", "--seed"),
        ("--seed 1 --radius-um 6,10", "too many"),
        ("--seed 1 --tortuosity 2", "tortuosity"),
        ("--seed 1 --root-places-um 1,2", "root_places_um"),
        ("--seed 1 --spacing-mm 0,1,1", "voxels"),
        ("--seed 1 --spacing-mm=-0.1,0.1,0.1", "spacing"),
        ("--seed 1 --spacing-mm 0.0001,0.0001,0.0001", "voxels"),
        ("--seed 1 --radius-um 100,1000", "room"),
    ] {
        ended(folder, &format!("{command} {words}"), 2, says);
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_box_of_any_size_needs_no_voxels_where_none_are_asked_for() {
    let folder = Folder::new();
    let words = "tree --seed 1 --terminals 20 --roots 1 --extent-um 20000,20000,20000";
    ended(&folder, &format!("{words} {TABLES}"), 0, "");
    let words = format!("{words} {TABLES} --mask m.nii.gz");
    ended(&folder, &words, 2, "too many voxels");
}
