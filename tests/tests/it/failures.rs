//! Bad input gives one clear line and the right exit code: no panic, no half-written and no overwritten file.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rsom_testing::{Folder, checkout, names, shared};

use crate::RSOM;

/// A folder with a small made-up scan and its layer.
fn scan() -> Folder {
    let folder = Folder::new();
    let words = "phantom scan --seed 1 --shape 24,4,48 --image image.nii.gz --layer layer.nii.gz";
    RSOM.done(&folder, words);
    folder
}

pub fn gunzipped(path: &Path) -> Vec<u8> {
    let output = Command::new("gzip").arg("-dc").arg(path).output().unwrap();
    output.stdout
}

#[test]
fn a_truncated_volume_is_named_and_leaves_nothing() {
    let folder = scan();
    let bytes = std::fs::read(folder.join("image.nii.gz")).unwrap();
    std::fs::write(folder.join("cut.nii.gz"), &bytes[..bytes.len() / 2]).unwrap();
    let before = names(&folder);
    let words = [
        "preprocess",
        "normalize",
        "--image",
        "cut.nii.gz",
        "--output",
        "out.nii.gz",
    ];
    RSOM.run(&folder, words)
        .expect_code(3)
        .expect_one_clear_line(&["cut.nii.gz"]);
    assert_eq!(names(&folder), before);
}

#[test]
fn nan_and_infinite_voxels_are_counted_and_refused() {
    let folder = scan();
    let mut bytes = gunzipped(&folder.join("image.nii.gz"));
    // Make the voxels single precision: datatype 16, 32 bits, and NaN and infinity among them.
    bytes[70..74].copy_from_slice(&[16, 0, 32, 0]);
    bytes.truncate(352);
    let mut voxels = vec![1.0_f32; 24 * 4 * 48 * 2];
    (voxels[5], voxels[9]) = (f32::NAN, f32::INFINITY);
    bytes.extend(voxels.iter().flat_map(|v| v.to_le_bytes()));
    std::fs::write(folder.join("nan.nii"), bytes).unwrap();
    let words = [
        "preprocess",
        "normalize",
        "--image",
        "nan.nii",
        "--output",
        "out.nii.gz",
    ];
    RSOM.run(&folder, words)
        .expect_code(3)
        .expect_one_clear_line(&["nan.nii", "1 voxels are NaN and 1 infinite"]);
    let inspected = RSOM
        .run(&folder, ["io", "inspect", "nan.nii", "--json"])
        .expect_code(0);
    assert!(inspected.stdout.contains("nan"), "{}", inspected.stdout);
}

#[test]
fn two_grids_that_differ_are_both_shown() {
    let folder = scan();
    let words =
        "phantom scan --seed 1 --shape 24,4,50 --image other.nii.gz --layer other_layer.nii.gz";
    RSOM.done(&folder, words);
    let words = [
        "metrics",
        "evaluate",
        "--reference",
        "layer.nii.gz",
        "--prediction",
        "other_layer.nii.gz",
        "--output",
        "m.parquet",
    ];
    RSOM.run(&folder, words)
        .expect_code(3)
        .expect_one_clear_line(&[
            "layer.nii.gz",
            "other_layer.nii.gz",
            "24 × 4 × 48",
            "24 × 4 × 50",
        ]);
    assert!(!folder.join("m.parquet").exists());
}

#[test]
fn an_empty_mask_is_a_status_not_a_number() {
    let folder = scan();
    let mut bytes = gunzipped(&folder.join("layer.nii.gz"));
    bytes[352..].fill(0);
    std::fs::write(folder.join("empty.nii"), bytes).unwrap();
    let words = [
        "metrics",
        "evaluate",
        "--reference",
        "layer.nii.gz",
        "--prediction",
        "empty.nii",
        "--output",
        "m.parquet",
    ];
    RSOM.done(&folder, words);
    let inspected = RSOM
        .run(&folder, ["io", "inspect", "m.parquet", "--json"])
        .expect_code(0);
    assert_eq!(inspected.json()["stage"], "io");
    let table = [
        "stats",
        "table",
        "--input",
        "m.parquet",
        "--rows",
        "scan",
        "--unit-by",
        "scan",
        "--metric",
        "dice,ra_vox",
        "--format",
        "csv",
    ];
    let printed = RSOM.done(&folder, table).stdout;
    assert!(
        printed.contains("empty_prediction") || printed.contains("missing"),
        "{printed}"
    );
}

#[test]
fn a_folder_that_cannot_be_written_is_exit_code_4() {
    let folder = scan();
    let before = names(&folder);
    // The kernel's own folder takes no files, not even from root.
    let words = [
        "preprocess",
        "normalize",
        "--image",
        "image.nii.gz",
        "--output",
        "/proc/rsom/out.nii.gz",
    ];
    RSOM.run(&folder, words)
        .expect_code(4)
        .expect_one_clear_line(&["/proc/rsom/out"]);
    assert_eq!(names(&folder), before);
}

