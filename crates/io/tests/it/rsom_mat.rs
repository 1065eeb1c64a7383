//! Raw RSOM scans: MATLAB files to one volume and back, and folders of them to a manifest.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use ndarray::{Array2, Array3};
use rsom_formats::nifti;
use rsom_io::rsom_mat;
use rsom_io::sidecar::Sidecar;
use rsom_manifest as manifest;
use rsom_stage::Invocation;
use rsom_testing::{Folder, Program, shared};
use rsom_volume::Spacing;
use rsom_volume::{RawChannel, RawScan, SkinSurface};

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

/// A folder with copies of the reference scans.
fn copies() -> Option<Folder> {
    let folder = Folder::new();
    for entry in std::fs::read_dir(shared("golden/prep/raw")?).unwrap() {
        let path = entry.unwrap().path();
        let copy = folder.join(path.file_name().unwrap());
        // A copy of its own mode: the original may be read-only.
        std::fs::write(copy, std::fs::read(path).unwrap()).unwrap();
    }
    Some(folder)
}

#[test]
fn every_precision_comes_back_as_it_was() {
    let folder = Folder::new();
    let singles = Array3::from_shape_fn((3, 4, 5), |(x, y, z)| (x * 20 + y * 5 + z) as f32 / 7.0);
    let doubles = Array3::from_shape_fn((3, 4, 5), |(x, y, z)| (x * 20 + y * 5 + z) as f64 / 7.0);
    let halves = doubles.mapv(|v| (v * 8.0).round() / 8.0);
    let channels = [
        RawChannel::Single(singles),
        RawChannel::Double(doubles),
        RawChannel::Double(halves),
    ];
    let surface = SkinSurface {
        heights: Array2::from_shape_fn((4, 6), |(x, y)| (x * 6 + y) as f64 / 3.0),
        step_mm: [0.05, 0.1 + 0.2],
    };
    for [a, b, double] in [[0, 0, 0], [0, 1, 1], [1, 1, 1], [2, 0, 0], [2, 2, 0]] {
        let scan = RawScan {
            channels: [channels[a].clone(), channels[b].clone()],
            surface: Some(surface.clone()).filter(|_| a == b),
        };
        let path = folder.join("scan.nii.gz");
        let invocation = Invocation::new("io", "0", "import rsom-mat");
        rsom_mat::save(&invocation, &path, &scan).unwrap();
        assert_eq!(rsom_mat::load(&path).unwrap(), scan);
        // What single precision holds is not stored in double.
        let stored = nifti::read_header(&path).unwrap().voxel_type;
        let expected = [nifti::VoxelType::Float32, nifti::VoxelType::Float64][double];
        assert_eq!(stored, expected);
    }
}

#[test]
fn an_imported_scan_has_true_spacing_channel_names_and_provenance() {
    let Some(folder) = copies() else { return };
    let folder = &folder;
    let scan = "R_20200102000001_EX0001";
    let words = format!(
        "import rsom-mat --lf {scan}_LF.mat --hf {scan}_HF.mat --surface Surf_20200102000001_.mat --output s.nii.gz"
    );
    RSOM_IO.done(folder, &words);
    let path = folder.join("s.nii.gz");
    let grid = nifti::read_grid(&path).unwrap();
    // As the reference values' README and scipy's loadmat give them: R is (520, 17, 28).
    assert_eq!(grid.shape(), [28, 17, 520]);
    assert_eq!(grid.spacing(), Spacing::RSOM);
    let sidecar = Sidecar::read(&path).unwrap().unwrap();
    assert_eq!(sidecar.channels.unwrap(), ["LF", "HF"]);
    let provenance = sidecar.provenance.unwrap().to_string();
    for part in [format!("{scan}_LF.mat"), "Surf_20200102000001_.mat".into()] {
        assert!(provenance.contains(&part), "{provenance}");
    }
}

#[test]
fn a_folder_of_scans_becomes_a_manifest_and_a_missing_partner_is_named() {
    let Some(folder) = copies() else { return };
    let folder = &folder;
    std::fs::remove_file(folder.join("R_20200103000002_EX0002_HF.mat")).unwrap();
    let done = RSOM_IO
        .run(folder, "manifest sessions --input . --output scans.yaml")
        .expect_code(0);
    let warned = done.stderr;
    assert!(
        warned.contains(
            "R_20200103000002_EX0002_LF.mat has no matching R_20200103000002_EX0002_HF.mat"
        ),
        "{warned}"
    );
    assert!(
        warned.contains("has no surface Surf_20200104000003_.mat"),
        "{warned}"
    );
    let found = manifest::read(&folder.join("scans.yaml")).unwrap();
    let of = |n: usize| (found.scans[n].id.as_str(), found.scans[n].subject.as_str());
    assert_eq!(found.scans.len(), 2);
    assert_eq!(of(0), ("R_20200102000001_EX0001", "EX0001"));
    assert_eq!(of(1), ("R_20200104000003_PAT003_RL01", "PAT003"));
    let roles: Vec<&str> = found.scans[0].files.keys().map(String::as_str).collect();
    assert_eq!(roles, ["hf", "lf", "surface"]);
    RSOM_IO.done(folder, "manifest verify scans.yaml --data .");
}

#[test]
fn folders_and_files_that_hold_no_scan_are_exit_code_3() {
    let Some(folder) = copies() else { return };
    let folder = &folder;
    std::fs::create_dir(folder.join("empty")).unwrap();
    let lf = std::fs::read(folder.join("R_20200103000002_EX0002_LF.mat")).unwrap();
    std::fs::write(folder.join("cut.mat"), &lf[..lf.len() / 2]).unwrap();
    for (words, says) in [
        (
            "manifest sessions --input empty --output m.yaml",
            "there are no files R_",
        ),
        (
            "import rsom-mat --lf cut.mat --hf R_20200103000002_EX0002_HF.mat --output m.nii.gz",
            "cut.mat: ",
        ),
        (
            "import rsom-mat --lf R_20200102000001_EX0001_LF.mat --hf R_20200103000002_EX0002_HF.mat --output m.nii.gz",
            "LF has [28, 17, 520] voxels",
        ),
    ] {
        RSOM_IO.refused(folder, words, 3, says);
    }
    assert!(!folder.join("m.yaml").exists() && !folder.join("m.nii.gz").exists());
}
