//! Exit codes and messages of errors.

use ndarray::Array3;
use rsom_formats::nifti;
use rsom_volume::{Grid, Mask, Spacing};

use super::study::{NETWORK, SCANS, Study};

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
            "train --image scan0.nii.gz --mask mask0.nii.gz --penalty total_variation --smoothness-window 7 --output net",
            "has no window",
        ),
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz --penalty-axes xy --batch-size 4 --output net",
            "batch_size of at least 5",
        ),
        (
            "train --image scan0.nii.gz --mask mask0.nii.gz --z-shift 0.2,0.1 --output net",
            "give the smaller shift first",
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
        error.contains("NaN or infinite") && error.contains("lower learning_rate"),
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
