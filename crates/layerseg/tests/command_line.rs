//! `rsom-layerseg` as its users run it: files in, files out, exit codes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::process::{Command, Output};

use ndarray::{Array3, Array4};
use rsom_io::nifti::{self, Storage};
use rsom_io::table::parquet;
use rsom_stage::fingerprint;
use rsom_volume::{Grid, LabelMap, Mask, Scan, Spacing};
use serde_json::Value;

const SHAPE: [usize; 3] = [16, 4, 18];

/// A folder with scans of a bright band, their masks and their label maps (the band is 4 and 5).
struct Study {
    folder: tempfile::TempDir,
}

impl Study {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for seed in 0..3 {
            let grid = Grid::new(SHAPE, Spacing::RSOM).unwrap();
            let depth =
                |x: usize, y: usize, z: usize| z.wrapping_sub(4 + (seed * 3 + x / 6 + y) % 5);
            let [x, y, z] = SHAPE;
            let noise = |x, y, z| (x * 7 + y * 13 + z * 29 + seed * 5) % 60;
            let scan = Array4::from_shape_fn((x, y, z, 1), |(x, y, z, _)| {
                (noise(x, y, z) + if depth(x, y, z) < 4 { 150 } else { 0 }) as f32
            });
            let labels = Array3::from_shape_fn((x, y, z), |(x, y, z)| match depth(x, y, z) {
                0 | 1 => 4,
                2 | 3 => 5,
                _ => 1,
            });
            let scan = Scan::new(grid.clone(), vec!["LF".into()], scan).unwrap();
            let labels = LabelMap::new(grid, labels, Default::default()).unwrap();
            let at = |name: &str| folder.path().join(format!("{name}{seed}.nii.gz"));
            nifti::write_scan(&at("scan"), &scan, Storage::Uint8).unwrap();
            nifti::write_mask(&at("mask"), &labels.select(&[4, 5])).unwrap();
            nifti::write_labels(&at("labels"), &labels).unwrap();
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, words: &str) -> Output {
        self.command(words).output().unwrap()
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rsom-layerseg"));
        command
            .args(words.split_whitespace())
            .current_dir(self.folder.path())
            .env_remove("RSOM_DATA");
        command
    }

    /// Runs, expects success, and gives the result of the `--json` line.
    fn result(&self, words: &str) -> Value {
        let output = self.run(&format!("{words} --json"));
        assert!(output.status.success(), "{}", text(&output.stderr));
        let line: Value = serde_json::from_slice(&output.stdout).unwrap();
        line["result"].clone()
    }

    /// Runs, expects this exit code, and gives the one line of the error.
    fn fault(&self, words: &str, code: i32) -> String {
        let output = self.run(words);
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{stderr}");
        let errors: Vec<&str> = stderr
            .lines()
            .filter(|l| l.starts_with("error: "))
            .collect();
        assert_eq!(errors.len(), 1, "{stderr}");
        errors[0].to_owned()
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const NETWORK: &str = "--depth 2 --width 4 --learning-rate 0.01 --z-shift=-0.1,0.1 --mirror";
const SCANS: &str = "--image scan0.nii.gz scan1.nii.gz --mask mask0.nii.gz mask1.nii.gz --validation-image scan2.nii.gz --validation-mask mask2.nii.gz";

#[test]
fn a_trained_network_segments_a_scan() {
    let study = Study::new();
    let result = study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 15 --s 1 --weights w.safetensors --history h.parquet"
    ));
    assert_eq!(result["epochs"], 15);
    assert_eq!(result["status"], "ok");
    assert!(
        result["validation_dice"].as_f64().unwrap() > 0.85,
        "{result}"
    );
    assert!(!study.path("w.checkpoint.safetensors").exists());

    let history = parquet::read(&study.path("h.parquet")).unwrap();
    assert_eq!(history.rows(), 15);
    let numbers = |name: &str| history.numbers(name).unwrap();
    for epoch in 0..15 {
        let at = |name: &str| numbers(name)[epoch].unwrap();
        let total = at("validation_bce") + at("validation_smoothness");
        assert!((at("validation_loss") - total).abs() < 1e-9 * total);
    }
    let best = history
        .booleans("best")
        .unwrap()
        .iter()
        .position(|b| *b == Some(true));
    assert_eq!(
        best.unwrap() as u64 + 1,
        result["best_epoch"].as_u64().unwrap()
    );

