//! The quickstart in small: from seeds to a table with p-values, the same bytes whatever the threads, nothing twice.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use rsom_testing::{Finished, Folder, checkout};

use crate::RSOM;

/// The quickstart with small scans, one epoch, and two weights of the smoothness loss.
fn quickstart(workdir: &Path, more: &[&str]) -> Finished {
    let workdir = workdir.to_string_lossy();
    let mut words = vec!["run", "pipelines/quickstart.yaml", "--workdir", &workdir];
    words.extend([
        "--set",
        "shape=[32, 4, 64]",
        "--set",
        "epochs=1",
        "--set",
        "s=[0, 100]",
    ]);
    words.extend(more);
    RSOM.run(checkout(), &words)
}

/// Every output by its path below the work folder; what speaks of time is left out.
fn outputs(workdir: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(workdir)
        .into_iter()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(workdir).unwrap();
            (
                name.to_string_lossy().into_owned(),
                std::fs::read(entry.path()).unwrap(),
            )
        })
        .filter(|(name, _)| !name.starts_with(".rsom") && name != "run.json")
        .collect()
}

#[test]
fn a_study_is_the_same_bytes_for_any_threads_and_is_done_only_once() {
    let (one, two) = (Folder::new(), Folder::new());
    quickstart(&one, &["-j", "1", "--threads", "1"]).expect_code(0);
    quickstart(&two, &["-j", "2", "--threads", "3"]).expect_code(0);
    let (first, second) = (outputs(&one), outputs(&two));
    assert!(first.len() > 100, "{} outputs", first.len());
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &first {
        assert!(second[name] == *bytes, "{name} differs");
    }

    let again = quickstart(&one, &[]).expect_code(0);
    assert!(again.stderr.contains("nothing to do"), "{}", again.stderr);

    // A lost table is made again, and nothing else.
    let table = one.join("results/table.markdown");
    std::fs::remove_file(&table).unwrap();
    quickstart(&one, &[]).expect_code(0);
    assert_eq!(
        std::fs::read(&table).unwrap(),
        first["results/table.markdown"]
    );
    assert_eq!(outputs(&one), first);
}

#[test]
fn the_study_ends_in_a_table_a_picture_and_tests() {
    let workdir = Folder::new();
    quickstart(&workdir, &["--set", "net=[unet]"]).expect_code(0);
    let results = workdir.join("results");
    let table = std::fs::read_to_string(results.join("table.markdown")).unwrap();
    for part in ["U-Net", "Dice", "Ra"] {
        assert!(table.contains(part), "no {part} in\n{table}");
    }
    let latex = std::fs::read_to_string(results.join("table.latex")).unwrap();
    assert!(latex.contains("\\toprule"), "{latex}");
    let picture = std::fs::read(results.join("bscan_unet.png")).unwrap();
    assert_eq!(&picture[1..4], b"PNG");
    let tests = results.join("tests.parquet");
    let inspected = RSOM
        .run(checkout(), &["io", "inspect", &tests.to_string_lossy()])
        .expect_code(0);
    for column in [
        "p_value",
        "p_adjusted",
        "effect_size",
        "smallest_attainable_p",
    ] {
        assert!(
            inspected.stdout.contains(column),
            "no {column} in\n{}",
            inspected.stdout
        );
    }
    // Every mask of the study can be looked into, with the spacing of the scan.
    let mask = workdir.join("masks/p01_unet_s0.nii.gz");
    let mask = RSOM
        .run(checkout(), &["io", "inspect", &mask.to_string_lossy()])
        .expect_code(0);
    assert!(
        mask.stdout.contains("0.012") && mask.stdout.contains("0.003"),
        "{}",
        mask.stdout
    );
}

#[test]
fn a_stage_is_swapped_for_a_python_script() {
    let workdir = Folder::new();
    let pipeline = workdir.join("study.yaml");
    let manifest = checkout().join("data-manifests/phantoms.yaml");
    let text = format!(
        "name: swapped
manifest: {}
stages:
  generate:
    uses: phantom scan
    foreach: scan
    where: {{ fold: 0 }}
    with: {{ seed: \"${{scan.seed}}\", shape: [24, 4, 64] }}
    out: {{ image: \"${{scan.id}}.nii.gz\", layer: \"${{scan.id}}_layer.nii.gz\" }}
  segment:
    uses: {} predict
    foreach: scan
    where: {{ fold: 0 }}
    in: {{ input: generate.image }}
    with: {{ share: 0.3 }}
    out: {{ output: \"${{scan.id}}_mask.nii.gz\" }}
  evaluate:
    uses: metrics evaluate
    foreach: scan
    where: {{ fold: 0 }}
    in: {{ reference: generate.layer, prediction: segment.output }}
    out: {{ output: \"${{scan.id}}.parquet\" }}
",
        manifest.display(),
        checkout().join("examples/threshold_stage.py").display()
    );
    std::fs::write(&pipeline, text).unwrap();
    let folder = workdir.join("out");
    let words = [
        "run",
        &pipeline.to_string_lossy(),
        "--workdir",
        &folder.to_string_lossy(),
    ];
    RSOM.done(checkout(), &words);
    assert!(folder.join("p01_mask.nii.gz").exists() && folder.join("p01.parquet").exists());
}
