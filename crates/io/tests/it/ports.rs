//! The bridge from ports to files: names, provenance, gathering, grids, exit codes.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::{Array3, Array4};
use rsom_formats::nifti::Storage;
use rsom_formats::table::{Column, Table, parquet};
use rsom_io::ports;
use rsom_io::sidecar::Sidecar;
use rsom_stage::sidecar;
use rsom_stage::{ExitCode, Invocation};
use rsom_testing::Folder;
use rsom_volume::{Grid, LabelMap, Scan, Spacing};

fn scan(values: f32) -> Scan {
    let grid = Grid::new([2, 3, 4], Spacing::RSOM).unwrap();
    let names = vec!["LF".to_owned(), "HF".to_owned()];
    Scan::new(grid, names, Array4::from_elem((2, 3, 4, 2), values)).unwrap()
}

fn invocation(inputs: &[PathBuf], output: &Path) -> Invocation {
    Invocation::new("demo", "1.2.3", "go")
        .with_input("input", inputs.to_vec())
        .with_output("output", output.to_path_buf())
}

#[test]
fn a_scan_comes_back_with_its_channel_names_and_provenance() {
    let folder = Folder::new();
    let path = folder.join("deep/s.nii.gz");
    ports::write_scan(
        &invocation(&[], &path),
        "output",
        &scan(1.5),
        Storage::Float32,
    )
    .unwrap();
    let read = ports::read_scan(&invocation(std::slice::from_ref(&path), &path), "input").unwrap();
    assert_eq!(read, scan(1.5));
    let sidecar = Sidecar::read(&path).unwrap().unwrap();
    assert_eq!(sidecar.provenance.unwrap()["tool"], "rsom-demo");
    let text = std::fs::read_to_string(sidecar::path_of(&path)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    // As BIDS has it: a list of tools with Name and Version.
    assert_eq!(json["GeneratedBy"][0]["Name"], "rsom-demo");
    assert_eq!(json["GeneratedBy"][0]["Version"], "1.2.3");
    assert!(!text.contains(&*folder.to_string_lossy()));
}

#[test]
fn labels_come_back_with_their_names() {
    let folder = Folder::new();
    let path = folder.join("l.nii");
    let names = BTreeMap::from([(1, "epidermis".to_owned()), (-2, "gel".to_owned())]);
    let grid = Grid::new([2, 3, 4], Spacing::Unknown).unwrap();
    let map = LabelMap::new(grid, Array3::from_elem((2, 3, 4), -2), names).unwrap();
    ports::write_labels(&invocation(&[], &path), "output", &map).unwrap();
    assert_eq!(ports::load_labels(&path).unwrap(), map);
}

#[test]
fn every_volume_name_has_its_sidecar() {
    for (volume, expected) in [
        ("a/x.nii", "a/x.json"),
        ("a/x.nii.gz", "a/x.json"),
        ("x.v2.nii.gz", "x.v2.json"),
        ("x.img.gz", "x.json"),
    ] {
        assert_eq!(sidecar::path_of(Path::new(volume)), Path::new(expected));
    }
}

#[test]
fn tables_of_one_input_are_gathered_and_carry_provenance() {
    let folder = Folder::new();
    let path = |name: &str| folder.join(name);
    let table = |scan: &str| Table::new(vec![Column::text("scan", [Some(scan)])]).unwrap();
    for name in ["a.parquet", "b.parquet"] {
        let writing = invocation(&[], &path(name));
        ports::write_table(&writing, "output", &table(name)).unwrap();
    }
    let reading = invocation(&[path("a.parquet"), path("b.parquet")], &path("o"));
    let all = ports::read_table(&reading, "input").unwrap();
    assert_eq!(
        all.texts("scan").unwrap(),
        [Some("a.parquet".into()), Some("b.parquet".into())]
    );
    assert_eq!(
        ports::read_tables(&reading, "input").unwrap()[1].0,
        path("b.parquet")
    );
    let metadata = parquet::metadata(&path("a.parquet")).unwrap();
    assert!(metadata[ports::PROVENANCE_KEY].contains("rsom-demo"));
    let error = ports::read_table(&reading, "absent").unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Usage);
}

#[test]
fn faults_of_inputs_and_outputs_have_their_exit_codes_and_names() {
    let folder = Folder::new();
    let path = folder.join("bad.nii");
    std::fs::write(&path, "no volume").unwrap();
    let error = ports::load_scan(&path).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::BadInput);
    assert!(
        error.to_string().starts_with(&path.display().to_string()),
        "{error}"
    );
    let error = ports::load_table(&path).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::BadInput);
    let inside_a_file = path.join("o.nii");
    let error = ports::write_scan(
        &invocation(&[], &inside_a_file),
        "output",
        &scan(0.0),
        Storage::Uint8,
    );
    assert_eq!(error.unwrap_err().exit_code(), ExitCode::CannotWrite);
}

#[test]
fn a_volume_that_cannot_be_stored_leaves_the_old_one() {
    let folder = Folder::new();
    let path = folder.join("s.nii");
    let writing = invocation(&[], &path);
    ports::write_scan(&writing, "output", &scan(7.0), Storage::Uint8).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = ports::write_scan(&writing, "output", &scan(0.5), Storage::Uint8).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::CannotWrite);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn probabilities_are_one_channel_from_0_to_1() {
    let folder = Folder::new();
    let writing = invocation(&[], &folder.join("p.nii.gz"));
    let one = |value: f32| {
        let grid = Grid::new([2, 3, 4], Spacing::RSOM).unwrap();
        Scan::new(
            grid,
            vec!["p".into()],
            Array4::from_elem((2, 3, 4, 1), value),
        )
        .unwrap()
    };
    ports::write_probabilities(&writing, "output", &one(0.25)).unwrap();
    for wrong in [one(1.5), one(f32::NAN), scan(0.5)] {
        let error = ports::write_probabilities(&writing, "output", &wrong).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Failure);
    }
}

#[test]
fn grids_that_differ_are_exit_code_3_with_what_differs() {
    let left = Grid::new([2, 3, 4], Spacing::RSOM).unwrap();
    let right = Grid::new([2, 3, 5], Spacing::Unknown).unwrap();
    let (a, b) = (Path::new("a.nii"), Path::new("b.nii"));
    assert!(ports::require_same_grid(a, &left, b, &left).is_ok());
    let error = ports::require_same_grid(a, &left, b, &right).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::BadInput);
    for part in ["a.nii and b.nii", "the shape is 2 × 3 × 4 and 2 × 3 × 5"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}