    let result = study.result(
        "predict --weights w.safetensors --input scan2.nii.gz --output p.nii.gz --probabilities q.nii.gz --postprocess none",
    );
    assert_eq!(result["status"], "ok");
    let (found, reference) = (
        nifti::read_mask(&study.path("p.nii.gz")).unwrap(),
        nifti::read_mask(&study.path("mask2.nii.gz")).unwrap(),
    );
    found.grid().require_same(reference.grid()).unwrap();
    let pairs = found.voxels().iter().zip(reference.voxels());
    let both = pairs.filter(|(a, b)| **a && **b).count();
    assert!(2.0 * both as f64 / (found.count() + reference.count()) as f64 > 0.8);
    let probabilities = nifti::read_scan(&study.path("q.nii.gz")).unwrap();
    let pairs = probabilities.intensities().iter().zip(found.voxels());
    assert!(pairs.clone().count() > 0 && pairs.clone().all(|(p, m)| (*p >= 0.5) == *m));

    study.result("predict --weights w.safetensors --input scan2.nii.gz --output g.nii.gz --postprocess gerl2019");
    assert_ne!(study.bytes("g.nii.gz"), study.bytes("p.nii.gz"));
}

#[test]
fn masks_and_selected_labels_train_the_same_network() {
    let study = Study::new();
    let settings = format!("{NETWORK} --epochs 1");
    study.result(&format!(
        "train --image scan0.nii.gz --mask mask0.nii.gz {settings} --weights a.safetensors"
    ));
    study.result(&format!(
        "train --image scan0.nii.gz --labels labels0.nii.gz --label 4,5 {settings} --weights b.safetensors"
    ));
    let weights = |name: &str| {
        rsom_nn::weights::from_bytes(&study.bytes(name))
            .unwrap()
            .tensors
    };
    let (a, b) = (weights("a.safetensors"), weights("b.safetensors"));
    for (name, tensor) in &a {
        let difference = (tensor - &b[name])
            .unwrap()
            .abs()
            .unwrap()
            .sum_all()
            .unwrap();
        assert_eq!(difference.to_scalar::<f32>().unwrap(), 0.0, "{name}");
    }
}

#[test]
fn unset_epochs_and_batch_size_are_those_of_the_network_and_stand_in_the_outputs() {
    let study = Study::new();
    let scan = "train --image scan0.nii.gz --mask mask0.nii.gz --learning-rate 0.001";
    // The paper's authors train the U-Net for 40 epochs in batches of 5, the FCN for 80 in batches of 9.
    for (network, epochs, batch_size) in [
        ("--network unet --depth 1 --width 1", 40, 5),
        ("--network fcn7 --channels 1", 80, 9),
        ("--network fcn7 --channels 1 --epochs 2", 2, 9),
        (
            "--network unet --depth 1 --width 1 --epochs 2 --batch-size 3",
            2,
            3,
        ),
    ] {
        let result = study.result(&format!(
            "{scan} {network} --weights w.safetensors --history h.parquet"
        ));
        assert_eq!(result["epochs"], epochs, "{network}");
        let history = study.path("h.parquet");
        assert_eq!(parquet::read(&history).unwrap().rows(), epochs);
        let stated = parquet::metadata(&history).unwrap();
        let weights = rsom_nn::weights::from_bytes(&study.bytes("w.safetensors")).unwrap();
        for provenance in [&weights.metadata["rsom"], &stated["rsom"]] {
            let provenance: Value = serde_json::from_str(provenance).unwrap();
            assert_eq!(provenance["parameters"]["epochs"], epochs, "{network}");
            assert_eq!(
                provenance["parameters"]["batch_size"], batch_size,
                "{network}"
            );
        }
    }
}

