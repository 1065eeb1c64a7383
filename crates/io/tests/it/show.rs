//! `manifest show`: groups, folds, geometry of each role, attributes.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::Array3;
use rsom_formats::nifti;
use rsom_testing::{Folder, Program};
use rsom_volume::{Grid, Mask, Spacing};

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

/// Ten scans of five subjects with masks; the last mask has another depth, and the first scan has none.
fn study() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(folder.join("data")).unwrap();
    let write = |name: &str, depth: usize| {
        let grid = Grid::new([4, 3, depth], Spacing::RSOM).unwrap();
        let mask = Mask::new(grid, Array3::from_elem((4, 3, depth), true)).unwrap();
        nifti::write_mask(&folder.join("data").join(name), &mask).unwrap();
    };
    let mut table = "subject,group,age\n".to_owned();
    for n in 1..=5 {
        for visit in ["a", "b"] {
            write(&format!("S{n}_{visit}.nii.gz"), 6);
            if (n, visit) != (1, "a") {
                let depth = if (n, visit) == (5, "b") { 8 } else { 6 };
                write(&format!("S{n}_{visit}_mask.nii.gz"), depth);
            }
        }
        let group = ["patient", "control"][n % 2];
        if n != 3 {
            table += &format!("S{n},{group},{}\n", 30 + n);
        }
    }
    folder.write("participants.csv", &table);
    RSOM_IO.done(
        &folder,
        [
            "manifest",
            "create",
            "--input",
            "data",
            "--output",
            "m.yaml",
            "--name",
            "demo",
            "--files",
            "image={subject:word}_{visit:word}.nii.gz",
            "--files",
            "mask={subject:word}_{visit:word}_mask.nii.gz",
            "--scan",
            "{subject}_{visit}",
            "--table",
            "participants.csv",
            "--folds",
            "2",
        ],
    );
    folder
}

#[test]
fn a_manifest_is_shown_at_a_glance() {
    let folder = study();
    let shown = RSOM_IO.done(&folder, "manifest show m.yaml").stdout;
    let expected = "\
demo: 10 scans of 5 subjects
groups
  (no group): 1 subject, 2 scans; subjects in fold 0: 1
  control: 2 subjects, 4 scans; subjects in fold 0: 1, fold 1: 1
  patient: 2 subjects, 4 scans; subjects in fold 0: 1, fold 1: 1
files
  image: 10 of 10 scans
    4 × 3 × 6 voxels of 0.012 × 0.012 × 0.003 mm, RAI
  mask: 9 of 10 scans, not S1_a
    4 × 3 × 6 voxels of 0.012 × 0.012 × 0.003 mm, RAI (8 files)
    4 × 3 × 8 voxels of 0.012 × 0.012 × 0.003 mm, RAI (S5_b)
attributes
  age: 31 (2), 32 (2), 34 (2), 35 (2); missing in 2 scans
  visit: a (5), b (5)
";
    assert_eq!(shown, expected);
    let json = RSOM_IO.result(&folder, "manifest show m.yaml");
    assert_eq!(json["missing_files"], 0);
    assert_eq!(json["roles"]["mask"]["geometries"][1]["shape"], "4 × 3 × 8");
    assert_eq!(json["groups"][1]["parts"][1]["subjects"], 1);
}

#[test]
fn files_that_are_missing_or_broken_are_named() {
    let folder = study();
    std::fs::remove_file(folder.join("data/S2_a.nii.gz")).unwrap();
    folder.write("data/S2_b.nii.gz", "no volume");
    let shown = RSOM_IO.done(&folder, "manifest show m.yaml").stdout;
    assert!(
        shown.contains("    1 file is not there: S2_a.nii.gz\n    S2_b.nii.gz cannot be read: "),
        "{shown}"
    );
    // Without the data at all, the counts remain.
    std::fs::rename(folder.join("data"), folder.join("elsewhere")).unwrap();
    let result = RSOM_IO.result(&folder, "manifest show m.yaml");
    assert_eq!(
        (&result["missing_files"], &result["subjects"]),
        (&19.into(), &5.into())
    );
    RSOM_IO
        .run(&folder, "manifest show m.yaml --data nowhere")
        .expect_code(3);
    let found = RSOM_IO.result(&folder, "manifest show m.yaml --data elsewhere");
    assert_eq!(found["missing_files"], 1);
}
