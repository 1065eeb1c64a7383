//! `rsom-vesselseg` as its users run it: files in, files out, exit codes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use std::path::Path;

use ndarray::{Array3, Array4};
use rsom_formats::nifti::{self, Storage};
use rsom_formats::table::parquet;
use rsom_nn::{InputScaling, NeuralNetwork};
use rsom_testing::{Folder, Program};
use rsom_vesselseg::{Blocks, Model, Network, VesselNetConfig};
use rsom_volume::{Grid, Mask, Scan, Spacing};
use serde_json::Value;

const VESSELSEG: Program = Program::new(env!("CARGO_BIN_EXE_rsom-vesselseg"));
const SHAPE: [usize; 3] = [15, 9, 20];

/// A folder with weights and a scan.
fn study() -> Folder {
    let folder = Folder::new();
    let model = Model {
        network: Network::new(&VesselNetConfig::gerl2020(true).into(), 1).unwrap(),
        threshold: 0.5,
        blocks: Blocks::WHOLE,
        scaling: InputScaling::IDENTITY,
        channels: None,
        calibration: None,
    };
    let weights = model.to_bytes("{}").unwrap();
    std::fs::write(folder.join("w.safetensors"), weights).unwrap();
    let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
    let grid = grid.window([0, 0, 67], SHAPE).unwrap();
    let [x, y, z] = SHAPE;
    let values = Array4::from_shape_fn((x, y, z, 2), |(x, y, z, c)| {
        ((x * 31 + y * 17 + z * 7 + c * 3) % 251) as f32
    });
    let scan = Scan::new(grid, vec!["LF".into(), "HF".into()], values).unwrap();
    nifti::write_scan(&folder.join("scan.nii.gz"), &scan, Storage::Uint8).unwrap();
    folder
}

#[test]
fn the_mask_is_where_the_probability_reaches_the_threshold_on_the_scans_grid() {
    let folder = &study();
    let words = "predict --weights w.safetensors --input scan.nii.gz --output m.nii.gz --probabilities p.nii.gz";
    VESSELSEG.done(folder, words);
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
    VESSELSEG.done(folder, format!("{words} --threshold {highest}"));
    let few = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
    assert!((1..mask.count()).contains(&few.count()));
}