#[test]
fn a_shift_that_loses_the_layer_is_warned_of_once() {
    let study = Study::new();
    let warnings = |shift: &str| {
        let words = format!(
            "train {SCANS} --depth 1 --width 1 --epochs 2 --batch-size 4 --z-shift={shift} --weights w.safetensors"
        );
        let output = study.run(&words);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr)
            .lines()
            .filter(|line| line.contains("moves the layer out of the volume"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let said = warnings("0.9,0.9");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("z_shift 0.9,0.9") && said[0].contains("8 of the 8"),
        "{said:?}"
    );
    assert_eq!(warnings("-0.1,0.1").len(), 0);
}

#[test]
fn any_number_of_threads_gives_the_same_files() {
    let study = Study::new();
    for threads in [1, 3] {
        study.result(&format!(
            "train {SCANS} {NETWORK} --epochs 2 --threads {threads} --output net{threads}"
        ));
        study.result(&format!(
            "predict --weights net{threads}/weights.safetensors --input scan0.nii.gz --output net{threads}/p.nii.gz --threads {threads}"
        ));
    }
    for file in [
        "weights.safetensors",
        "last.safetensors",
        "history.parquet",
        "p.nii.gz",
        "p.json",
    ] {
        assert!(
            study.bytes(&format!("net1/{file}")) == study.bytes(&format!("net3/{file}")),
            "{file}"
        );
    }
}

#[test]
fn a_killed_run_started_again_ends_in_the_bytes_of_an_uninterrupted_one() {
    let study = Study::new();
    let words =
        |output: &str| format!("train {SCANS} {NETWORK} --epochs 40 --output {output} --quiet");
    study.result(&words("whole"));

    let mut child = study.command(&words("parts")).spawn().unwrap();
    let checkpoint = study.path("parts/checkpoint.safetensors");
    let epochs = || {
        let bytes = std::fs::read(&checkpoint).ok()?;
        let state = rsom_nn::Checkpoint::from_bytes(&bytes).unwrap().trainer;
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
    assert!((3..40).contains(&epochs().unwrap()));
    assert!(!study.path("parts/weights.safetensors").exists());

    study.result(&words("parts"));
    for file in ["weights.safetensors", "last.safetensors", "history.parquet"] {
        assert!(
            study.bytes(&format!("parts/{file}")) == study.bytes(&format!("whole/{file}")),
            "{file}"
        );
    }
    let left: Vec<_> = std::fs::read_dir(study.path("parts"))
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_exit_code_130_and_leaves_its_checkpoint() {
    let study = Study::new();
    let words = format!("train {SCANS} {NETWORK} --epochs 100000 --output net --quiet");
    let mut child = study.command(&words).spawn().unwrap();
    let checkpoint = study.path("net/checkpoint.safetensors");
    while !checkpoint.exists() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let signal = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(signal.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let left: Vec<_> = std::fs::read_dir(study.path("net"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    assert_eq!(left, [checkpoint]);
}

#[test]
fn a_checkpoint_of_other_parameters_is_left_out_with_a_warning() {
    let study = Study::new();
    let run = format!("train {SCANS} {NETWORK} --epochs 1");
    study.result(&format!("{run} --output clean"));
    std::fs::create_dir(study.path("stale")).unwrap();
    // The weights file of another run is no checkpoint either.
    std::fs::copy(
        study.path("clean/last.safetensors"),
        study.path("stale/checkpoint.safetensors"),
    )
    .unwrap();
    let output = study.run(&format!("{run} --output stale"));
    assert!(output.status.success());
    assert!(
        text(&output.stderr).contains("starts from the beginning"),
        "{}",
        text(&output.stderr)
    );
    assert!(study.bytes("clean/weights.safetensors") == study.bytes("stale/weights.safetensors"));
}

#[test]
fn a_manifest_names_the_scans_by_fold() {
    let study = Study::new();
    let file = |name: &str, role: &str, scan: usize| {
        let path = format!("{name}{scan}.nii.gz");
        let sha256 = fingerprint::of_path(&study.path(&path)).unwrap();
        format!("{role}: [{{path: {path}, sha256: {sha256}}}]")
    };
    let scan = |i: usize| {
        let files = format!("{}, {}", file("scan", "image", i), file("mask", "mask", i));
        format!("  - {{id: e{i}, subject: s{i}, fold: {i}, files: {{{files}}}}}\n")
    };
    let manifest = format!("name: demo\nscans:\n{}{}{}", scan(0), scan(1), scan(2));
    std::fs::write(study.path("m.yaml"), manifest).unwrap();
    std::fs::write(study.path("train.yaml"), "depth: 2\nwidth: 4\nepochs: 1\n").unwrap();
    let words = "train --manifest m.yaml --config train.yaml --validation-fold 2";
    study.result(&format!("{words} --output by-fold"));
    study.result(&format!("{words} --data . --output by-fold-and-data"));
    for file in ["weights.safetensors", "history.parquet"] {
        assert!(
            study.bytes(&format!("by-fold/{file}"))
                == study.bytes(&format!("by-fold-and-data/{file}"))
        );
    }
    study.result(&format!(
        "train {SCANS} --config train.yaml --validation-fold 2 --output by-name"
    ));
    let weights = |name: &str| {
        rsom_nn::weights::from_bytes(&study.bytes(name))
            .unwrap()
            .metadata["rsom"]
            .clone()
    };
    let inputs =
        |name: &str| serde_json::from_str::<Value>(&weights(name)).unwrap()["inputs"].clone();
    let mut from_manifest = inputs("by-fold/weights.safetensors");
    from_manifest
        .as_object_mut()
        .unwrap()
        .remove("manifest")
        .unwrap();
    assert_eq!(from_manifest, inputs("by-name/weights.safetensors"));

    std::fs::copy(study.path("mask0.nii.gz"), study.path("mask1.nii.gz")).unwrap();
    let error = study.fault(&format!("{words} --output changed"), 3);
    assert!(
        error.contains("mask1.nii.gz") && error.contains("has changed"),
        "{error}"
    );
    let error = study.fault("train --manifest m.yaml --label 4 --output roles", 3);
    assert!(error.contains("no file of role 'labels'"), "{error}");
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let study = Study::new();
    for (words, part) in [
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz",
            "--output or --weights",
        ),
        ("train --output net", "--manifest or --image"),
        (
            "train --image scan0.nii.gz scan1.nii.gz --mask mask0.nii.gz --output net",
            "paired by their order",
        ),
        (
            "train --image scan0.nii.gz --labels labels0.nii.gz --output net",
            "--label goes with --labels",
        ),
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz --smoothness-window 4 --output net",
            "odd",
        ),
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz --z-shift 0.2,0.1 --output net",
            "smaller first",
        ),
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz --device cuda --output net",
            "--features cuda",
        ),
    ] {
        let error = study.fault(words, 2);
        assert!(error.contains(part), "'{part}' is not in: {error}");
    }
    assert!(!study.path("net").exists());
}

#[test]
fn inputs_that_break_the_contract_are_exit_code_3() {
    let study = Study::new();
    let grid = Grid::new([16, 4, 20], Spacing::RSOM).unwrap();
    let other = Mask::new(grid, Array3::from_elem((16, 4, 20), true)).unwrap();
    nifti::write_mask(&study.path("other.nii.gz"), &other).unwrap();
    std::fs::write(study.path("bad.safetensors"), [7; 100]).unwrap();
    let good = study.bytes("scan0.nii.gz");
    std::fs::write(study.path("cut.nii.gz"), &good[..good.len() / 2]).unwrap();
    study.result(&format!("train --image scan0.nii.gz --mask mask0.nii.gz {NETWORK} --epochs 1 --weights w.safetensors"));
    let weights = study.bytes("w.safetensors");
    std::fs::write(study.path("cut.safetensors"), &weights[..weights.len() - 8]).unwrap();
    let predict = |weights: &str, input: &str| {
        format!("predict --weights {weights} --input {input} --output p.nii.gz")
    };
    for (words, parts) in [
        (
            "train --image scan0.nii.gz --mask other.nii.gz --output net".to_owned(),
            ["16 × 4 × 18", "16 × 4 × 20"],
        ),
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz --depth 6 --output net".to_owned(),
            ["scan0.nii.gz", "too small"],
        ),
        (
            "train --image scan0.nii.gz --mask labels0.nii.gz --output net".to_owned(),
            ["labels0.nii.gz", "5"],
        ),
        (
            predict("bad.safetensors", "scan0.nii.gz"),
            ["bad.safetensors", ""],
        ),
        (
            predict("cut.safetensors", "scan0.nii.gz"),
            ["cut.safetensors", ""],
        ),
        (predict("w.safetensors", "cut.nii.gz"), ["cut.nii.gz", ""]),
        (
            predict("w.safetensors", "absent.nii.gz"),
            ["absent.nii.gz", "no such file"],
        ),
    ] {
        let error = study.fault(&words, 3);
        assert!(
            parts.iter().all(|part| error.contains(part)),
            "{parts:?} are not in: {error}"
        );
    }
    assert!(!study.path("p.nii.gz").exists());
}

#[test]
fn a_diverging_run_is_exit_code_1_and_says_what_to_change() {
    let study = Study::new();
    let error = study.fault(
        &format!("train {SCANS} --depth 2 --width 4 --learning-rate 1e38 --epochs 9 --output net"),
        1,
    );
    assert!(
        error.contains("not finite") && error.contains("lower learning_rate"),
        "{error}"
    );
}

#[test]
fn a_place_that_cannot_be_written_is_exit_code_4() {
    let study = Study::new();
    std::fs::write(study.path("file"), "").unwrap();
    let error = study.fault(
        &format!("train {SCANS} {NETWORK} --epochs 1 --output file/net"),
        4,
    );
    assert!(error.contains("cannot write"), "{error}");
}

#[test]
fn a_collapsed_network_is_a_result_with_its_status() {
    let study = Study::new();
    let words = format!(
        "train {SCANS} {NETWORK} --s 100000 --epochs 12 --weights w.safetensors --history h.parquet --json"
    );
    let output = study.run(&words);
    assert!(output.status.success());
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        line["result"]["status"]
            .as_str()
            .unwrap()
            .ends_with("_prediction"),
        "{line}"
    );
    assert!(text(&output.stderr).contains("has collapsed"));
    let history = parquet::read(&study.path("h.parquet")).unwrap();
    let status = history.texts("status").unwrap();
    assert_eq!(
        status.last().unwrap().as_deref(),
        line["result"]["status"].as_str()
    );
}

