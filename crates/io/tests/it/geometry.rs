//! What a header says about voxel size and orientation is honored or doubted aloud, on every way into a stage.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::nifti::{read_grid, read_mask, read_scan};
use rsom_testing::{Folder, Program};
use rsom_volume::{Orientation, Spacing};

use crate::common::Nifti;

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

/// A mask of 2 × 3 × 4 voxels with this voxel size in `pixdim` and these rows in the sform.
fn mask(pixdim: [f64; 3], diagonal: [f64; 3]) -> Nifti {
    let data = (0..24).map(|i| u8::from(i > 11)).collect();
    let mut nifti = Nifti::new(&[2, 3, 4], 2, 8, data);
    nifti.pixdim[1..4].copy_from_slice(&pixdim);
    let [x, y, z] = diagonal;
    nifti.srow = [x, 0.0, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, 0.0, z, 0.0];
    nifti
}

fn folder_with(nifti: &Nifti) -> Folder {
    let folder = Folder::new();
    folder.write("x.nii", nifti.file());
    folder
}

/// Converts `x.nii` to `y.nii` as each kind, and returns what was said.
fn said_for_each_kind(folder: &Folder, more: &[&str]) -> Vec<String> {
    let convert = |kind| {
        let words = [
            "convert", "--input", "x.nii", "--output", "y.nii", "--kind", kind,
        ];
        RSOM_IO.done(folder, [&words[..], more].concat()).stderr
    };
    ["volume", "mask", "labels"].map(convert).to_vec()
}

#[test]
fn a_size_in_the_sform_alone_is_used_with_a_warning_for_every_kind() {
    let folder = folder_with(&mask([1.0; 3], [0.012, 0.012, -0.003]));
    for said in said_for_each_kind(&folder, &[]) {
        assert!(
            said.contains("warning") && said.contains("the sform is used"),
            "{said}"
        );
        let size = read_grid(&folder.join("y.nii")).unwrap().spacing();
        let mm = size.millimetres().unwrap();
        for (found, expected) in mm.iter().zip([0.012, 0.012, 0.003]) {
            assert!((found / expected - 1.0).abs() < 1e-6, "{mm:?}");
        }
    }
    // Two sizes that are both set on purpose: a warning names both.
    let folder = folder_with(&mask([0.02, 0.02, 0.004], [0.012, 0.012, -0.003]));
    for said in said_for_each_kind(&folder, &[]) {
        for part in ["0.02 × 0.02 × 0.004 mm", "0.012", "pixdim is used"] {
            assert!(said.contains(part), "{said}");
        }
    }
    let folder = folder_with(&mask([0.012, 0.012, 0.003], [0.012, 0.012, -0.003]));
    for said in said_for_each_kind(&folder, &[]) {
        assert_eq!(said, "");
    }
}

#[test]
fn depth_that_points_elsewhere_is_doubted_and_reordered_or_restated() {
    let folder = folder_with(&mask([2.0; 3], [2.0, 2.0, 2.0]));
    let inspected = RSOM_IO.done(&folder, ["inspect", "x.nii"]).stdout;
    assert!(inspected.contains("RAS"), "{inspected}");
    for said in said_for_each_kind(&folder, &[]) {
        for part in [
            "RAS",
            "upside down",
            "--orientation reorder",
            "--orientation restate",
        ] {
            assert!(said.contains(part), "{said}");
        }
    }
    said_for_each_kind(&folder, &["--orientation", "reorder"]);
    let turned = RSOM_IO.done(
        &folder,
        [
            "convert",
            "--input",
            "x.nii",
            "--output",
            "t.nii",
            "--kind",
            "mask",
            "--orientation",
            "reorder",
        ],
    );
    assert!(turned.stderr.contains("RAS"));
    let (before, after) = (
        read_mask(&folder.join("x.nii")).unwrap(),
        read_mask(&folder.join("t.nii")).unwrap(),
    );
    assert_eq!(Orientation::of(after.grid()), Orientation::RAI);
    assert_eq!(after.voxels()[[0, 0, 0]], before.voxels()[[0, 0, 3]]);
    assert_eq!(after.grid().affine()[2][3], 6.0);
    RSOM_IO.done(
        &folder,
        [
            "convert",
            "--input",
            "x.nii",
            "--output",
            "r.nii",
            "--kind",
            "mask",
            "--orientation",
            "restate",
        ],
    );
    let restated = read_mask(&folder.join("r.nii")).unwrap();
    assert_eq!(restated.voxels(), before.voxels());
    assert_eq!(Orientation::of(restated.grid()), Orientation::RAI);
}

