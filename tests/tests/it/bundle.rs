//! `rsom bundle`: a finished study in one folder that names no folder of this machine and can be run again.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, names};
use serde_json::Value;

use crate::RSOM;

const PIPELINE: &str = "
name: bundled
manifest: scans.yaml
params: { net: unet }
profiles: { other: { net: mine } }
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
    with: { subject: \"${scan.subject}\", scan: \"${scan.id}\", factor: { net: \"${net}\" } }
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
    let profile = ["--profile", "other"];
    let bundle = [&BUNDLE[..], &profile].concat();
    let (code, error) = RSOM.failed(&folder, bundle.as_slice());
    assert!(
        code == 3 && error.contains("5 of 5 tasks are not up to date, such as prepare S1"),
        "{error}"
    );
    let run = ["run", "study/bundled.yaml", "--workdir", "out"];
    RSOM.done(&folder, [&run[..], &profile].concat());
    RSOM.done(&folder, [&bundle[..], &["--with-data"]].concat());
    assert_eq!(
        names(folder.join("box")),
        [
            "README.md",
            "SHA256SUMS",
            "data",
            "manifest.yaml",
            "pipeline.yaml",
            "report.html",
            "results",
            "ro-crate-metadata.json",
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
    require_whole_crate(&folder);
    assert!(folder.text("box/run.json").contains("data/S1.nii.gz"));
    // The README says how to run it again, from the bundle alone, with the same profile.
    assert!(folder.text("box/results/table.md").contains("mine"));
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

/// The metadata for archives describe each file, and each of their references leads to an entity.
fn require_whole_crate(folder: &Folder) {
    let metadata: Value = serde_json::from_str(&folder.text("box/ro-crate-metadata.json")).unwrap();
    let graph = metadata["@graph"].as_array().unwrap();
    let entity = |id: &str| graph.iter().find(|entity| entity["@id"] == id);
    let known: Vec<&str> = graph.iter().filter_map(|e| e["@id"].as_str()).collect();
    let sums = folder.text("box/SHA256SUMS");
    for line in sums
        .lines()
        .filter(|line| !line.ends_with("ro-crate-metadata.json"))
    {
        let (_, name) = line.split_once("  ").unwrap();
        assert!(known.contains(&name), "{name}: {known:?}");
    }
    let root = entity("./").unwrap();
    let parts = root["hasPart"].as_array().unwrap().len();
    assert_eq!(parts + 1, sums.lines().count());
    let workflow = entity(root["mainEntity"]["@id"].as_str().unwrap()).unwrap();
    let run = entity(root["mentions"]["@id"].as_str().unwrap()).unwrap();
    assert_eq!(run["instrument"]["@id"], workflow["@id"]);
    for (of, key) in [
        (workflow, "programmingLanguage"),
        (run, "agent"),
        (root, "license"),
    ] {
        assert!(entity(of[key]["@id"].as_str().unwrap()).is_some(), "{key}");
    }
    let result = run["result"].as_array().unwrap();
    assert!(result.contains(&serde_json::json!({ "@id": "results/table.md" })));
    let date = root["datePublished"].as_str().unwrap();
    assert!(date.len() == 10 && date > "2025-01-01", "{date}");
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
        "report.html",
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
    let mut archive = zip::ZipArchive::new(file).unwrap();
    archive.extract(folder.join("unpacked")).unwrap();
    // Texts are compressed; what is compressed already stays as it is.
    for (name, is_compressed) in [("run.json", true), ("data/S1.nii.gz", false)] {
        let entry = archive.by_name(&format!("box/{name}")).unwrap();
        assert_eq!(
            entry.compressed_size() < entry.size(),
            is_compressed,
            "{name}"
        );
    }
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
    let name = b"box/README.md";
    let place = bytes.windows(name.len()).position(|w| w == name).unwrap();
    // In the compressed text behind the name.
    bytes[place + name.len() + 100] ^= 1;
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

#[test]
fn a_bundle_can_be_a_derivative_dataset_of_bids() {
    let folder = study();
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    let names_of = |box_name: &str| names(folder.join(format!("{box_name}/sub-S1/anat")));
    RSOM.done(&folder, [&BUNDLE[..], &["--bids"]].concat());
    let mask = "sub-S1_desc-prepareOutputMask_mask";
    assert_eq!(
        names_of("box"),
        [format!("{mask}.json"), format!("{mask}.nii.gz")]
    );
    let copied = folder.bytes(&format!("box/sub-S1/anat/{mask}.nii.gz"));
    assert_eq!(copied, folder.bytes("out/masks/S1.nii.gz"));
    // The validator wants no time in the header of a compressed file.
    assert_eq!(copied[4..8], [0; 4]);
    let sidecar: Value =
        serde_json::from_str(&folder.text(&format!("box/sub-S1/anat/{mask}.json"))).unwrap();
    assert!(sidecar["GeneratedBy"][0]["rsom"].is_object() && sidecar["SpatialReference"] == "orig");
    let about: Value = serde_json::from_str(&folder.text("box/dataset_description.json")).unwrap();
    assert_eq!(
        (&about["DatasetType"], &about["GeneratedBy"][0]["Name"]),
        (&"derivative".into(), &"rsom".into())
    );
    assert_eq!(
        folder.text("box/participants.tsv"),
        "participant_id\nsub-S1\nsub-S2\n"
    );
    let ignored = folder.text("box/.bidsignore");
    let ignored: Vec<&str> = ignored.lines().collect();
    for name in names(folder.join("box")) {
        let is_known = name.starts_with("sub-")
            || name.starts_with("participants.")
            || ["dataset_description.json", "README.md", ".bidsignore"].contains(&name.as_str());
        assert_eq!(is_known, !ignored.contains(&name.as_str()), "{name}");
    }
    RSOM.done(&folder, ["verify", "box"]);
    // Two subjects of one name.
    let manifest = folder.text("study/scans.yaml");
    folder.write(
        "study/scans.yaml",
        manifest.replace("subject: S2", "subject: S-1"),
    );
    RSOM.done(&folder, ["run", "study/bundled.yaml", "--workdir", "out"]);
    let words = [
        "bundle",
        "study/bundled.yaml",
        "--workdir",
        "out",
        "--output",
        "other",
        "--bids",
    ];
    let (code, said) = RSOM.failed(&folder, words);
    assert!(
        code == 2 && said.contains("the subjects 'S1' and 'S-1' would both be 'sub-S1'"),
        "{said}"
    );
}

#[test]
fn masks_of_a_run_line_have_no_place_in_bids() {
    let folder = study();
    folder.write("run/p.yaml", "name: x\nmanifest: ../study/scans.yaml\nstages: { c: { run: \"cp ${in.m} ${out.o}\", foreach: scan, in: { m: \"${scan.files.mask}\" }, out: { o: \"m/${scan.id}.nii.gz\" } } }\n");
    RSOM.done(&folder, ["run", "run/p.yaml", "--workdir", "r"]);
    let (code, said) = RSOM.failed(
        &folder,
        [
            "bundle",
            "run/p.yaml",
            "--workdir",
            "r",
            "--output",
            "none",
            "--bids",
        ],
    );
    assert!(
        code == 2 && said.contains("--bids: no step gives masks, labels or probabilities"),
        "{said}"
    );
}
