//! The binary `rsom-io`: exit codes, one clear line, outputs whole or not at all.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::nifti::{read_mask, read_scan};
use rsom_io::sidecar::Sidecar;
use rsom_testing::{Folder, Program, golden, shared};
use rsom_volume::Spacing;

use crate::common::Nifti;

const RSOM_IO: Program = Program::new(env!("CARGO_BIN_EXE_rsom-io"));

fn folder_with(files: &[(&str, Vec<u8>)]) -> Folder {
    let folder = Folder::new();
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    folder
}

/// The original pipeline's kind of file: RGB24, axes z, y, x, identity affine, unknown units.
fn rgb_zyx() -> Vec<u8> {
    let data = (0..4 * 3 * 2 * 3).collect();
    let mut nifti = Nifti::new(&[4, 3, 2], 128, 24, data);
    nifti.pixdim = [1.0; 8];
    nifti.units = 0;
    nifti.srow = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    nifti.file()
}

#[test]
fn convert_turns_axes_selects_channels_and_sets_the_voxel_size() {
    let folder = folder_with(&[("rgb.nii", rgb_zyx())]);
    let line = RSOM_IO.result(
        &folder,
        [
            "convert",
            "--input",
            "rgb.nii",
            "--output",
            "out/p.nii.gz",
            "--axes",
            "zyx",
            "--channels",
            "R,G",
            "--channel-names",
            "LF,HF",
            "--spacing-mm",
            "0.012,0.012,0.003",
        ],
    );
    assert_eq!(line["shape"], serde_json::json!([2, 3, 4]));
    let path = folder.join("out/p.nii.gz");
    let scan = read_scan(&path).unwrap();
    assert_eq!(scan.grid().spacing(), Spacing::RSOM);
    assert_eq!(scan.grid().affine()[2], [0.0, 0.0, -0.003, 0.0]);
    // Stored voxel (z, y, x) = (3, 1, 1) is number 3 + 4·1 + 12·1; its green value is the second of three.
    assert_eq!(scan.intensities()[[1, 1, 3, 1]], (3 * 19 + 1) as f32);
    let sidecar = Sidecar::read(&path).unwrap().unwrap();
    assert_eq!(sidecar.channels.unwrap(), ["LF", "HF"]);
    assert_eq!(sidecar.provenance.unwrap()["command"], "convert");
}

#[test]
fn convert_changes_the_type_only_when_no_voxel_changes() {
    let folder = folder_with(&[("a.nii", Nifti::bytes(&[4, 3, 2]).file())]);
    RSOM_IO.result(
        &folder,
        [
            "convert", "--input", "a.nii", "--output", "b.nii.gz", "--type", "float32",
        ],
    );
    RSOM_IO.result(
        &folder,
        [
            "convert", "--input", "b.nii.gz", "--output", "c.nii", "--type", "uint8",
        ],
    );
    let same = |name: &str| read_scan(&folder.join(name)).unwrap();
    assert_eq!(same("a.nii"), same("c.nii"));
    let mut halves = Nifti::bytes(&[4]);
    halves.slope = 0.5;
    std::fs::write(folder.join("h.nii"), halves.file()).unwrap();
    let (code, message) = RSOM_IO.failed(
        &folder,
        [
            "convert", "--input", "h.nii", "--output", "d.nii", "--type", "uint8",
        ],
    );
    assert_eq!(code, 4);
    assert!(
        message.contains("the intensity 0.5 cannot be stored as uint8"),
        "{message}"
    );
    assert!(!folder.join("d.nii").exists());
}

#[test]
fn non_finite_voxels_are_refused_or_replaced() {
    let data = [1.0_f32, f32::NAN]
        .iter()
        .flat_map(|v| v.to_le_bytes())
        .collect();
    let folder = folder_with(&[("n.nii", Nifti::new(&[2], 16, 32, data).file())]);
    let words = ["convert", "--input", "n.nii", "--output", "o.nii"];
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(
        (code, message.trim()),
        (
            3,
            "error: io convert: n.nii: 1 voxels are NaN and 0 infinite; 'rsom io convert --replace-non-finite VALUE' replaces them"
        )
    );
    let line = RSOM_IO.result(
        &folder,
        [&words[..], &["--replace-non-finite", "0"]].concat(),
    );
    assert_eq!(line["replaced"], 1);
}

