//! House rules, kept by a test instead of by memory. CONTRIBUTING.md explains them.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use rsom_testing::checkout;

/// Which of our crates each crate may use: always, and for its command line (an optional dependency).
const LAYERS: &[(&str, &[&str], &[&str])] = &[
    ("rsom-revision", &[], &[]),
    ("rsom-volume", &[], &[]),
    ("rsom-parameters-derive", &[], &[]),
    ("rsom-parameters", &["rsom-parameters-derive"], &[]),
    ("rsom-measures", &[], &[]),
    ("rsom-stage", &[], &[]),
    ("rsom-morphology", &[], &[]),
    ("rsom-kernels", &[], &[]),
    ("rsom-weights", &[], &[]),
    ("rsom-formats", &["rsom-volume", "rsom-measures"], &[]),
    ("rsom-manifest", &["rsom-stage"], &[]),
    ("rsom-store", &["rsom-stage"], &[]),
    (
        "rsom-io",
        &[
            "rsom-volume",
            "rsom-stage",
            "rsom-formats",
            "rsom-manifest",
            "rsom-measures",
            "rsom-weights",
        ],
        &[],
    ),
    ("rsom-nn", &["rsom-kernels", "rsom-weights"], &[]),
    (
        "rsom-training",
        &["rsom-volume", "rsom-nn", "rsom-weights"],
        TRAINING_FILES,
    ),
    (
        "rsom-phantom",
        &["rsom-volume", "rsom-morphology", "rsom-measures"],
        STUDY_FILES,
    ),
    ("rsom-preprocess", &["rsom-volume"], STUDY_FILES),
    (
        "rsom-layerseg",
        &[
            "rsom-volume",
            "rsom-morphology",
            "rsom-nn",
            "rsom-training",
            "rsom-weights",
        ],
        STUDY_FILES,
    ),
    (
        "rsom-vesselseg",
        &[
            "rsom-volume",
            "rsom-nn",
            "rsom-training",
            "rsom-weights",
            "rsom-measures",
        ],
        STUDY_FILES,
    ),
    (
        "rsom-metrics",
        &["rsom-volume", "rsom-morphology", "rsom-measures"],
        STUDY_FILES,
    ),
    (
        "rsom-frangi",
        &["rsom-volume", "rsom-morphology", "rsom-weights"],
        STUDY_FILES,
    ),
    ("rsom-stats", &["rsom-measures"], STUDY_FILES),
    (
        "rsom-report",
        &["rsom-volume", "rsom-measures"],
        STUDY_FILES,
    ),
    (
        "rsom-viewer",
        &["rsom-volume"],
        &["rsom-io", "rsom-stage", "rsom-formats"],
    ),
    (
        "rsom-pipeline",
        &["rsom-stage", "rsom-manifest", "rsom-store"],
        &[],
    ),
    (
        "rsom-study",
        &[
            "rsom-volume",
            "rsom-measures",
            "rsom-stage",
            "rsom-formats",
            "rsom-manifest",
            "rsom-weights",
            "rsom-io",
            "rsom-pipeline",
            "rsom-viewer",
        ],
        &[],
    ),
    (TESTING, &[], &[]),
];

/// What a setting is: every crate above may declare settings.
const SETTINGS: &str = "rsom-parameters";
/// The crates below it.
const BELOW_SETTINGS: &[&str] = &["rsom-volume", "rsom-parameters-derive", SETTINGS];

/// What the command line of a stage adds to its library.
const STUDY_FILES: &[&str] = &["rsom-io", "rsom-stage", "rsom-formats", "rsom-manifest"];

/// What tests share: any crate may name it for its tests, none for anything else.
const TESTING: &str = "rsom-testing";
/// What the command line of training adds to it.
const TRAINING_FILES: &[&str] = &["rsom-io", "rsom-stage", "rsom-formats"];

