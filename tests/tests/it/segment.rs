//! `rsom segment` from a folder of MATLAB files and two state dicts to masks, figures and a table. Broken scans are reported
//! and do not affect other scans. Results that are up to date are not computed again.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rsom_testing::{Finished, Folder, shared};

use crate::RSOM;

const FIRST: &str = "R_20200102000001_EX0001";
const SECOND: &str = "R_20200103000002_EX0002";
const THIRD: &str = "R_20200104000003_PAT003_RL01";

/// A folder with copies of the raw reference scans in `in`, and the words that segment them.
fn study(golden: &Path) -> (Folder, Vec<String>) {
    let folder = Folder::new();
    let input = folder.join("in");
    std::fs::create_dir(&input).unwrap();
    for entry in std::fs::read_dir(golden.join("prep/raw")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(input.join(path.file_name().unwrap()), bytes).unwrap();
    }
    let weights = |name: &str| golden.join("chain").join(name).display().to_string();
    let words = [
        "segment",
        "--input",
        "in",
        "--output",
        "out",
        "--threshold",
        "0.6",
        "--layer-weights",
        &weights("layer_unet_depth2_wf6.pt"),
        "--vessel-weights",
        &weights("vessel_dvn_groupnorm.pt"),
    ];
    (folder, words.map(str::to_owned).to_vec())
}

fn segment(folder: &Path, words: &[String]) -> Finished {
    RSOM.run(folder, words)
}

/// Scan, cut depth and vessel voxels of each row of the table.
fn rows(folder: &Path) -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(folder.join("out/scans.csv")).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let place = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let [scan, cut, vessels] = ["scan", "cut_depth_vox", "vessel_voxels"].map(place);
    let cell = |row: &Vec<&str>, column: usize| row[column].to_owned();
    lines
        .map(|row| (cell(&row, scan), cell(&row, cut), cell(&row, vessels)))
        .collect()
}

fn row(scan: &str, cut: &str, vessels: &str) -> (String, String, String) {
    (scan.to_owned(), cut.to_owned(), vessels.to_owned())
}

/// Cut depths and numbers of vessel voxels are those of the released pipeline (`chain.json`).
#[test]
fn a_folder_of_scans_is_segmented_as_the_released_pipeline_does_and_only_once() {
    let Some(golden) = shared("golden") else {
        return;
    };
    let (folder, words) = study(&golden);
    let folder = &folder;
    let done = segment(folder, &words).expect_code(0);
    for line in ["[1/3] ", "[3/3] ", "no Surf_20200104000003_.mat"] {
        assert!(done.stderr.contains(line), "{}", done.stderr);
    }
    let expected = [
        row(FIRST, "67.0", "14867.0"),
        row(SECOND, "64.0", "6778.0"),
        row(THIRD, "65.0", "5089.0"),
    ];
    assert_eq!(rows(folder), expected);
    for scan in [FIRST, SECOND, THIRD] {
        let picture = std::fs::read(folder.join(format!("out/pictures/{scan}.png"))).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
    }
    let again = segment(folder, &words).expect_code(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);
    // What it ran is there to be run by hand.
    let set = |name: &str, index: usize| format!("{name}={}", words[index]);
    let (layer, vessel) = (set("layer_weights", 8), set("vessel_weights", 10));
    let by_hand = [
        "run",
        "out/released.yaml",
        "--manifest",
        "out/scans.yaml",
        "--data",
        "in",
        "--workdir",
        "out",
        "--set",
        &layer,
        "--set",
        &vessel,
        "--set",
        "threshold=0.6",
    ];
    let by_hand = RSOM.done(folder, by_hand);
    assert!(
        by_hand.stderr.contains("nothing to do"),
        "{}",
        by_hand.stderr
    );
}

#[test]
fn a_broken_scan_and_a_missing_partner_are_reported_and_affect_no_other_scan() {
    let Some(golden) = shared("golden") else {
        return;
    };
    let (folder, words) = study(&golden);
    let folder = &folder;
    let hf = folder.join(format!("in/{FIRST}_HF.mat"));
    let whole = std::fs::read(&hf).unwrap();
    std::fs::write(&hf, &whole[..whole.len() / 2]).unwrap();
    let partner = folder.join(format!("in/{THIRD}_HF.mat"));
    std::fs::remove_file(partner).unwrap();
    let done = segment(folder, &words).expect_code(3);
    for part in [
        format!("{FIRST} … failed in 'prepare_layer'"),
        format!("error: prepare_layer {FIRST}: exit code 3"),
        format!("{FIRST}_HF.mat: MATLAB"),
        format!("{THIRD}_LF.mat has no partner {THIRD}_HF.mat"),
    ] {
        assert!(done.stderr.contains(&part), "{part}: {}", done.stderr);
    }
    assert_eq!(rows(folder), [row(SECOND, "64.0", "6778.0")]);
    // When the file is whole again, its scan is done and comes into the table.
    std::fs::write(&hf, &whole).unwrap();
    segment(folder, &words).expect_code(3);
    assert_eq!(rows(folder).len(), 2);
}