#[test]
fn masks_and_labels_convert_as_what_they_are() {
    let mask = Nifti::new(&[4], 2, 8, vec![0, 255, 255, 0]);
    let folder = folder_with(&[
        ("m.nii", mask.file()),
        ("three.nii", Nifti::bytes(&[3]).file()),
    ]);
    RSOM_IO.result(
        &folder,
        [
            "convert",
            "--input",
            "m.nii",
            "--output",
            "m1.nii.gz",
            "--kind",
            "mask",
        ],
    );
    assert_eq!(read_mask(&folder.join("m1.nii.gz")).unwrap().count(), 2);
    RSOM_IO.result(
        &folder,
        [
            "convert",
            "--input",
            "three.nii",
            "--output",
            "l.nii.gz",
            "--kind",
            "labels",
        ],
    );
    let (code, message) = RSOM_IO.failed(
        &folder,
        [
            "convert",
            "--input",
            "three.nii",
            "--output",
            "x.nii",
            "--kind",
            "mask",
        ],
    );
    assert_eq!(code, 3);
    assert!(
        message.contains(
            "three.nii: it is not a binary mask: in addition to 0 it has the values 1, 2"
        ),
        "{message}"
    );
    let (code, _) = RSOM_IO.failed(
        &folder,
        [
            "convert", "--input", "m.nii", "--output", "x.nii", "--kind", "mask", "--type", "uint8",
        ],
    );
    assert_eq!(code, 2);
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = folder_with(&[("a.nii", Nifti::bytes(&[4, 3, 2]).file())]);
    for words in [
        &["--axes", "zzz"][..],
        &["--spacing-mm", "0,1,1"],
        &["--channel-names", "a,b"],
        &["--type", "uint7"],
    ] {
        let line = [
            &["convert", "--input", "a.nii", "--output", "o.nii"][..],
            words,
        ]
        .concat();
        assert_eq!(RSOM_IO.failed(&folder, &line).0, 2, "{words:?}");
    }
    assert_eq!(
        RSOM_IO
            .failed(
                &folder,
                ["convert", "--input", "a.nii", "--output", "o.txt"]
            )
            .0,
        2
    );
}

#[test]
fn a_sidecar_that_rsom_did_not_write_is_never_overwritten() {
    let folder = folder_with(&[
        ("a.nii", Nifti::bytes(&[4, 3, 2]).file()),
        ("o.json", b"{\"EchoTime\": 1}".to_vec()),
    ]);
    let words = ["convert", "--input", "a.nii", "--output", "o.nii.gz"];
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 4);
    assert!(
        message.contains("o.json: the file exists and was not written by rsom"),
        "{message}"
    );
    assert!(!folder.join("o.nii.gz").exists());
    std::fs::remove_file(folder.join("o.json")).unwrap();
    RSOM_IO.result(&folder, words);
    // One of ours may be replaced.
    RSOM_IO.result(&folder, words);
}

#[test]
fn the_same_conversion_gives_the_same_bytes() {
    let folder = folder_with(&[("a.nii", Nifti::bytes(&[4, 3, 2]).file())]);
    let bytes = |name: &str, threads: &str| {
        let output = format!("{name}/o.nii.gz");
        RSOM_IO.result(
            &folder,
            [
                "convert",
                "--input",
                "a.nii",
                "--output",
                &output,
                "--threads",
                threads,
            ],
        );
        let read = |ending: &str| std::fs::read(folder.join(name).join(ending)).unwrap();
        (read("o.nii.gz"), read("o.json"))
    };
    assert_eq!(bytes("one", "1"), bytes("two", "4"));
}