/// Third-party crates that only some of ours may know.
const KEPT_IN_ONE_PLACE: &[(&str, &[&str])] = &[
    ("polars", &["rsom-formats"]),
    ("nifti", &["rsom-formats"]),
    ("hdf5-reader", &["rsom-formats"]),
    ("csv", &["rsom-formats"]),
    ("encoding_rs", &["rsom-formats"]),
    ("weezl", &["rsom-formats"]),
    ("tiff", &["rsom-formats"]),
    ("png", &["rsom-formats", "rsom-report"]),
    ("jpeg-encoder", &["rsom-viewer"]),
    ("tiny_http", &["rsom-viewer"]),
    ("resvg", &["rsom-report"]),
    ("pdf-writer", &["rsom-report"]),
    ("ttf-parser", &["rsom-report"]),
    ("miniz_oxide", &["rsom-report", "rsom-viewer"]),
    ("flate2", &["rsom-formats"]),
    ("safetensors", &["rsom-weights"]),
    // PyTorch files, and bundles.
    ("zip", &["rsom-weights", "rsom-study"]),
    (
        "candle-core",
        &[
            "rsom-weights",
            "rsom-nn",
            "rsom-training",
            "rsom-layerseg",
            "rsom-vesselseg",
        ],
    ),
    ("candle-nn", &["rsom-nn"]),
    ("libmimalloc-sys", &["rsom"]),
    ("indicatif", &["rsom-stage"]),
    ("syn", &["rsom-parameters-derive"]),
    ("saphyr-parser", &["rsom-stage"]),
    ("statrs", &["rsom-stats"]),
];

const CODE_LINES_OF_A_FILE: usize = 400;
const CODE_LINES_OF_A_MAIN: usize = 60;

#[test]
fn crates_use_only_the_layers_below_them() {
    let packages = packages();
    for (name, dependencies) in &packages {
        let Some((_, always, for_the_command_line)) = LAYERS.iter().find(|l| l.0 == name) else {
            assert!(
                matches!(name.as_str(), "rsom" | "rsom-tests" | "rsom-benches"),
                "{name} has no layer"
            );
            continue;
        };
        for (dependency, optional) in dependencies {
            if let Some(owners) = KEPT_IN_ONE_PLACE.iter().find(|k| k.0 == dependency) {
                assert!(
                    owners.1.contains(&name.as_str()),
                    "{name} must not use {dependency}"
                );
            }
            if dependency.starts_with("rsom") {
                let settings = dependency == SETTINGS && !BELOW_SETTINGS.contains(&name.as_str());
                let allowed = settings
                    || always.contains(&dependency.as_str())
                    || (*optional && for_the_command_line.contains(&dependency.as_str()));
                assert!(
                    allowed,
                    "{name} must not use {dependency} (optional: {optional})"
                );
            }
        }
    }
    for (name, ..) in LAYERS {
        assert!(
            packages.contains_key(*name),
            "{name} is gone; update the table"
        );
    }
}

#[test]
fn what_tests_share_is_a_development_dependency_and_nothing_else() {
    let metadata = metadata();
    let mut users = 0;
    for package in metadata["packages"].as_array().unwrap() {
        let dependencies = package["dependencies"].as_array().unwrap();
        for dependency in dependencies.iter().filter(|d| d["name"] == TESTING) {
            let name = package["name"].as_str().unwrap();
            assert_eq!(dependency["kind"], "dev", "{name} must not ship {TESTING}");
            users += 1;
        }
    }
    assert!(users > 10, "only {users} crates use {TESTING}");
}

#[test]
fn every_source_file_says_what_it_is_for_and_keeps_its_size() {
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.display();
        assert!(
            text.starts_with("//! "),
            "{name}: the first line is no `//! …`"
        );
        let is_test = path.components().any(|c| c.as_os_str() == "tests");
        let lines = code_lines(&text);
        let budget = if path.ends_with("main.rs") {
            CODE_LINES_OF_A_MAIN
        } else {
            CODE_LINES_OF_A_FILE
        };
        assert!(
            is_test || lines <= budget,
            "{name}: {lines} lines of code, {budget} allowed"
        );
    }
}

#[test]
fn unsafe_stands_only_in_the_kernels_and_a_setting_of_the_allocator() {
    // That each block says why it is sound is clippy's part: `undocumented_unsafe_blocks`.
    let keyword = ["uns", "afe "].concat();
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or_default());
        let kernels = checkout().join("crates/kernels/src");
        let allocator = checkout().join("crates/rsom/src/allocator.rs");
        let place = path.display();
        assert!(
            path.starts_with(kernels) || path == allocator || !code.any(|l| l.contains(&keyword)),
            "{place}: unsafe"
        );
    }
}