#[test]
fn an_identity_affine_states_no_orientation() {
    let folder = folder_with(&mask([1.0; 3], [1.0; 3]));
    let inspected = RSOM_IO.result(&folder, ["inspect", "x.nii"]);
    assert_eq!(inspected["orientation"], serde_json::Value::Null);
    for said in said_for_each_kind(&folder, &[]) {
        assert_eq!(said, "");
    }
}

#[test]
fn a_size_of_one_millimetre_can_be_made_unknown_again() {
    let folder = folder_with(&mask([1.0; 3], [1.0, 1.0, -1.0]));
    said_for_each_kind(&folder, &["--unknown-spacing"]);
    let grid = read_grid(&folder.join("y.nii")).unwrap();
    assert_eq!(grid.spacing(), Spacing::Unknown);
    let both = [
        "convert",
        "--input",
        "x.nii",
        "--output",
        "y.nii",
        "--unknown-spacing",
        "--spacing-mm",
        "1,1,1",
    ];
    assert_eq!(RSOM_IO.failed(&folder, both).0, 2);
}

/// Sidecars as other programs write them: not UTF-8, NaN, a byte order mark, keys of another meaning.
#[test]
fn a_foreign_sidecar_does_not_stop_its_volume() {
    let folder = folder_with(&mask([2.0; 3], [2.0, 2.0, -2.0]));
    let convert = ["convert", "--input", "x.nii", "--output", "y.nii"];
    for broken in [
        &b"{\"Name\": \"M\xfcller\"}"[..],
        b"{\"gain\": NaN}",
        b"{\"Channels\": 7}",
        b"[1]",
        b"",
    ] {
        folder.write("x.json", broken);
        let _ = std::fs::remove_file(folder.join("y.json"));
        RSOM_IO.done(&folder, convert).expect_said(&[
            "warning: ",
            "x.json",
            "the sidecar is ignored",
        ]);
        assert_eq!(
            read_scan(&folder.join("y.nii"))
                .unwrap()
                .intensities()
                .len(),
            24
        );
    }
    folder.write("x.json", b"\xef\xbb\xbf{\"Channels\": [\"LF\"]}");
    let done = RSOM_IO.done(&folder, convert);
    assert_eq!(done.stderr, "");
    let channels = rsom_io::sidecar::Sidecar::read(&folder.join("y.nii"))
        .unwrap()
        .unwrap()
        .channels;
    assert_eq!(channels, Some(vec!["LF".to_owned()]));
    // Two names for one channel: of another program they are ignored, of ours they are a fault.
    folder.write("x.json", "{\"Channels\": [\"LF\", \"HF\"]}");
    RSOM_IO
        .done(&folder, convert)
        .expect_said(&["names 2 channels, but the volume has 1"]);
    folder.write(
        "x.json",
        "{\"Channels\": [\"LF\", \"HF\"], \"GeneratedBy\": [{\"rsom\": {}}]}",
    );
    assert_eq!(RSOM_IO.failed(&folder, convert).0, 3);
}

/// A double that single precision rounds to a whole number is no integer.
#[test]
fn a_value_is_stored_as_an_integer_only_if_it_is_one_in_the_file() {
    let data = |value: f64| {
        [1.0, value, 3.0, 4.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect()
    };
    let convert = |value: f64, kind: &str| {
        let nifti = Nifti::new(&[2, 2, 1], 64, 64, data(value));
        let folder = folder_with(&nifti);
        let words = [
            "convert", "--input", "x.nii", "--output", "y.nii", "--type", kind,
        ];
        RSOM_IO.run(&folder, words)
    };
    convert(255.0, "uint8").expect_code(0);
    convert(255.0 + 1e-9, "uint8")
        .expect_code(3)
        .expect_said(&["255.000000001", "without change"]);
    convert(255.0 + 1e-9, "float32").expect_code(0);
}

#[test]
fn a_mask_has_one_whole_number_in_addition_to_zero() {
    let data = |value: f32| {
        [0.0, value, value, 0.0]
            .iter()
            .flat_map(|v| v.to_le_bytes())
            .collect()
    };
    for (value, code) in [(1.0, 0), (255.0, 0), (0.7, 3), (1.5, 3)] {
        let folder = folder_with(&Nifti::new(&[2, 2, 1], 16, 32, data(value)));
        let words = [
            "convert", "--input", "x.nii", "--output", "y.nii", "--kind", "mask",
        ];
        let finished = RSOM_IO.run(&folder, words).expect_code(code);
        assert_eq!(
            finished.stderr.contains("threshold"),
            code == 3,
            "{}",
            finished.stderr
        );
    }
}