#[test]
fn an_unwritable_output_is_exit_code_4_and_leaves_nothing() {
    let folder = folder_with(&[("a.nii", Nifti::bytes(&[4, 3, 2]).file()), ("file", vec![])]);
    let (code, message) = RSOM_IO.failed(
        &folder,
        ["convert", "--input", "a.nii", "--output", "file/o.nii"],
    );
    assert_eq!(code, 4, "{message}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
}

#[test]
fn inspect_says_shape_spacing_type_range_and_hash() {
    let folder = folder_with(&[("a.nii", Nifti::bytes(&[4, 3, 2]).file())]);
    let line = RSOM_IO.result(&folder, ["inspect", "a.nii"]);
    let result = &line;
    assert_eq!(result["format"], "NIfTI-1");
    assert_eq!(result["shape"], serde_json::json!([4, 3, 2]));
    assert_eq!(result["spacing_mm"], serde_json::json!([2.0, 2.0, 2.0]));
    assert_eq!(result["type"], "uint8");
    assert_eq!(result["range"], serde_json::json!([0, 23]));
    assert_eq!(result["nan"], 0);
    let bytes = Nifti::bytes(&[4, 3, 2]).file();
    assert_eq!(result["sha256"], rsom_stage::fingerprint::of_bytes(&bytes));
    let text = RSOM_IO.run(&folder, ["inspect", "a.nii"]).stdout;
    assert!(text.contains("spacing_mm    2.0, 2.0, 2.0"), "{text}");
}

#[test]
fn inspect_doubts_what_a_person_should_look_at() {
    let mut nifti = Nifti::bytes(&[120, 1, 1]);
    nifti.pixdim = [1.0; 8];
    nifti.srow = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 5.0];
    let folder = folder_with(&[("a.nii", nifti.file())]);
    let result = RSOM_IO.result(&folder, ["inspect", "a.nii"]);
    assert_eq!(result["orientation"], "RAS");
    for (doubt, part) in [(0, "upside down"), (1, "120 × 1 × 1 mm")] {
        let doubt = result["doubts"][doubt].as_str().unwrap();
        assert!(doubt.contains(part), "{doubt}");
    }
    // A broken sidecar is one more doubt: the volume itself is reported.
    folder.write("a.json", "{");
    let result = RSOM_IO.result(&folder, ["inspect", "a.nii"]);
    assert!(result["sidecar"].as_str().unwrap().contains("not read"));
    assert_eq!(result["shape"], serde_json::json!([120, 1, 1]));
}

#[test]
fn convert_mends_a_voxel_size_that_is_none() {
    let mut nifti = Nifti::bytes(&[2, 3, 4]);
    (nifti.pixdim[1], nifti.sform_code) = (-0.5, 0);
    let folder = folder_with(&[("a.nii", nifti.file())]);
    let words = ["convert", "--input", "a.nii", "--output", "b.nii.gz"];
    let (code, message) = RSOM_IO.failed(&folder, words);
    assert_eq!(code, 3);
    assert!(
        message.contains("pixdim[1] is -0.5") && message.contains("--spacing-mm"),
        "{message}"
    );
    for kind in ["volume", "labels"] {
        let mend = ["--spacing-mm", "0.5,2,2", "--kind", kind];
        RSOM_IO.result(&folder, [&words[..], &mend].concat());
        let spacing = RSOM_IO.result(&folder, ["inspect", "b.nii.gz"])["spacing_mm"].clone();
        assert_eq!(spacing, serde_json::json!([0.5, 2.0, 2.0]));
    }
}

#[test]
fn inspect_reads_weights_without_running_anything() {
    let header =
        br#"{"__metadata__":{"tool":"x"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#;
    let mut good = (header.len() as u64).to_le_bytes().to_vec();
    good.extend(header);
    good.extend([0; 24]);
    let folder = folder_with(&[
        ("w.safetensors", good.clone()),
        ("short.safetensors", good[..good.len() - 4].to_vec()),
        ("lying.safetensors", u64::MAX.to_le_bytes().to_vec()),
        ("cut.pt", b"PK\x03\x04 nothing more".to_vec()),
    ]);
    let line = RSOM_IO.result(&folder, ["inspect", "w.safetensors"]);
    assert_eq!(line["parameters"], 6);
    for (name, fault) in [
        (
            "short.safetensors",
            "the tensors take 24 bytes, but 20 follow",
        ),
        (
            "lying.safetensors",
            "its header of 18446744073709551615 bytes is longer than the file",
        ),
        ("cut.pt", "its directory is broken or missing"),
    ] {
        let (code, message) = RSOM_IO.failed(&folder, ["inspect", name]);
        assert_eq!(code, 3);
        assert!(
            message.contains(name) && message.contains(fault),
            "{message}"
        );
    }
}

#[test]
fn every_real_file_gives_information_or_exit_code_3() {
    let mut folders = vec![golden("nets")];
    folders.extend(shared("data/formats"));
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    let mut known = 0;
    for path in &files {
        match rsom_io::inspect::inspect(path) {
            Ok(report) => {
                known += 1;
                assert_eq!(report.get("sha256").unwrap().as_str().unwrap().len(), 64);
            }
            Err(error) => {
                assert_eq!(error.exit_code() as u8, 3, "{error}");
                assert!(error.to_string().starts_with(&path.display().to_string()));
            }
        }
    }
    assert!(known > files.len() / 2, "{known} of {}", files.len());
}
