//! `manifest create`: says what it leaves out, deals folds fairly, and replaces nothing unasked.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, Program};

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

/// Twelve scans of twelve subjects, patients and controls enrolled in turn, with labels for all but one.
pub fn study() -> Folder {
    let folder = Folder::new();
    for n in 1..=12 {
        let group = ["control", "patient"][n % 2];
        folder.write(
            &format!("data/{group}/S{n:02}_1.nii.gz"),
            format!("scan {n}"),
        );
        if n != 7 {
            folder.write(
                &format!("data/{group}/S{n:02}_1_labels.nii.gz"),
                format!("labels {n}"),
            );
        }
    }
    folder
}

pub fn create<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let words = [
        "manifest",
        "create",
        "--input",
        "data",
        "--output",
        "study.yaml",
        "--name",
        "demo",
        "--files",
        "image={group}/{subject:word}_{visit:digits}.nii.gz",
        "--scan",
        "{subject}_{visit}",
    ];
    [&words[..], more].concat()
}

#[test]
fn what_is_left_out_is_said_and_folds_hold_every_group() {
    let folder = study();
    let all = [
        "--files",
        "labels={group}/{subject:word}_{visit:digits}_labels.nii.gz",
        "--folds",
        "3",
    ];
    folder.write("data/notes.txt", "notes");
    // Sidecars belong to their volumes.
    folder.write("data/patient/S01_1.json", "{}");
    let done = RSOM_IO.done(&folder, create(&all));
    done.clone().expect_said(&[
        "1 files match no pattern and are left out: notes.txt",
        "1 of 12 scans have no labels: S07_1",
    ]);
    let said = "23 of 24 files match: 12 scans of 12 subjects; \
                fold 0: 2 control, 2 patient; fold 1: 2 control, 2 patient; fold 2: 2 control, 2 patient";
    assert_eq!(done.stdout.trim(), said);
    let manifest = rsom_manifest::read(&folder.join("study.yaml")).unwrap();
    let scan = &manifest.scans[0];
    assert_eq!(scan.group.as_deref(), Some("patient"));
    assert_eq!(scan.attribute("visit").unwrap(), "1");
    // The folder is known: no --data is needed, also from elsewhere.
    assert_eq!(manifest.data, "data");
    let path = folder.join("study.yaml");
    let path = path.to_str().unwrap();
    let elsewhere = Folder::new();
    RSOM_IO.done(&elsewhere, ["manifest", "verify", path]);
}

#[test]
fn verify_names_files_that_the_manifest_does_not_know() {
    let folder = study();
    RSOM_IO.done(&folder, create(&[]));
    RSOM_IO
        .done(&folder, ["manifest", "verify", "study.yaml"])
        .expect_said(&["11 files of the folder look like those of the manifest, but are not in it: control/S02_1_labels.nii.gz"]);
}

#[test]
fn an_existing_manifest_is_replaced_only_with_force() {
    let folder = study();
    folder.write("study.yaml", "# mine\n");
    let (code, message) = RSOM_IO.failed(&folder, create(&[]));
    assert_eq!(code, 4);
    assert!(message.contains("--force"), "{message}");
    assert_eq!(folder.text("study.yaml"), "# mine\n");
    RSOM_IO.done(&folder, create(&["--force"]));
    assert!(folder.text("study.yaml").contains("S01_1"));
}

#[test]
fn another_fold_seed_deals_otherwise() {
    let folder = study();
    let folds = |seed: &str| {
        let more = ["--folds", "3", "--fold-seed", seed, "--force"];
        RSOM_IO.done(&folder, create(&more));
        let manifest = rsom_manifest::read(&folder.join("study.yaml")).unwrap();
        manifest
            .scans
            .iter()
            .map(|scan| scan.fold)
            .collect::<Vec<_>>()
    };
    assert_eq!(folds("1"), folds("1"));
    assert_ne!(folds("1"), folds("2"));
}

#[test]
fn an_odd_name_is_told_with_its_file_and_a_name_that_is_not_utf_8_as_such() {
    let folder = study();
    folder.write("data/control/S13 (copy)_1.nii.gz", "x");
    let pattern = ["--files", "image={group}/{subject}_{visit:digits}.nii.gz"];
    let mut words = create(&[]);
    words.truncate(8);
    let words = [&words[..], &pattern, &["--scan", "{subject}_{visit}"]].concat();
    let (code, error) = RSOM_IO.failed(&folder, words.clone());
    assert_eq!(code, 2);
    assert!(
        error.contains("S13 (copy)_1.nii.gz: 'S13 (copy)_1' is not a valid name")
            && error.contains("{subject:word}"),
        "{error}"
    );
    std::fs::remove_file(folder.join("data/control/S13 (copy)_1.nii.gz")).unwrap();
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::ffi::OsStrExt;
        let name = std::ffi::OsStr::from_bytes(b"data/control/S\xff_1.nii.gz");
        std::fs::write(folder.join(name), "x").unwrap();
        RSOM_IO
            .done(&folder, words)
            .expect_said(&["1 files are left out, because their names are not UTF-8"]);
    }
}
