//! `rsom-vesselseg` as its users run it: files in, files out, exit codes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use ndarray::Array4;
use rsom_io::nifti::{self, Storage};
use rsom_nn::InputScaling;
use rsom_vesselseg::{Blocks, Model, VesselNet, VesselNetConfig};
use rsom_volume::{Grid, Scan, Spacing};
use tempfile::TempDir;

const SHAPE: [usize; 3] = [15, 9, 20];

/// A folder with weights and a scan.
fn study() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let model = Model {
        network: VesselNet::new(&VesselNetConfig::gerl2020(true), 1).unwrap(),
        threshold: 0.5,
        blocks: Blocks::WHOLE,
        scaling: InputScaling::IDENTITY,
        calibration: None,
    };
    let weights = model.to_bytes("{}").unwrap();
    std::fs::write(folder.path().join("w.safetensors"), weights).unwrap();
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let grid = grid.window([0, 0, 67], SHAPE).unwrap();
    let [x, y, z] = SHAPE;
    let values = Array4::from_shape_fn((x, y, z, 2), |(x, y, z, c)| {
        ((x * 31 + y * 17 + z * 7 + c * 3) % 251) as f32
    });
    let scan = Scan::new(grid, vec!["LF".into(), "HF".into()], values).unwrap();
    nifti::write_scan(&folder.path().join("scan.nii.gz"), &scan, Storage::Uint8).unwrap();
    folder
}

fn run(folder: &Path, words: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rsom-vesselseg"))
        .current_dir(folder)
        .args(words.split_whitespace())
        .output()
        .unwrap()
}

fn done(folder: &Path, words: &str) {
    let output = run(folder, words);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{words}: {message}");
}

fn refused(folder: &Path, words: &str, code: i32, says: &str) {
    let output = run(folder, words);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words}: {message}");
    assert!(message.contains(says), "{words}: {message}");
    assert_eq!(message.trim().lines().count(), 1, "{words}: {message}");
}

#[test]
fn the_mask_is_where_the_probability_reaches_the_threshold_on_the_scans_grid() {
    let folder = study();
    let folder = folder.path();
    let words = "predict --weights w.safetensors --input scan.nii.gz --output m.nii.gz --probabilities p.nii.gz";
    done(folder, words);
    let read = |name: &str| nifti::read_scan(&folder.join(name)).unwrap();
    let mask = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
    let probabilities = read("p.nii.gz");
    let scan = read("scan.nii.gz");
    assert!(mask.grid().require_same(scan.grid()).is_ok());
    let pairs = mask.voxels().iter().zip(probabilities.intensities());
    assert!(pairs.clone().all(|(inside, p)| *inside == (*p >= 0.5)));
    assert!(pairs.clone().any(|(inside, _)| *inside));
    assert!(pairs.clone().any(|(inside, _)| !*inside));
    let highest = probabilities.intensities().fold(0.0_f32, |a, b| a.max(*b));
    done(folder, &format!("{words} --threshold {highest}"));
    let few = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
    assert!((1..mask.count()).contains(&few.count()));
}

#[test]
fn outputs_do_not_depend_on_the_number_of_threads() {
    let folder = study();
    let folder = folder.path();
    for threads in [1, 3] {
        done(
            folder,
            &format!(
                "predict --weights w.safetensors --input scan.nii.gz --output m{threads}.nii.gz --probabilities \
                 p{threads}.nii.gz --tile-vox 8,9,7 --threads {threads}"
            ),
        );
    }
    let bytes = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert_eq!(bytes("m1.nii.gz"), bytes("m3.nii.gz"));
    assert_eq!(bytes("p1.nii.gz"), bytes("p3.nii.gz"));
}

#[test]
fn imported_weights_say_where_they_come_from_and_how_they_are_applied() {
    let folder = study();
    let folder = folder.path();
    done(
        folder,
        "import-weights --input w.safetensors --output i.safetensors --threshold 0.25 --blocks 2,1,1",
    );
    let bytes = std::fs::read(folder.join("i.safetensors")).unwrap();
    let model = Model::from_bytes(&bytes).unwrap();
    assert_eq!((model.threshold, model.blocks), (0.25, Blocks([2, 1, 1])));
    let file = rsom_nn::weights::from_bytes(&bytes).unwrap();
    let provenance = &file.metadata["rsom"];
    assert!(provenance.contains("import-weights") && provenance.contains("w.safetensors"));
}

#[test]
fn inputs_that_cannot_be_are_exit_code_3_and_name_their_file() {
    let folder = study();
    let folder = folder.path();
    let predict = "predict --weights w.safetensors --output m.nii.gz";
    let bytes = std::fs::read(folder.join("w.safetensors")).unwrap();
    std::fs::write(folder.join("half.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    refused(
        folder,
        "predict --weights half.safetensors --input scan.nii.gz --output m.nii.gz",
        3,
        "half.safetensors: ",
    );
    refused(
        folder,
        &format!("{predict} --input gone.nii.gz"),
        3,
        "gone.nii.gz: ",
    );
    let grid = Grid::new([4, 4, 4], Spacing::RSOM).unwrap();
    let gray = Scan::new(grid, vec!["LF".into()], Array4::zeros((4, 4, 4, 1))).unwrap();
    nifti::write_scan(&folder.join("gray.nii.gz"), &gray, Storage::Uint8).unwrap();
    refused(
        folder,
        &format!("{predict} --input gray.nii.gz"),
        3,
        "has 1 channels",
    );
    refused(
        folder,
        &format!("{predict} --input scan.nii.gz --blocks 2,10,1"),
        3,
        "cannot be cut into [2, 10, 1] blocks",
    );
    refused(
        folder,
        &format!("{predict} --input scan.nii.gz --threshold 1.5"),
        2,
        "threshold",
    );
    assert!(!folder.join("m.nii.gz").exists());
}