#[test]
fn outputs_do_not_depend_on_the_number_of_threads() {
    let folder = &study();
    for threads in [1, 3] {
        VESSELSEG.done(
            folder,
            format!(
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
    let folder = &study();
    VESSELSEG.done(
        folder,
        "import-weights --input w.safetensors --output i.safetensors --threshold 0.25 --blocks 2,1,1",
    );
    let bytes = std::fs::read(folder.join("i.safetensors")).unwrap();
    let model = Model::from_bytes(&bytes).unwrap();
    assert_eq!((model.threshold, model.blocks), (0.25, Blocks([2, 1, 1])));
    let file = rsom_weights::from_bytes(&bytes).unwrap();
    let provenance = file.metadata.provenance().unwrap();
    assert!(provenance.contains("import-weights") && provenance.contains("w.safetensors"));
}

#[test]
fn inputs_that_cannot_be_are_exit_code_3_and_name_their_file() {
    let folder = &study();
    let predict = "predict --weights w.safetensors --output m.nii.gz";
    let bytes = std::fs::read(folder.join("w.safetensors")).unwrap();
    std::fs::write(folder.join("half.safetensors"), &bytes[..bytes.len() / 2]).unwrap();
    VESSELSEG.refused(
        folder,
        "predict --weights half.safetensors --input scan.nii.gz --output m.nii.gz",
        3,
        "half.safetensors: ",
    );
    VESSELSEG.refused(
        folder,
        format!("{predict} --input gone.nii.gz"),
        3,
        "gone.nii.gz: ",
    );
    let grid = Grid::new([4, 4, 4], Spacing::RSOM).unwrap();
    let gray = Scan::new(grid, vec!["LF".into()], Array4::zeros((4, 4, 4, 1))).unwrap();
    nifti::write_scan(&folder.join("gray.nii.gz"), &gray, Storage::Uint8).unwrap();
    VESSELSEG.refused(
        folder,
        format!("{predict} --input gray.nii.gz"),
        3,
        "has 1 channels",
    );
    VESSELSEG.refused(
        folder,
        format!("{predict} --input scan.nii.gz --blocks 2,10,1"),
        3,
        "cannot be cut into [2, 10, 1] blocks",
    );
    VESSELSEG.refused(
        folder,
        format!("{predict} --input scan.nii.gz --threshold 1.5"),
        2,
        "threshold",
    );
    assert!(!folder.join("m.nii.gz").exists());
}

/// Scans 0 to 2 of a bright, winding tube, as `tube<n>.nii.gz` and `vessels<n>.nii.gz`.
fn tubes(folder: &Path) {
    let shape = [16, 12, 14];
    for seed in 0..3 {
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let inside = |x: usize, y: usize, z: usize| {
            let (cy, cz) = (4 + (x / 4 + seed) % 4, 5 + (x / 5 + 2 * seed) % 4);
            y.abs_diff(cy) <= 1 && z.abs_diff(cz) <= 1
        };
        let noise = |x, y, z, c| ((x * 7 + y * 13 + z * 29 + c * 3 + seed * 5) % 60) as f32;
        let values = Array4::from_shape_fn((16, 12, 14, 2), |(x, y, z, c)| {
            noise(x, y, z, c) + if inside(x, y, z) { 150.0 } else { 0.0 }
        });
        let voxels = Array3::from_shape_fn(shape, |(x, y, z)| inside(x, y, z));
        let scan = Scan::new(grid.clone(), vec!["LF".into(), "HF".into()], values).unwrap();
        let at = |name: &str| folder.join(format!("{name}{seed}.nii.gz"));
        nifti::write_scan(&at("tube"), &scan, Storage::Uint8).unwrap();
        nifti::write_mask(&at("vessels"), &Mask::new(grid, voxels).unwrap()).unwrap();
    }
}

const NETWORK: &str =
    "--channels 4,5 --kernels 3,3 --learning-rate 0.01 --input-scale 0.01 --tiles 2,2,1";
const TUBES: &str = "--image tube0.nii.gz tube1.nii.gz --mask vessels0.nii.gz vessels1.nii.gz --validation-image tube2.nii.gz --validation-mask vessels2.nii.gz";

#[test]
fn trained_and_calibrated_weights_find_a_tube_and_say_where_they_come_from() {
    let folder = &Folder::new();
    tubes(folder);
    let trained = VESSELSEG.result(
        folder,
        format!(
            "train {TUBES} {NETWORK} --filter cross_hair --flip-x --transpose --knee 0.2 --positive-weight balanced --dice-weight 0.5 --cldice-weight 0.1 --epochs 15 --output net"
        ),
    );
    assert_eq!(
        (&trained["epochs"], &trained["status"]),
        (&15.into(), &"ok".into())
    );
    // 9 of 12 · 14 voxels of each plane.
    assert_eq!(trained["positive_weight"], 159.0 / 9.0);
    let history = parquet::read(&folder.join("net/history.parquet")).unwrap();
    assert_eq!(history.rows(), 15);
    for side in ["train", "validation"] {
        let numbers = |name: &str| history.numbers(&format!("{side}_{name}")).unwrap();
        for epoch in 0..15 {
            let at = |name: &str| numbers(name)[epoch].unwrap();
            let total = at("bce") + 0.5 * at("dice_loss") + 0.1 * at("cldice_loss");
            assert!((at("loss") - total).abs() < 1e-9, "{side} {epoch}");
        }
    }
    let calibrated = VESSELSEG.result(
        folder,
        "calibrate --weights net/weights.safetensors --image tube1.nii.gz tube2.nii.gz --mask vessels1.nii.gz vessels2.nii.gz --split tubes --output c.safetensors --curve curve.parquet",
    );
    let threshold = calibrated["threshold"].as_f64().unwrap();
    let mean = calibrated["mean_dice"].as_f64().unwrap();
    assert!(mean > 0.9, "{calibrated}");
    let model = Model::from_bytes(&std::fs::read(folder.join("c.safetensors")).unwrap()).unwrap();
    let calibration = model.calibration.unwrap();
    assert_eq!(f64::from(model.threshold), threshold);
    assert_eq!(calibration.split.as_deref(), Some("tubes"));
    assert_eq!(calibration.scans, ["tube1", "tube2"]);
    assert_eq!(calibration.mean_dice, mean);
    the_curve_states_what_predictions_reach(folder);
}

fn the_curve_states_what_predictions_reach(folder: &Path) {
    let curve = parquet::read(&folder.join("curve.parquet")).unwrap();
    assert_eq!(curve.rows(), 2 * 369);
    let best = curve.booleans("best").unwrap();
    let (scans, dice) = (curve.texts("scan").unwrap(), curve.numbers("dice").unwrap());
    for name in ["tube1", "tube2"] {
        VESSELSEG.done(
            folder,
            format!("predict --weights c.safetensors --input {name}.nii.gz --output m.nii.gz"),
        );
        let found = nifti::read_mask(&folder.join("m.nii.gz")).unwrap();
        let reference = name.replace("tube", "vessels");
        let reference = nifti::read_mask(&folder.join(format!("{reference}.nii.gz"))).unwrap();
        let pairs = found.voxels().iter().zip(reference.voxels());
        let both = pairs.filter(|(a, b)| **a && **b).count();
        let expected = 2.0 * both as f64 / (found.count() + reference.count()) as f64;
        let row = (0..curve.rows())
            .find(|i| best[*i] == Some(true) && scans[*i].as_deref() == Some(name));
        assert_eq!(dice[row.unwrap()], Some(expected));
    }
}

#[test]
fn a_killed_run_started_again_ends_in_the_bytes_of_an_uninterrupted_one_with_any_threads() {
    let folder = &Folder::new();
    tubes(folder);
    let words = |output: &str, threads: usize| {
        format!(
            "train {TUBES} {NETWORK} --group-norm --groups 1 --epochs 30 --output {output} --threads {threads} --quiet"
        )
    };
    VESSELSEG.done(folder, words("whole", 1));
    let mut child = VESSELSEG
        .command(folder, words("parts", 2))
        .spawn()
        .unwrap();
    let checkpoint = folder.join("parts/checkpoint.safetensors");
    let epochs = || {
        let bytes = std::fs::read(&checkpoint).ok()?;
        let state = rsom_training::Checkpoint::from_bytes(&bytes)
            .unwrap()
            .trainer;
        let state: Value = serde_json::from_str(&state).unwrap();
        state["epochs"].as_array().map(Vec::len)
    };
    while epochs().unwrap_or(0) < 3 {
        assert!(
            child.try_wait().unwrap().is_none(),
            "the run ended before it was killed"
        );
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!((3..30).contains(&epochs().unwrap()));
    VESSELSEG.done(folder, words("parts", 3));
    for file in ["weights.safetensors", "last.safetensors", "history.parquet"] {
        let bytes = |run: &str| std::fs::read(folder.join(run).join(file)).unwrap();
        assert!(bytes("parts") == bytes("whole"), "{file}");
    }
    assert!(!checkpoint.exists());
}

/// The manifest `m.yaml` of the tubes: 0 trains, 1 and 2 validate, each in a fold of its own.
fn manifest(folder: &Path) {
    let file = |name: &str, role: &str, scan: usize| {
        let path = format!("{name}{scan}.nii.gz");
        let sha256 = rsom_stage::fingerprint::of_path(&folder.join(&path)).unwrap();
        format!("{role}: [{{path: {path}, sha256: {sha256}}}]")
    };
    let scan = |i: usize, split: &str| {
        let files = format!(
            "{}, {}",
            file("tube", "image", i),
            file("vessels", "mask", i)
        );
        format!("  - {{id: t{i}, subject: s{i}, split: {split}, fold: {i}, files: {{{files}}}}}\n")
    };
    let scans = [
        scan(0, "train"),
        scan(1, "validation"),
        scan(2, "validation"),
    ]
    .concat();
    std::fs::write(
        folder.join("m.yaml"),
        format!("name: demo\nscans:\n{scans}"),
    )
    .unwrap();
}

#[test]
fn a_split_or_a_fold_of_a_manifest_is_calibrated_on() {
    let folder = &study();
    tubes(folder);
    manifest(folder);
    let words = "calibrate --weights w.safetensors --manifest m.yaml --output c.safetensors";
    for (which, name, scans) in [
        ("--split validation", "validation", vec!["t1", "t2"]),
        ("--fold 0", "fold 0", vec!["t0"]),
        (
            "--split validation --fold 2",
            "validation, fold 2",
            vec!["t2"],
        ),
    ] {
        VESSELSEG.done(folder, format!("{words} {which} --curve c.parquet"));
        let bytes = std::fs::read(folder.join("c.safetensors")).unwrap();
        let calibration = Model::from_bytes(&bytes).unwrap().calibration.unwrap();
        assert_eq!(
            (calibration.split.as_deref(), calibration.scans),
            (Some(name), scans.iter().map(|s| (*s).to_owned()).collect())
        );
        let file = rsom_weights::from_bytes(&bytes).unwrap();
        let provenance: Value = serde_json::from_str(file.metadata.provenance().unwrap()).unwrap();
        assert_eq!(
            provenance["inputs"]["image"].as_array().unwrap().len(),
            scans.len()
        );
        assert!(
            provenance["inputs"]["weights"].is_array()
                || provenance["inputs"]["weights"].is_object()
        );
        let subjects = parquet::read(&folder.join("c.parquet"))
            .unwrap()
            .texts("subject")
            .unwrap();
        assert_eq!(
            subjects[0].as_deref(),
            Some(scans[0].replace('t', "s").as_str())
        );
    }
    VESSELSEG.refused(folder, words, 2, "--split, --fold");
    VESSELSEG.refused(
        folder,
        format!("{words} --split none"),
        2,
        "no scans in none",
    );
    std::fs::copy(
        folder.join("vessels0.nii.gz"),
        folder.join("vessels1.nii.gz"),
    )
    .unwrap();
    VESSELSEG.refused(
        folder,
        format!("{words} --split validation"),
        3,
        "it has changed",
    );
}

#[test]
fn empty_references_calibrate_nothing_and_what_names_no_scan_is_told() {
    let folder = &study();
    tubes(folder);
    let mask = nifti::read_mask(&folder.join("vessels0.nii.gz")).unwrap();
    let none = mask.voxels().mapv(|_| false);
    let none = Mask::new(mask.grid().clone(), none).unwrap();
    nifti::write_mask(&folder.join("none.nii.gz"), &none).unwrap();
    let output = VESSELSEG.run(
        folder,
        "calibrate --weights w.safetensors --image tube0.nii.gz --mask none.nii.gz --output x.safetensors",
    );
    output
        .expect_code(3)
        .expect_said(&["every reference is empty"]);
    assert!(!folder.join("x.safetensors").exists());
    let words = "train --image tube0.nii.gz --mask vessels0.nii.gz --tiles 1,1,1 --epochs 1 --channels 2,2 --kernels 3,3 --weights x.safetensors";
    for more in [
        "--validation-fold 0",
        "--test-fold 0",
        "--reference-role mask",
    ] {
        let done = VESSELSEG.done(folder, format!("{words} {more}"));
        done.expect_said(&["of a --manifest"]);
    }
}

#[test]
fn training_that_cannot_be_is_refused_in_one_line() {
    let folder = &study();
    tubes(folder);
    let train =
        |scans: &str, more: &str| format!("train {scans} {NETWORK} --weights n.safetensors {more}");
    for (more, says) in [
        ("--positive-weight many", "'balanced'"),
        ("--positive-weight 0", "positive_weight"),
        ("--bce-weight 0", "above 0"),
        ("--tile-vox 8,8,8", "not both"),
        ("--foreground-share 0.5", "need --tile-vox"),
        ("--group-norm --groups 3", "3 groups"),
        ("--gain 1.2,0.8", "gain"),
        ("--blocks 1,1", "blocks"),
    ] {
        VESSELSEG.refused(folder, train(TUBES, more), 2, says);
    }
    let (scan, mask) = ("--image tube0.nii.gz", "--mask vessels0.nii.gz");
    VESSELSEG.refused(folder, train(scan, ""), 2, "--mask lists 0");
    VESSELSEG.refused(
        folder,
        train(&format!("{scan} --mask scan.nii.gz"), ""),
        3,
        "scan.nii.gz",
    );
    let grid = Grid::new([16, 12, 14], Spacing::RSOM).unwrap();
    let empty = Mask::new(grid, Array3::from_elem([16, 12, 14], false)).unwrap();
    nifti::write_mask(&folder.join("empty.nii.gz"), &empty).unwrap();
    let output = VESSELSEG.run(folder, train(&format!("{scan} --mask empty.nii.gz"), ""));
    output
        .expect_code(3)
        .expect_said(&["every reference of the training scans is empty"]);
    // Scans with different numbers of channels are refused before training starts.
    let gray = Scan::new(
        empty.grid().clone(),
        vec!["LF".into()],
        Array4::zeros((16, 12, 14, 1)),
    )
    .unwrap();
    nifti::write_scan(&folder.join("gray.nii.gz"), &gray, Storage::Uint8).unwrap();
    let other =
        format!("{scan} {mask} --validation-image gray.nii.gz --validation-mask vessels0.nii.gz");
    VESSELSEG.refused(
        folder,
        train(&other, ""),
        3,
        "gray.nii.gz: the scan has 1 channels",
    );
    assert!(!folder.join("n.safetensors").exists());
}
