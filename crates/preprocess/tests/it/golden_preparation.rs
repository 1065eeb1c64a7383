//! Raw scans against what the released preparation made of them (`golden/prep`): equal in every voxel.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::path::Path;

use rsom_formats::nifti::read_scan;
use rsom_io::rsom_mat;
use rsom_stage::Invocation;
use rsom_testing::{Folder, Program, shared};
use rsom_volume::Axes;
use rsom_volume::RawScan;
use rsom_volume::Scan;

const PREPROCESS: Program = Program::new(env!("CARGO_BIN_EXE_rsom-preprocess"));
const SCANS: [&str; 3] = [
    "R_20200102000001_EX0001",
    "R_20200103000002_EX0002",
    "R_20200104000003_PAT003_RL01",
];

/// Prepares a raw scan by the command line.
fn prepare(golden: &Path, output: &Path, command: &str, scan: &str, more: &[&str]) -> Scan {
    let raw = golden.join("raw");
    let stamp = scan.split('_').nth(1).unwrap();
    let surface = raw.join(format!("Surf_{stamp}_.mat"));
    let [lf, hf] = ["LF", "HF"].map(|c| text(&raw.join(format!("{scan}_{c}.mat"))));
    let (output_name, surface_name) = (text(output), text(&surface));
    let mut words = vec![
        command, "--recipe", "gerl2019", "--quiet", "--lf", &lf, "--hf", &hf,
    ];
    words.extend(["--output", &output_name]);
    words.extend(more);
    if surface.exists() {
        words.extend(["--surface", &surface_name]);
    }
    let message = PREPROCESS.done(".", words).stderr;
    assert_eq!(message.contains("NOT leveled"), !message.is_empty());
    read_scan(output).unwrap()
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// Red and green of a file of theirs are LF and HF.
fn assert_same(ours: &Scan, theirs: &Path) {
    let theirs = Axes::parse("zyx")
        .unwrap()
        .scan(read_scan(theirs).unwrap())
        .unwrap();
    assert_eq!(ours.grid().shape(), theirs.grid().shape());
    for channel in 0..2 {
        assert_eq!(ours.channel(channel), theirs.channel(channel), "{channel}");
    }
}

#[test]
fn scans_for_the_layer_are_theirs() {
    let Some(golden) = shared("golden/prep") else {
        return;
    };
    let folder = Folder::new();
    for scan in SCANS {
        let output = folder.join(format!("{scan}.nii.gz"));
        let ours = prepare(&golden, &output, "layer", scan, &[]);
        assert_same(&ours, &golden.join(format!("layer_prep/{scan}_rgb.nii.gz")));
    }
}

/// Preparation from our own NIfTI, in which a scan is imported: the same voxels as from the MATLAB files.
#[test]
fn imported_scans_are_prepared_as_theirs() {
    let Some(golden) = shared("golden/prep") else {
        return;
    };
    let folder = Folder::new();
    for scan in SCANS {
        let raw = |name: String| golden.join("raw").join(name);
        let channel = |end| rsom_mat::read_channel(&raw(format!("{scan}_{end}.mat"))).unwrap();
        let surface = raw(format!("Surf_{}_.mat", scan.split('_').nth(1).unwrap()));
        let read = RawScan {
            channels: [channel("LF"), channel("HF")],
            surface: surface
                .exists()
                .then(|| rsom_mat::read_surface(&surface).unwrap()),
        };
        let imported = folder.join(format!("{scan}.nii.gz"));
        let invocation = Invocation::new("io", "0", "import rsom-mat");
        rsom_mat::save(&invocation, &imported, &read).unwrap();
        assert_eq!(rsom_mat::load(&imported).unwrap(), read);
        let output = folder.join("prepared.nii.gz");
        let words = ["layer", "--recipe", "gerl2019", "--quiet", "--input"];
        let files = [&text(&imported), "--output", &text(&output)];
        let message = PREPROCESS.done(".", [&words[..], &files].concat()).stderr;
        assert_eq!(message.contains("NOT leveled"), read.surface.is_none());
        let theirs = golden.join(format!("layer_prep/{scan}_rgb.nii.gz"));
        assert_same(&read_scan(&output).unwrap(), &theirs);
    }
}

#[test]
fn scans_for_the_vessels_are_theirs() {
    let Some(golden) = shared("golden/prep") else {
        return;
    };
    let folder = Folder::new();
    for scan in SCANS {
        let output = folder.join(format!("{scan}.nii.gz"));
        let layer = golden.join(format!("layer_mask/{scan}_pred.nii.gz"));
        let more = ["--layer", layer.to_str().unwrap()];
        let ours = prepare(&golden, &output, "vessel", scan, &more);
        let made = std::fs::read_dir(golden.join("vessel_prep")).unwrap();
        let theirs = made
            .map(|e| e.unwrap().path())
            .find(|path| path.to_string_lossy().contains(scan))
            .unwrap();
        assert_same(&ours, &theirs);
    }
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let Some(golden) = shared("golden/prep") else {
        return;
    };
    let folder = Folder::new();
    let raw = |name: &str| golden.join("raw").join(name).to_string_lossy().into_owned();
    let lf = raw("R_20200102000001_EX0001_LF.mat");
    let other = raw("R_20200103000002_EX0002_HF.mat");
    let surface = raw("Surf_20200102000001_.mat");
    for (words, code, part) in [
        (
            vec!["--hf", lf.as_str(), "--shifts", "s.nii.gz"],
            2,
            "--shifts needs --surface",
        ),
        (
            vec!["--hf", other.as_str()],
            3,
            "LF has [28, 17, 520] voxels along x, y, z, but HF has [21, 12, 140]",
        ),
        (vec!["--hf", surface.as_str()], 3, "there is no variable R"),
    ] {
        let layer = ["layer", "--quiet", "--lf", &lf, "--output", "out.nii.gz"];
        let finished = PREPROCESS.run(&folder, [&layer, &words[..]].concat());
        let error = finished.expect_code(code).error();
        assert!(error.contains(part), "{error}");
        assert!(!folder.join("out.nii.gz").exists());
    }
}
