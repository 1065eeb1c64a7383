//! `rsom store`: what a store holds, whether it is whole, and what may go.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::Folder;

use crate::RSOM;

const PIPELINE: &str = "
name: small
params: { seeds: [1, 2] }
stages:
  generate:
    uses: phantom scan
    matrix: { seed: \"${seeds}\" }
    with: { seed: \"${seed}\", shape: [16, 2, 64] }
    out: { image: \"scans/${seed}.nii.gz\", layer: \"scans/${seed}_layer.nii.gz\" }
";

fn used() -> Folder {
    let folder = Folder::new();
    folder.write("small.yaml", PIPELINE);
    for work in ["a", "b"] {
        RSOM.done(
            &folder,
            ["run", "small.yaml", "--workdir", work, "--store", "store"],
        );
    }
    folder
}

#[test]
fn outputs_from_a_store_are_those_of_the_run_with_sidecars_and_log() {
    let folder = used();
    for name in [
        "scans/1.nii.gz",
        "scans/1.json",
        "scans/2_layer.nii.gz",
        "scans/2_layer.json",
    ] {
        let bytes = |work: &str| folder.bytes(&format!("{work}/{name}"));
        assert_eq!(bytes("a"), bytes("b"), "{name}");
    }
    assert!(folder.text("b/run.json").contains("\"from_store\""));
    RSOM.done(
        &folder,
        ["log", "small.yaml", "--workdir", "b", "generate seed=2"],
    );
    let verified = RSOM.done(&folder, ["reproduce", "b", "--output", "c"]);
    assert!(
        verified.stdout.contains("are the same in every byte"),
        "{verified:?}"
    );
    // Reproducing takes nothing from a store.
    assert!(!folder.text("c/run.json").contains("\"from_store\""));
}

#[test]
fn a_store_is_listed_limited_and_swept_only_if_asked() {
    let folder = used();
    let listed = RSOM.done(&folder, ["store", "list", "store"]).stdout;
    assert!(
        listed.contains("small ") && listed.contains(" 2 tasks"),
        "{listed}"
    );
    RSOM.done(&folder, ["store", "limit", "store", "1.5 GB"]);
    let listed = RSOM.done(&folder, ["store", "list", "store"]).stdout;
    assert!(
        listed.ends_with("on the disk, at most 1.5 GB\n"),
        "{listed}"
    );
    RSOM.done(&folder, ["store", "limit", "store", "none"]);
    RSOM.done(&folder, ["store", "links", "store", "yes"]);
    assert!(
        folder
            .text("store/rsom-store.json")
            .contains("\"links\": true")
    );
    RSOM.done(&folder, ["store", "links", "store", "no"]);
    let gc = |words: &[&str]| RSOM.done(&folder, [&["store", "gc", "store"], words].concat());
    assert!(gc(&[]).stdout.starts_with("0 tasks and 0 files"));
    let only_listed = gc(&["--keep", "0"]);
    assert!(
        only_listed.stdout.contains("small: generate seed=1"),
        "{only_listed:?}"
    );
    assert!(
        only_listed
            .stderr
            .contains("nothing was removed; add --remove")
    );
    assert!(
        gc(&["--unused", "1", "--remove"])
            .stdout
            .starts_with("0 tasks")
    );
    let removed = gc(&["--keep", "0", "--remove"]).stdout;
    assert!(
        removed.contains("2 tasks and ") && removed.ends_with("; 0 B stay\n"),
        "{removed}"
    );
    let listed = RSOM.done(&folder, ["store", "list", "store"]).stdout;
    assert!(
        listed.contains(" 0 tasks       0 B on the disk"),
        "{listed}"
    );
    // Outputs in work folders stay.
    let again = RSOM.done(&folder, ["run", "small.yaml", "--workdir", "a"]);
    assert!(again.stderr.contains("nothing to do"), "{again:?}");
}

#[test]
fn damage_is_found_and_removed_if_asked() {
    let folder = used();
    let whole = RSOM.done(&folder, ["store", "verify", "store"]).stdout;
    assert_eq!(whole, "2 tasks: all outputs are whole\n");
    let contents = folder.join("store/files");
    let first = rsom_stage::folder::files(&contents).unwrap().remove(0).name;
    std::fs::remove_file(contents.join(&first)).unwrap();
    std::fs::write(contents.join(&first), "other").unwrap();
    let found = RSOM.run(&folder, ["store", "verify", "store"]);
    found.expect_code(1).expect_said(&[
        "1 of 2 tasks and 0 other files are damaged; a run that needs them makes them again",
    ]);
    let removed = RSOM
        .done(&folder, ["store", "verify", "store", "--remove"])
        .stdout;
    assert_eq!(removed, "removed 1 of 2 tasks and 0 other files\n");
    RSOM.done(&folder, ["store", "verify", "store"]);
    // A broken entry, and a content that no entry names.
    let entries = folder.join("store/tasks");
    let second = rsom_stage::folder::files(&entries).unwrap().remove(0).name;
    let bytes = std::fs::read(entries.join(&second)).unwrap();
    std::fs::write(entries.join(&second), "{").unwrap();
    RSOM.run(&folder, ["store", "verify", "store"])
        .expect_code(1)
        .expect_said(&["0 of 0 tasks and 1 other files are damaged"]);
    std::fs::write(entries.join(&second), bytes).unwrap();
    let ran = RSOM.done(
        &folder,
        ["run", "small.yaml", "--workdir", "d", "--store", "store"],
    );
    assert!(
        ran.stderr.contains("1 task run, 1 from the store"),
        "{ran:?}"
    );
}

#[test]
fn what_is_no_store_is_refused() {
    let folder = used();
    for (words, code) in [
        (vec!["store", "list", "a"], 3),
        (vec!["store", "gc", "missing"], 3),
        (vec!["store", "links", "store", "maybe"], 2),
        (vec!["store", "gc", "store", "--keep", "much"], 2),
        (vec!["store", "limit", "store"], 2),
        (vec!["run", "small.yaml", "--store", "a"], 3),
    ] {
        RSOM.run(&folder, words).expect_code(code);
    }
}
