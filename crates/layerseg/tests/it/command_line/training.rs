//! Training and prediction: outputs, defaults, warnings.

use rsom_formats::nifti;
use rsom_formats::table::parquet;
use rsom_stage::fingerprint;
use serde_json::Value;

use super::study::{NETWORK, SCANS, Study};

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
        rsom_weights::from_bytes(&study.bytes(name))
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
        let weights = rsom_weights::from_bytes(&study.bytes("w.safetensors")).unwrap();
        for provenance in [weights.metadata.provenance().unwrap(), &stated["rsom"]] {
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
        output
            .expect_code(0)
            .stderr
            .lines()
            .filter(|line| line.contains("moves the layer out of the volume"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let said = warnings("0.9,0.9");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("z_shift 0.9,0.9") && said[0].contains("8 of 8"),
        "{said:?}"
    );
    assert_eq!(warnings("-0.1,0.1").len(), 0);
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
        rsom_weights::from_bytes(&study.bytes(name))
            .unwrap()
            .metadata
            .provenance()
            .unwrap()
            .to_owned()
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
fn a_collapsed_network_is_a_result_with_its_status() {
    let study = Study::new();
    let words = format!(
        "train {SCANS} {NETWORK} --s 100000 --epochs 12 --weights w.safetensors --history h.parquet --json"
    );
    let output = study.run(&words);
    let output = output.expect_code(0);
    let line = output.json();
    assert!(
        line["result"]["status"]
            .as_str()
            .unwrap()
            .ends_with("_prediction"),
        "{line}"
    );
    output.expect_said(&["has collapsed"]);
    let history = parquet::read(&study.path("h.parquet")).unwrap();
    let status = history.texts("status").unwrap();
    assert_eq!(
        status.last().unwrap().as_deref(),
        line["result"]["status"].as_str()
    );
}

#[test]
fn the_history_states_how_s_grows_and_the_best_epoch_comes_after_that() {
    let study = Study::new();
    study.result(&format!(
        "train {SCANS} {NETWORK} --epochs 8 --s 100 --s-warm-up 0.5 --output net"
    ));
    let history = parquet::read(&study.path("net/history.parquet")).unwrap();
    let s = history.numbers("s").unwrap();
    // Two steps in an epoch, one for each scan: the last step of epoch n is number 2n − 1 of 16, counted from 0.
    for (epoch, s) in (1..).zip(s) {
        let expected = 100_f64.powf(f64::min(f64::from(2 * epoch - 1) / 8.0, 1.0));
        assert!(
            (s.unwrap() - expected).abs() < 1e-9 * expected,
            "{epoch}: {s:?}"
        );
    }
    let best = history.booleans("best").unwrap();
    let best = best.iter().position(|best| *best == Some(true)).unwrap();
    assert!((3..8).contains(&best), "{best}");
    // The losses are those with the final s.
    let at = |name: &str| history.numbers(name).unwrap()[0].unwrap();
    for side in ["train", "validation"] {
        let [loss, bce, smoothness] =
            ["loss", "bce", "smoothness"].map(|term| at(&format!("{side}_{term}")));
        assert!((loss - bce - 100.0 * smoothness).abs() < 1e-9 * loss);
    }
}

/// The result of a short training, and what it logged.
fn trained(study: &Study, flags: &str) -> (Value, String) {
    let words =
        format!("train {SCANS} {NETWORK} --epochs 2 {flags} --weights w.safetensors --json");
    let finished = study.run(&words).expect_code(0);
    let result = finished.json()["result"].take();
    (result, finished.stderr)
}

#[test]
fn each_penalty_and_bias_gives_other_weights_and_the_same_flags_the_same() {
    let study = Study::new();
    let mut seen = Vec::new();
    for flags in [
        "--s 5",
        "--s 5 --penalty total_variation",
        "--s 5 --penalty-axes xy --smoothness-window 3 --batch-size 4",
        "--s 5 --output-bias share",
    ] {
        let weights = || {
            trained(&study, flags);
            study.bytes("w.safetensors")
        };
        let (first, again) = (weights(), weights());
        assert!(first == again, "{flags}");
        assert!(!seen.contains(&first), "{flags}");
        seen.push(first);
    }
}

#[test]
fn a_large_s_from_the_start_is_warned_of_with_the_balance_of_the_masks() {
    let study = Study::new();
    let (result, stderr) = trained(&study, "--s 0");
    let balance = result["s_balance"].as_f64().unwrap();
    assert!(balance > 1.0 && !stderr.contains("s_warm_up"), "{balance}");
    for (flags, is_warned) in [
        (format!("--s {}", 0.9 * balance), false),
        (format!("--s {}", 1.1 * balance), true),
        (format!("--s {} --s-warm-up 0.5", 1.1 * balance), false),
    ] {
        let (_, stderr) = trained(&study, &flags);
        let is_told = stderr.contains("a constant mask costs less than the reference masks");
        assert_eq!(is_told, is_warned, "{flags}: {stderr}");
    }
}