#[test]
fn the_specification_names_every_output_with_its_kind() {
    let study = Study::new();
    let output = study.run("spec");
    let spec: Value = serde_json::from_slice(&output.stdout).unwrap();
    let commands = spec["commands"].as_array().unwrap();
    let names: Vec<&str> = commands
        .iter()
        .map(|c| c["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["train", "predict", "import-weights"]);
    let kinds = |command: usize| -> Vec<(&str, &str)> {
        let outputs = commands[command]["outputs"].as_array().unwrap();
        outputs
            .iter()
            .map(|o| (o["name"].as_str().unwrap(), o["kind"].as_str().unwrap()))
            .collect()
    };
    let train = [
        ("output", "directory"),
        ("weights", "weights"),
        ("last", "weights"),
        ("history", "table"),
    ];
    assert_eq!(kinds(0), train);
    assert_eq!(
        kinds(1),
        [("output", "mask"), ("probabilities", "probabilities")]
    );
    assert_eq!(kinds(2), [("output", "weights")]);
}

#[test]
fn masks_of_our_own_weights_are_cleaned_by_our_own_variant_unless_told_otherwise() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 3 --weights w.safetensors"
    ));
    let masks = ["", "--postprocess rsom", "--postprocess none"].map(|words| {
        study.result(&format!(
            "predict --weights w.safetensors --input scan2.nii.gz --output p.nii.gz {words}"
        ));
        nifti::read_mask(&study.path("p.nii.gz")).unwrap()
    });
    assert_eq!(masks[0], masks[1]);
    assert_ne!(masks[0], masks[2]);
}

#[test]
fn imported_weights_segment_as_the_originals_and_say_where_they_come_from() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 2 --weights w.safetensors"
    ));
    // What PyTorch's users would have: the tensors without our metadata.
    let bytes = std::fs::read(study.path("w.safetensors")).unwrap();
    let tensors = rsom_nn::weights::from_bytes(&bytes).unwrap().tensors;
    let plain = rsom_nn::weights::to_bytes(&tensors, &Default::default()).unwrap();
    std::fs::write(study.path("plain.safetensors"), plain).unwrap();
    let imported = study.result("import-weights --input plain.safetensors --output i.safetensors");
    assert_eq!(imported["classes"], 1);
    let masks = ["plain", "i"].map(|name| {
        study.result(&format!(
            "predict --weights {name}.safetensors --input scan2.nii.gz --output p.nii.gz"
        ));
        nifti::read_mask(&study.path("p.nii.gz")).unwrap()
    });
    assert_eq!(masks[0], masks[1]);
    let metadata =
        rsom_nn::weights::from_bytes(&std::fs::read(study.path("i.safetensors")).unwrap());
    let provenance = &metadata.unwrap().metadata["rsom"];
    assert!(provenance.contains("import-weights") && provenance.contains("plain.safetensors"));
}
