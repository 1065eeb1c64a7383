//! The same bytes for any number of threads, and after an interruption.

use serde_json::Value;

use super::study::{NETWORK, SCANS, Study};

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
    let words = |output: &str| {
        format!(
            "train {SCANS} {NETWORK} --epochs 40 --s 100 --s-warm-up 0.5 --decay cosine --output {output} --quiet"
        )
    };
    study.result(&words("whole"));

    let mut child = study.command(&words("parts")).spawn().unwrap();
    let checkpoint = study.path("parts/checkpoint.safetensors");
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
    let signal = std::process::Command::new("kill")
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
    // A weights file is not a checkpoint.
    std::fs::copy(
        study.path("clean/last.safetensors"),
        study.path("stale/checkpoint.safetensors"),
    )
    .unwrap();
    let output = study.run(&format!("{run} --output stale"));
    let output = output.expect_code(0);
    output.expect_said(&["starts from the beginning"]);
    assert!(study.bytes("clean/weights.safetensors") == study.bytes("stale/weights.safetensors"));
}