#[test]
fn nothing_is_left_for_later_in_the_sources() {
    let words = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["XX", "X"].concat(),
    ];
    for path in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in &words {
            assert!(!text.contains(word.as_str()), "{}: {word}", path.display());
        }
        assert!(
            !text.contains(&["#[ig", "nore"].concat()),
            "{}: ignored test",
            path.display()
        );
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let text = std::fs::read_to_string(checkout().join("Cargo.toml")).unwrap();
    let section = text.split("[workspace.dependencies]").nth(1).unwrap();
    let section = section.split("\n[").next().unwrap();
    let lines: Vec<&str> = section.lines().filter(|l| !l.is_empty()).collect();
    for pair in lines.windows(2) {
        let ours = pair[1].starts_with("rsom-");
        let reasoned = pair[1].starts_with('#') || pair[0].starts_with('#');
        assert!(ours || reasoned, "no reason above: {}", pair[1]);
    }
    for manifest in manifests() {
        let text = std::fs::read_to_string(&manifest).unwrap();
        let versions = text.lines().filter(|l| l.contains("version = \"")).count();
        assert_eq!(
            versions,
            0,
            "{}: versions stand in the root manifest",
            manifest.display()
        );
    }
}

#[test]
fn the_readme_and_continuous_integration_call_the_same_commands() {
    let read = |name: &str| std::fs::read_to_string(checkout().join(name)).unwrap();
    let (readme, ci) = (read("README.md"), read(".ci/run"));
    for command in [
        "cargo run --release -- run pipelines/quickstart.yaml",
        "cargo test --release --workspace",
    ] {
        assert!(
            readme.contains(command),
            "README.md does not show: {command}"
        );
        assert!(ci.contains(command), ".ci/run does not call: {command}");
    }
}

#[test]
fn every_link_between_our_pages_leads_somewhere() {
    let pages = walkdir::WalkDir::new(checkout())
        .into_iter()
        .filter_entry(|e| !matches!(e.file_name().to_str(), Some("target" | "runs" | ".git")));
    let pages = pages.map(|e| e.unwrap().into_path());
    for page in pages.filter(|p| p.extension().is_some_and(|e| e == "md")) {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let target = link.split('#').next().unwrap_or_default();
            let outside = target.is_empty() || target.contains("://") || target.contains(' ');
            let there = page.parent().unwrap().join(target).exists();
            assert!(outside || there, "{}: {link} leads nowhere", page.display());
        }
    }
}

/// What cargo knows about the workspace.
fn metadata() -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(checkout())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Our packages, each with its dependencies (development ones left out) and whether they are optional.
fn packages() -> BTreeMap<String, BTreeSet<(String, bool)>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(
        packages.len() > 10,
        "cargo metadata lists {} packages",
        packages.len()
    );
    let dependencies = |package: &serde_json::Value| {
        let list = package["dependencies"].as_array().unwrap().iter();
        list.filter(|d| d["kind"].is_null())
            .map(|d| {
                (
                    d["name"].as_str().unwrap().to_owned(),
                    d["optional"].as_bool().unwrap(),
                )
            })
            .collect()
    };
    packages
        .iter()
        .map(|p| (p["name"].as_str().unwrap().to_owned(), dependencies(p)))
        .collect()
}

fn files_named(ends: fn(&Path) -> bool) -> Vec<PathBuf> {
    ["crates", "tests", "benches"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(checkout().join(folder)).sort_by_file_name())
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| ends(path))
        .collect()
}

fn sources() -> Vec<PathBuf> {
    let sources = files_named(|path| path.extension().is_some_and(|e| e == "rs"));
    assert!(
        sources.len() > 50,
        "only {} source files found",
        sources.len()
    );
    sources
}

fn manifests() -> Vec<PathBuf> {
    files_named(|path| path.ends_with("Cargo.toml"))
}

/// Lines that hold code: no blanks, no comments, nothing from the test module on.
fn code_lines(text: &str) -> usize {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with("//"))
        .count()
}
