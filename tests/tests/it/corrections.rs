//! Masks corrected by hand: later steps use them, the run records them, and `rsom corrections` says what they did.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

use ndarray::s;
use rsom_formats::nifti;
use rsom_testing::{Finished, Folder, Words};
use rsom_volume::{LabelMap, Mask};
use serde_json::Value;

use crate::RSOM;

/// Masks of two scans, in two variants each, compared with themselves: all scores are 1 until one is corrected.
const PIPELINE: &str = "
name: corrected
manifest: scans.yaml
stages:
  truth:
    uses: phantom scan
    foreach: scan
    with: { seed: \"${scan.seed}\", shape: [24, 4, 64] }
    out: { image: \"truth/${scan.id}_image.nii.gz\", layer: \"truth/${scan.id}.nii.gz\" }
  guess:
    uses: phantom scan
    foreach: scan
    with: { seed: \"${scan.seed}\", shape: [24, 4, 64] }
    out: { image: \"guess/${scan.id}_image.nii.gz\", layer: \"guess/${scan.id}.nii.gz\" }
  twice:
    uses: phantom scan
    foreach: scan
    matrix: { n: [1, 2] }
    with: { seed: \"${scan.seed}\", shape: [24, 4, 64] }
    out: { image: \"twice/${scan.id}_n${n}_image.nii.gz\", layer: \"twice/${scan.id}_n${n}.nii.gz\" }
  evaluate:
    uses: metrics evaluate
    foreach: scan
    in: { reference: truth.layer, prediction: guess.layer }
    with: { subject: \"${scan.subject}\", scan: \"${scan.id}\" }
    out: { output: \"measures/${scan.id}.parquet\" }
";

fn study() -> Folder {
    let folder = Folder::new();
    folder.write("study.yaml", PIPELINE);
    folder.write(
        "scans.yaml",
        "name: two\nscans:\n- {id: A, subject: a, attributes: {seed: 1}}\n- {id: B, subject: b, attributes: {seed: 2}}\n",
    );
    RSOM.done(&folder, RUN);
    folder
}

const RUN: [&str; 4] = ["run", "study.yaml", "--workdir", "out"];
const DIFF: [&str; 5] = ["corrections", "diff", "study.yaml", "--workdir", "out"];

/// Writes the mask of a scan without its first half along x; returns the number of removed voxels.
fn correct(folder: &Folder, original: &str, corrected: &str) -> usize {
    let mask = nifti::read_mask(&folder.join(original)).unwrap();
    let (grid, mut voxels) = mask.into_parts();
    let before = voxels.iter().filter(|v| **v).count();
    voxels.slice_mut(s![..12, .., ..]).fill(false);
    let after = voxels.iter().filter(|v| **v).count();
    let path = folder.join(corrected);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    nifti::write_mask(&path, &Mask::new(grid, voxels).unwrap()).unwrap();
    before - after
}

fn report(folder: &Folder) -> Value {
    serde_json::from_str(&folder.text("out/run.json")).unwrap()
}

fn ran(done: &Finished) -> Vec<&str> {
    let lines = done.stderr.lines().filter(|line| line.starts_with('['));
    lines
        .filter_map(|line| line.split("] ").nth(1)?.split(" …").next())
        .collect()
}

#[test]
fn later_steps_use_a_corrected_mask_and_everything_is_recorded() {
    let folder = study();
    let original = folder.bytes("out/guess/B.nii.gz");
    let removed = correct(&folder, "out/guess/B.nii.gz", "corrections/guess/B.nii.gz");
    folder.write("corrections/guess/B.txt", "Left half is hair. AB\n");
    let done = RSOM.done(&folder, RUN);
    // Only what reads the mask runs again; the output stays.
    assert_eq!(ran(&done), ["evaluate B"], "{}", done.stderr);
    done.expect_said(&["guess.layer: 1 of 2 files are corrected by hand"]);
    assert_eq!(folder.bytes("out/guess/B.nii.gz"), original);
    let corrections = &report(&folder)["corrections"];
    assert_eq!(corrections.as_array().unwrap().len(), 1);
    let entry = &corrections[0];
    assert_eq!(entry["note"], "Left half is hair. AB");
    assert_eq!(entry["task"], "guess B");
    assert_eq!(entry["sha256"].as_str().unwrap().len(), 64);
    assert_ne!(entry["sha256"], entry["original_sha256"]);
    let listed = RSOM.done(
        &folder,
        ["corrections", "list", "study.yaml", "--workdir", "out"],
    );
    for said in [
        "guess.layer: 1 of 2 files",
        "guess B: ",
        "note: Left half is hair. AB",
    ] {
        assert!(listed.stdout.contains(said), "{said}: {}", listed.stdout);
    }
    // The original was the reference itself: Dice 1 becomes that of half a mask.
    let diff = RSOM.done(&folder, DIFF).stdout;
    assert!(
        diff.contains(&format!("voxels: 0 added, {removed} removed")),
        "{diff}"
    );
    assert!(diff.contains("    dice: 1.0000 → 0."), "{diff}");
    assert!(diff.contains("    recall: 1.0000 → 0."), "{diff}");
    assert!(!folder.join("out/.rsom/original").exists());
    // A program that writes 255 for "inside" changes no voxel; its file is not that of the run.
    let path = folder.join("corrections/guess/B.nii.gz");
    let mask = nifti::read_mask(&path).unwrap();
    let bright = mask.voxels().mapv(|inside| 255 * i32::from(inside));
    let bright = LabelMap::new(mask.grid().clone(), bright, BTreeMap::new()).unwrap();
    nifti::write_labels(&path, &bright).unwrap();
    let replaced = RSOM.done(&folder, DIFF).stdout;
    assert!(
        replaced.contains(&format!("voxels: 0 added, {removed} removed; Dice"))
            && replaced.contains("evaluate B: not run with this correction yet")
            && !replaced.contains("dice:"),
        "{replaced}"
    );
    // Without the file, all is as before.
    std::fs::remove_file(folder.join("corrections/guess/B.nii.gz")).unwrap();
    assert_eq!(ran(&RSOM.done(&folder, RUN)), ["evaluate B"]);
    assert_eq!(report(&folder)["corrections"], Value::Array(Vec::new()));
}

#[test]
fn an_option_names_a_correction_and_a_changed_original_is_noticed() {
    let folder = study();
    correct(&folder, "out/guess/A.nii.gz", "by.ab/mine.v2.nii.gz");
    let with: Vec<&str> = [&RUN[..], &["--correct", "guess:A=by.ab/mine.v2.nii.gz"]].concat();
    RSOM.done(&folder, with.clone())
        .expect_said(&["1 of 2 files are corrected by hand"]);
    // Another seed: another original, which the user has not seen.
    let changed = folder.text("scans.yaml").replace("seed: 1", "seed: 7");
    folder.write("scans.yaml", changed);
    RSOM.done(&folder, with).expect_said(&[
        "the output guess/A.nii.gz that it corrects has changed since; look at it again",
    ]);
}

fn refused(folder: &Folder, words: impl Words, code: i32, said: &str) {
    let (found, error) = RSOM.failed(folder, words);
    assert!(
        found == code && error.contains(said),
        "{said}: {found}: {error}"
    );
}

#[test]
fn what_corrects_nothing_is_refused_by_name() {
    let folder = study();
    let with = |word: &'static str| [&RUN[..], &["--correct", word]].concat();
    correct(&folder, "out/guess/A.nii.gz", "mine.nii.gz");
    refused(
        &folder,
        with("guess:C=mine.nii.gz"),
        2,
        "no output of step 'guess' of this kind is of a scan or has a name 'C'",
    );
    refused(
        &folder,
        with("twice:A_n3=mine.nii.gz"),
        2,
        "'A_n3' (did you mean 'A_n1'?)",
    );
    refused(
        &folder,
        with("gues:A=mine.nii.gz"),
        2,
        "the pipeline has no step 'gues' (did you mean 'guess'?)",
    );
    refused(
        &folder,
        with("guess:A=absent.nii.gz"),
        2,
        "there is no file",
    );
    refused(
        &folder,
        with("guess=mine.nii.gz"),
        2,
        "write STEP:NAME=FILE",
    );
    refused(
        &folder,
        with("twice:A=mine.nii.gz"),
        2,
        "name it as the one that it corrects, such as A_n1.nii.gz",
    );
    RSOM.done(&folder, with("twice:A_n2=mine.nii.gz"));
    // Another grid, and no mask at all.
    let grid = rsom_volume::Grid::new([5, 5, 5], rsom_volume::Spacing::RSOM).unwrap();
    let other = Mask::new(grid, ndarray::Array3::from_elem([5, 5, 5], true)).unwrap();
    nifti::write_mask(&folder.join("small.nii.gz"), &other).unwrap();
    refused(&folder, with("guess:A=small.nii.gz"), 3, "small.nii.gz");
    folder.write("broken.nii.gz", "no volume");
    refused(&folder, with("guess:A=broken.nii.gz"), 3, "broken.nii.gz");
    folder.write("corrections/A.nii.gz", "x");
    refused(&folder, RUN, 2, "it must lie in the folder of a step");
}

/// Two steps of two tasks each: outputs of one name in two folders, and one of them inside the other.
const FOLDERS: &str = "
name: folders
stages:
  guess:
    uses: phantom scan
    matrix: { seed: [1, 2] }
    with: { seed: \"${seed}\", shape: [24, 4, 64] }
    out: { image: \"images/${seed}.nii.gz\", layer: \"masks/${seed}/mask.nii.gz\" }
  inner:
    uses: phantom scan
    matrix: { place: [\"m\", \"x/m\"] }
    with: { seed: 3, shape: [24, 4, 64] }
    out: { image: \"inner/${place}/image.nii.gz\", layer: \"${place}/mask.nii.gz\" }
";

#[test]
fn folders_name_one_of_several_outputs_of_one_name() {
    let folder = Folder::new();
    folder.write("study.yaml", FOLDERS);
    RSOM.done(&folder, RUN);
    let list = |more: &[&str]| {
        let words = ["corrections", "list", "study.yaml", "--workdir", "out"];
        RSOM.run(&folder, [&words, more].concat())
    };
    correct(
        &folder,
        "out/masks/1/mask.nii.gz",
        "corrections/guess/mask.nii.gz",
    );
    list(&[]).expect_code(2).expect_said(&[
        "several such files of 'mask'; name it as the one that it corrects, such as 1/mask.nii.gz",
    ]);
    std::fs::remove_file(folder.join("corrections/guess/mask.nii.gz")).unwrap();
    correct(
        &folder,
        "out/masks/1/mask.nii.gz",
        "corrections/guess/1/mask.nii.gz",
    );
    folder.write("corrections/guess/1/mask.txt", "Hair. AB");
    // The whole path is that of one output, also where it ends that of another.
    correct(
        &folder,
        "out/m/mask.nii.gz",
        "corrections/inner/m/mask.nii.gz",
    );
    let listed = list(&[
        "--correct",
        "guess:masks/2/mask=corrections/guess/1/mask.nii.gz",
    ]);
    let lines: Vec<&str> = listed.stdout.lines().collect();
    let instead = |line: &str| line.split(" instead of ").nth(1).map(str::to_owned);
    let corrected: Vec<String> = lines.iter().filter_map(|line| instead(line)).collect();
    assert_eq!(
        corrected,
        [
            "masks/1/mask.nii.gz",
            "masks/2/mask.nii.gz",
            "m/mask.nii.gz"
        ],
        "{listed:?}"
    );
    assert!(listed.stdout.contains("note: Hair. AB"), "{listed:?}");
    correct(
        &folder,
        "out/masks/1/mask.nii.gz",
        "corrections/guess/3/mask.nii.gz",
    );
    list(&[])
        .expect_code(2)
        .expect_said(&["has a name '3/mask'"]);
}

#[test]
fn corrections_in_folders_are_in_a_bundle_where_they_were() {
    let folder = Folder::new();
    folder.write("study.yaml", FOLDERS);
    RSOM.done(&folder, RUN);
    correct(
        &folder,
        "out/masks/1/mask.nii.gz",
        "corrections/guess/1/mask.nii.gz",
    );
    folder.write("corrections/guess/1/mask.txt", "Hair. AB");
    RSOM.done(&folder, RUN);
    RSOM.done(
        &folder,
        [
            "bundle",
            "study.yaml",
            "--workdir",
            "out",
            "--output",
            "box",
        ],
    );
    let path = "corrections/guess/1/mask.nii.gz";
    assert_eq!(folder.bytes(path), folder.bytes(&format!("box/{path}")));
    let note = folder.text("box/corrections/guess/1/mask.txt");
    assert_eq!(note.trim(), "Hair. AB");
    let again = RSOM.done(&folder, ["reproduce", "box", "--output", "again"]);
    assert!(again.stdout.contains("the same in every byte"), "{again:?}");
}