#[test]
fn a_full_disk_is_exit_code_4_and_keeps_the_old_file() {
    let folder = scan();
    let disk = folder.join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&disk)
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !mounted {
        println!("skipped: only root can mount a small disk");
        return;
    }
    std::fs::write(disk.join("out.nii.gz"), "the user's own").unwrap();
    let words =
        "phantom scan --seed 1 --shape 96,16,128 --image disk/out.nii.gz --layer layer2.nii.gz";
    let finished = RSOM.run(&folder, words);
    let kept = std::fs::read_to_string(disk.join("out.nii.gz")).unwrap();
    let left = names(&disk);
    Command::new("umount").arg(&disk).status().unwrap();
    finished
        .expect_code(4)
        .expect_one_clear_line(&["out.nii.gz", "full"]);
    assert_eq!(kept, "the user's own");
    assert!(
        !left.iter().any(|name| name.starts_with(".partial")),
        "{left:?}"
    );
}

#[test]
fn outputs_that_share_a_file_or_a_sidecar_are_refused() {
    let folder = Folder::new();
    for layer in ["./a.nii.gz", "a.nii"] {
        let words = [
            "phantom", "scan", "--seed", "1", "--image", "a.nii.gz", "--layer", layer,
        ];
        RSOM.run(&folder, words)
            .expect_code(2)
            .expect_one_clear_line(&["--layer", "another output"]);
    }
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[test]
fn a_run_keeps_the_users_notes_next_to_an_output() {
    let folder = Folder::new();
    let text = "name: p\nstages:\n  a:\n    uses: phantom scan\n    with: { seed: 1, shape: [16, 2, 64] }\n    out: { image: a.nii.gz, layer: b.nii.gz }\n";
    std::fs::write(folder.join("p.yaml"), text).unwrap();
    std::fs::create_dir(folder.join("w")).unwrap();
    let notes = folder.join("w/a.json");
    std::fs::write(&notes, "{\"my\": \"notes\"}").unwrap();
    RSOM.run(&folder, ["run", "p.yaml", "--workdir", "w"])
        .expect_code(4);
    assert_eq!(
        std::fs::read_to_string(&notes).unwrap(),
        "{\"my\": \"notes\"}"
    );
    std::fs::remove_file(&notes).unwrap();
    RSOM.run(&folder, ["run", "p.yaml", "--workdir", "w"])
        .expect_code(0);
    assert!(notes.exists());
}

#[test]
fn a_full_mask_is_not_smooth() {
    let folder = scan();
    let mut bytes = gunzipped(&folder.join("layer.nii.gz"));
    bytes[352..].fill(1);
    std::fs::write(folder.join("full.nii"), bytes).unwrap();
    for variant in ["rsom", "gerl2019"] {
        let words = [
            "metrics",
            "evaluate",
            "--reference",
            "layer.nii.gz",
            "--prediction",
            "full.nii",
            "--output",
            "m.parquet",
            "--roughness",
            variant,
        ];
        RSOM.done(&folder, words);
        let table = [
            "stats",
            "table",
            "--input",
            "m.parquet",
            "--rows",
            "scan",
            "--metric",
            "ra_vox",
            "--format",
            "markdown",
        ];
        let printed = RSOM.done(&folder, table).stdout;
        assert!(printed.contains("undefined"), "{variant}: {printed}");
    }
}

#[test]
fn ctrl_c_is_exit_code_130_and_leaves_nothing() {
    let folder = Folder::new();
    let words =
        "phantom scan --seed 1 --shape 333,171,500 --image image.nii.gz --layer layer.nii.gz";
    let mut child = RSOM
        .command(&folder, words)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    let started = Instant::now();
    let code = child.wait().unwrap().code();
    assert_eq!(code, Some(130));
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "took {:?} to stop",
        started.elapsed()
    );
    assert_eq!(names(&folder), Vec::<String>::new());
}

#[test]
fn a_manifest_whose_hash_does_not_match_names_the_file() {
    let folder = Folder::new();
    std::fs::write(folder.join("a.png"), "x").unwrap();
    let manifest = format!(
        "name: m\nscans:\n- {{ id: a, subject: a, files: {{ image: [{{ path: a.png, sha256: {} }}] }} }}\n",
        "0".repeat(64)
    );
    std::fs::write(folder.join("m.yaml"), manifest).unwrap();
    RSOM.run(&folder, ["io", "manifest", "verify", "m.yaml"])
        .expect_code(3)
        .expect_one_clear_line(&["m.yaml", "a.png", "changed"]);
}

#[test]
fn a_scan_without_a_surface_says_so() {
    let folder = scan();
    let mut bytes = gunzipped(&folder.join("image.nii.gz"));
    bytes[352..].fill(7);
    std::fs::write(folder.join("flat.nii"), bytes).unwrap();
    let words = [
        "preprocess",
        "detect-surface",
        "--image",
        "flat.nii",
        "--output",
        "s.nii.gz",
    ];
    let finished = RSOM.run(&folder, words).expect_code(3);
    finished.expect_one_clear_line(&["flat.nii", "surface"]);
}

