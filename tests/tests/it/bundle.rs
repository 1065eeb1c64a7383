//! `rsom bundle`: a finished study in one folder that names no folder of this machine and can be run again.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, names};

use crate::RSOM;

const PIPELINE: &str = "
name: bundled
manifest: scans.yaml
stages:
  prepare:
    uses: preprocess prepare
    foreach: scan
    in: { image: \"${scan.files.image}\", labels: \"${scan.files.mask}\" }
    out: { output: \"prepared/${scan.id}.nii.gz\", output_mask: \"masks/${scan.id}.nii.gz\" }
  evaluate:
    uses: metrics evaluate
    foreach: scan
    in: { reference: prepare.output_mask, prediction: prepare.output_mask }
    with: { subject: \"${scan.subject}\", scan: \"${scan.id}\", factor: { net: unet } }
    out: { output: \"measures/${scan.id}.parquet\" }
  table:
    uses: stats table
    in: { input: evaluate.output }
    with: { rows: [net], metric: [dice] }
    out: { output: results/table.md }
";

/// A study of two scans in `study`, its data in `secret/place`.
fn study() -> Folder {
    let folder = Folder::new();
    for seed in ["1", "2"] {
        let [image, layer] = ["S{}.nii.gz", "S{}_mask.nii.gz"]
            .map(|name| format!("secret/place/{}", name.replace("{}", seed)));
        std::fs::create_dir_all(folder.join("secret/place")).unwrap();
        let words = [
            "phantom", "scan", "--seed", seed, "--shape", "24,4,64", "--image", &image, "--layer",
            &layer,
        ];
        RSOM.done(&folder, words);
    }
    let files = [
        "--files",
        "image={subject:word}.nii.gz",
        "--files",
        "mask={subject:word}_mask.nii.gz",
    ];
    folder.write("study/bundled.yaml", PIPELINE);
    let words = [
        "io",
        "manifest",
        "create",
        "--input",
        "secret/place",
        "--output",
        "study/scans.yaml",
        "--name",
        "two",
    ];
    RSOM.done(&folder, [&words[..], &files].concat());
    folder
}

const BUNDLE: [&str; 6] = [
    "bundle",
    "study/bundled.yaml",
    "--workdir",
    "out",
    "--output",
    "box",
];

#[test]
fn a_bundle_holds_a_study_without_folders_of_this_machine_and_runs_again() {
    let folder = study();
    let (code, error) = RSOM.failed(&folder, BUNDLE);
    assert!(
        code == 3 && error.contains("5 of 5 tasks are not up to date, such as prepare S1"),
        "{error}"
    );
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    RSOM.done(&folder, [&BUNDLE[..], &["--with-data"]].concat());
    assert_eq!(
        names(folder.join("box")),
        [
            "README.md",
            "SHA256SUMS",
            "data",
            "manifest.yaml",
            "pipeline.yaml",
            "results",
            "run.json",
            "tables"
        ]
    );
    assert_eq!(
        names(folder.join("box/tables")),
        ["evaluate.csv", "evaluate.parquet"]
    );
    let verified = RSOM.done(&folder, ["verify", "box"]);
    assert!(
        verified.stdout.contains("files are as they were"),
        "{}",
        verified.stdout
    );
    require_no_folder_of_this_machine(&folder);
    assert!(folder.text("box/run.json").contains("data/S1.nii.gz"));
    // The README says how to run it again, from the bundle alone.
    std::fs::remove_dir_all(folder.join("secret")).unwrap();
    let readme = folder.text("box/README.md");
    let line = readme
        .lines()
        .find(|line| line.starts_with("rsom run"))
        .unwrap();
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    RSOM.done(folder.join("box"), words);
    assert_eq!(
        folder.bytes("box/again/results/table.md"),
        folder.bytes("box/results/table.md")
    );
}

/// No text of the bundle names a folder of this machine.
fn require_no_folder_of_this_machine(folder: &Folder) {
    let here = folder
        .join("")
        .to_str()
        .unwrap()
        .trim_end_matches('/')
        .to_owned();
    for name in [
        "README.md",
        "run.json",
        "manifest.yaml",
        "pipeline.yaml",
        "tables/evaluate.csv",
        "results/table.md",
    ] {
        let text = folder.text(&format!("box/{name}"));
        assert!(!text.contains(&here), "{name}: {text}");
    }
}

#[test]
fn a_changed_bundle_is_noticed_and_a_folder_with_files_is_refused() {
    let folder = study();
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    RSOM.done(&folder, [&BUNDLE[..], &["--all"]].concat());
    assert!(
        folder.join("box/masks/S2.nii.gz").exists() && folder.join("box/prepared/S1.json").exists()
    );
    let (code, error) = RSOM.failed(&folder, BUNDLE);
    assert!(code == 4 && error.contains("it is not empty"), "{error}");
    let faulty = |said: &str| {
        let (code, error) = RSOM.failed(&folder, ["verify", "box"]);
        assert!(code == 3 && error.contains(said), "{said}: {error}");
    };
    folder.write("box/results/table.md", "| better |\n");
    faulty("results/table.md has changed");
    folder.write("box/extra.txt", "mine");
    faulty("results/table.md has changed, and 1 more files are wrong");
    std::fs::remove_file(folder.join("box/results/table.md")).unwrap();
    std::fs::remove_file(folder.join("box/extra.txt")).unwrap();
    faulty("results/table.md is missing");
    std::fs::remove_file(folder.join("box/SHA256SUMS")).unwrap();
    faulty("it is no bundle");
}

#[test]
fn a_bundle_can_be_one_file_of_the_same_bytes_whenever_it_is_made() {
    let folder = study();
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    let bundle = |output: &str| {
        let words = [
            "bundle",
            "study/bundled.yaml",
            "--workdir",
            "out",
            "--with-data",
            "--output",
            output,
        ];
        RSOM.done(&folder, words);
    };
    for output in ["one/box.zip", "two/box.zip", "box"] {
        bundle(output);
    }
    assert_eq!(folder.bytes("one/box.zip"), folder.bytes("two/box.zip"));
    // No folder stays next to it.
    assert_eq!(names(folder.join("one")), ["box.zip"]);
    let verified = RSOM.done(&folder, ["verify", "one/box.zip"]);
    let of_folder = RSOM.done(&folder, ["verify", "box"]);
    assert_eq!(
        verified.stdout.replace("one/box.zip", "box"),
        of_folder.stdout
    );
    let file = std::fs::File::open(folder.join("one/box.zip")).unwrap();
    zip::ZipArchive::new(file)
        .unwrap()
        .extract(folder.join("unpacked"))
        .unwrap();
    for name in [
        "pipeline.yaml",
        "run.json",
        "results/table.md",
        "data/S1.nii.gz",
        "SHA256SUMS",
    ] {
        assert_eq!(
            folder.bytes(&format!("unpacked/box/{name}")),
            folder.bytes(&format!("box/{name}")),
            "{name}"
        );
    }
}

#[test]
fn a_changed_bundle_in_one_file_is_noticed_and_never_overwritten() {
    let folder = study();
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    let words = [
        "bundle",
        "study/bundled.yaml",
        "--workdir",
        "out",
        "--output",
        "one/box.zip",
    ];
    RSOM.done(&folder, words);
    // One byte of a file is another.
    let mut bytes = folder.bytes("one/box.zip");
    let place = bytes.windows(8).position(|w| w == b"bundled\n").unwrap();
    bytes[place] = b'B';
    folder.write("changed.zip", &bytes);
    folder.write("note.txt", "no bundle");
    for (name, said) in [
        ("changed.zip", "changed.zip: "),
        ("note.txt", "it is no bundle"),
    ] {
        let (code, error) = RSOM.failed(&folder, ["verify", name]);
        assert!(code == 3 && error.contains(said), "{error}");
    }
    let (code, error) = RSOM.failed(&folder, words);
    assert!(code == 4 && error.contains("not empty"), "{error}");
}

#[test]
fn a_study_is_verified_by_its_pipeline() {
    let folder = study();
    let words = ["verify", "study/bundled.yaml", "--workdir", "out"];
    let (code, error) = RSOM.failed(&folder, words);
    assert!(
        code == 1 && error.contains("none of 5 tasks is up to date"),
        "{error}"
    );
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    RSOM.done(&folder, words);
}