#[test]
fn when_every_scan_fails_no_table_of_earlier_ones_stays_and_a_replaced_file_is_seen() {
    let Some(golden) = shared("golden") else {
        return;
    };
    let (folder, words) = study(&golden);
    let folder = &folder;
    for scan in [FIRST, THIRD] {
        for channel in ["LF", "HF"] {
            std::fs::remove_file(folder.join(format!("in/{scan}_{channel}.mat"))).unwrap();
        }
    }
    segment(folder, &words).expect_code(0);
    assert_eq!(rows(folder).len(), 1);
    let lf = folder.join(format!("in/{SECOND}_LF.mat"));
    let whole = std::fs::read(&lf).unwrap();
    std::fs::write(&lf, &whole[..whole.len() / 2]).unwrap();
    let done = segment(folder, &words).expect_code(3);
    assert!(!folder.join("out/scans.csv").exists(), "{}", done.stderr);
    // A file that comes with an old date in place of another.
    std::fs::write(folder.join("old.mat"), &whole).unwrap();
    let old = std::fs::File::options()
        .write(true)
        .open(folder.join("old.mat"));
    let date = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    old.unwrap().set_modified(date).unwrap();
    std::fs::rename(folder.join("old.mat"), &lf).unwrap();
    segment(folder, &words).expect_code(0);
    assert_eq!(rows(folder), [row(SECOND, "64.0", "6778.0")]);
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let Some(golden) = shared("golden") else {
        return;
    };
    let (folder, words) = study(&golden);
    let folder = &folder;
    let mut child = RSOM
        .command(folder, &words)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // As soon as the first scan has its mask, the rest is cut off.
    let first = folder.join(format!("out/layer/{FIRST}_layer.nii.gz"));
    let started = Instant::now();
    while !first.exists() && started.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.join("out/scans.csv").exists());
    segment(folder, &words).expect_code(0);
    assert_eq!(rows(folder).len(), 3);
}

#[test]
fn what_cannot_be_is_said_before_anything_is_done() {
    let Some(golden) = shared("golden") else {
        return;
    };
    let (folder, words) = study(&golden);
    let folder = &folder;
    std::fs::create_dir(folder.join("empty")).unwrap();
    let with = |place: usize, value: &str| {
        let mut words = words.clone();
        words[place] = value.to_owned();
        words
    };
    for (words, code, says) in [
        (with(2, "empty"), 3, "there are no files R_"),
        (with(2, "gone"), 3, "gone"),
        (with(8, "gone.pt"), 3, "gone.pt: there is no such file"),
        (with(6, "much"), 2, "much"),
    ] {
        let done = segment(folder, &words).expect_code(code);
        assert!(done.stderr.contains(says), "{}", done.stderr);
        assert!(!folder.join("out").exists());
    }
}

#[test]
fn the_example_of_frangis_filter_finds_about_as_much_as_a_phantom_has() {
    let folder = Folder::new();
    let help = RSOM.done(&folder, "frangi predict --help").stdout;
    let words: Vec<&str> = help.split_whitespace().collect();
    let example = "--sigma-um 12,24 --low 0.01 --high 0.2";
    assert!(words.join(" ").contains(example), "{help}");
    RSOM.done(
        &folder,
        "phantom scan --seed 1 --shape 128,64,256 --image i.nii.gz --layer l.nii.gz --vessels v.nii.gz",
    );
    RSOM.done(
        &folder,
        "preprocess mask-layer --image i.nii.gz --layer l.nii.gz --output m.nii.gz",
    );
    RSOM.done(
        &folder,
        format!("frangi predict {example} --input m.nii.gz --output p.nii.gz"),
    );
    let words = "metrics evaluate --reference v.nii.gz --prediction p.nii.gz --output e.parquet --measures overlap";
    let found = RSOM.result(&folder, words);
    let share = |name: &str| found[name].as_f64().unwrap();
    // Found voxels over true ones.
    let excess = share("recall") / share("precision");
    assert!((0.5..2.0).contains(&excess), "{excess}: {found}");
    assert!(share("dice") > 0.6, "{found}");
}
