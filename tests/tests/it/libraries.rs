//! Libraries know no files: what their command line brings along is gone without the feature `cli`.
//!
//! That they build so is checked by `.ci/run`; here it would take minutes.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::process::Command;

use rsom_testing::checkout;

/// What only command lines may bring along: stages, and what reads and writes files.
const OF_COMMAND_LINES: [&str; 8] = [
    "rsom-stage",
    "rsom-io",
    "rsom-formats",
    "rsom-manifest",
    "clap",
    "polars",
    "nifti",
    "hdf5-reader",
];

#[test]
fn a_library_without_its_command_line_brings_along_nothing_that_reads_files() {
    for library in with_a_command_line() {
        let below = below(&library);
        let found: Vec<&str> = (OF_COMMAND_LINES.into_iter())
            .filter(|name| below.contains(*name))
            .collect();
        assert!(found.is_empty(), "{library} without cli: {found:?}");
        assert!(below.contains(&library), "{library}: {below:?}");
    }
}

/// Our libraries with the feature `cli`; `io` is about files itself.
fn with_a_command_line() -> Vec<String> {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version", "1"]);
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let names: Vec<String> = packages
        .filter(|package| package["features"].get("cli").is_some())
        .map(|package| package["name"].as_str().unwrap().to_owned())
        .filter(|name| name != "rsom-io")
        .collect();
    assert!(names.len() >= 8, "only {names:?}");
    names
}

/// The names of all packages that a library is built from.
fn below(library: &str) -> BTreeSet<String> {
    let tree = cargo(&[
        "tree",
        "--package",
        library,
        "--no-default-features",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    names.map(str::to_owned).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(arguments).arg("--offline");
    let output = command.current_dir(checkout()).output().unwrap();
    let fault = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {fault}");
    String::from_utf8(output.stdout).unwrap()
}