#[test]
fn weights_that_lie_are_refused() {
    let folder = scan();
    let mut lying = 1_u64.wrapping_shl(60).to_le_bytes().to_vec();
    lying.extend(b"{}");
    std::fs::write(folder.join("lying.safetensors"), lying).unwrap();
    let mut file = std::fs::File::create(folder.join("half.pt")).unwrap();
    file.write_all(b"PK\x03\x04 half a zip").unwrap();
    for weights in ["lying.safetensors", "half.pt", "image.nii.gz"] {
        let words = [
            "layerseg",
            "predict",
            "--weights",
            weights,
            "--input",
            "image.nii.gz",
            "--output",
            "m.nii.gz",
        ];
        RSOM.run(&folder, words)
            .expect_code(3)
            .expect_one_clear_line(&[weights]);
    }
    assert!(!folder.join("m.nii.gz").exists());
}

#[test]
fn a_broken_pipeline_is_reported_with_line_and_column_before_anything_runs() {
    let folder = Folder::new();
    let text = "name: p\nstages:\n  a:\n    uses: phantom scan\n    wiht: { seed: 1 }\n";
    std::fs::write(folder.join("p.yaml"), text).unwrap();
    let finished = RSOM.run(&folder, ["run", "p.yaml"]).expect_code(2);
    assert!(
        finished.stderr.contains("p.yaml:5:5"),
        "{}",
        finished.stderr
    );
    assert!(finished.stderr.contains("wiht"), "{}", finished.stderr);
    assert_eq!(names(&folder), ["p.yaml"]);
}

#[test]
fn every_file_of_the_format_collection_is_told_or_refused() {
    let Some(formats) = shared("data/formats") else {
        return;
    };
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(formats)
        .sort_by_file_name()
        .into_iter()
        .map(|e| e.unwrap())
        .filter(|e| e.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    files.push(checkout().join("Cargo.toml"));
    assert!(files.len() > 100);
    for file in files {
        let finished = RSOM.run(Path::new("."), ["io", "inspect", &file.to_string_lossy()]);
        let fine = finished.code == Some(0) && !finished.stdout.is_empty();
        let refused = finished.code == Some(3) && finished.stderr.lines().count() == 1;
        assert!(fine || refused, "{}: {finished:?}", file.display());
    }
}

/// Inputs that cannot be read twice, or that are not there, are named for what they are; none of them makes a command wait.
#[cfg(unix)]
#[test]
fn pipes_links_and_standard_input_are_refused_by_name() {
    let folder = scan();
    let fifo = Command::new("mkfifo")
        .arg(folder.join("pipe.nii.gz"))
        .status();
    assert!(fifo.unwrap().success());
    std::os::unix::fs::symlink("annex/x.nii.gz", folder.join("link.nii.gz")).unwrap();
    for (input, code, said) in [
        ("pipe.nii.gz", 3, "no regular file"),
        ("link.nii.gz", 3, "a link without its file, annex/x.nii.gz"),
        ("-", 2, "standard input cannot be read"),
        ("/dev/null", 3, "no regular file"),
        ("absent.nii.gz", 3, "no such file"),
    ] {
        let words = [
            "metrics",
            "biomarkers",
            "--layer",
            input,
            "--output",
            "b.parquet",
        ];
        RSOM.run(&folder, words)
            .expect_code(code)
            .expect_one_clear_line(&[said]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_utf_8_needs_a_name_for_its_scan() {
    use std::os::unix::ffi::OsStrExt;
    let folder = scan();
    let name = std::ffi::OsStr::from_bytes(b"l\xe4yer.nii.gz");
    std::fs::rename(folder.join("layer.nii.gz"), folder.join(name)).unwrap();
    let measure = |more: &[&str]| {
        let mut command = RSOM.command(&folder, "metrics biomarkers --output b.parquet");
        command.arg("--layer").arg(name).args(more);
        rsom_testing::Finished::of(&command.output().unwrap())
    };
    measure(&[])
        .expect_code(2)
        .expect_said(&["is not UTF-8", "--scan"]);
    measure(&["--scan", "s1"]).expect_code(0);
}

/// Text files as Windows editors save them.
#[test]
fn a_byte_order_mark_does_no_harm_and_utf_16_is_named() {
    let folder = Folder::new();
    let pipeline = "name: demo\nstages:\n  a:\n    uses: phantom scan\n    with: { seed: 1 }\n    out: { image: i.nii.gz, layer: l.nii.gz }\n";
    folder.write("bom.yaml", [b"\xef\xbb\xbf", pipeline.as_bytes()].concat());
    RSOM.done(&folder, ["plan", "bom.yaml"]);
    let wide: Vec<u8> = pipeline.bytes().flat_map(|byte| [byte, 0]).collect();
    folder.write("wide.yaml", [b"\xff\xfe", &wide[..]].concat());
    RSOM.run(&folder, ["plan", "wide.yaml"])
        .expect_code(2)
        .expect_one_clear_line(&["wide.yaml", "UTF-16"]);
}
