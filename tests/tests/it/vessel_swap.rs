//! The classical vessel stage replaces the vessel network: both meet the stage contract.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rsom_testing::{Folder, checkout};

use crate::RSOM;

/// The stage `frangi` as a program of its own, as `rsom-frangi` is one.
fn frangi(folder: &Path) -> PathBuf {
    let program = folder.join("rsom-frangi");
    std::fs::write(
        &program,
        format!("#!/bin/sh\nexec '{}' frangi \"$@\"\n", RSOM.path()),
    )
    .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

/// Scans of two subjects: thresholds from those of fold 1, masks of those of fold 0, by `vesselseg predict`.
fn pipeline() -> String {
    let manifest = checkout().join("data-manifests/phantoms.yaml");
    format!(
        "name: vessels
manifest: {}
stages:
  generate:
    uses: phantom scan
    foreach: scan
    with: {{ seed: \"${{scan.seed}}\", shape: [32, 12, 96] }}
    out: {{ image: \"${{scan.id}}.nii.gz\", layer: \"${{scan.id}}_layer.nii.gz\", vessels: \"${{scan.id}}_vessels.nii.gz\" }}
  choose:
    uses: frangi train
    in:
      image: {{ from: generate.image, where: {{ scan.fold: 1 }} }}
      mask: {{ from: generate.vessels, where: {{ scan.fold: 1 }} }}
    out: {{ weights: vessels.safetensors }}
  segment:
    uses: vesselseg predict
    foreach: scan
    where: {{ fold: 0 }}
    in: {{ weights: choose.weights, input: generate.image }}
    with: {{ threshold: 0.9 }}
    out: {{ output: \"${{scan.id}}_mask.nii.gz\", probabilities: \"${{scan.id}}_p.nii.gz\" }}
  evaluate:
    uses: metrics evaluate
    foreach: scan
    where: {{ fold: 0 }}
    in: {{ reference: generate.vessels, prediction: segment.output }}
    out: {{ output: \"${{scan.id}}.parquet\" }}
",
        manifest.display()
    )
}

#[test]
fn frangi_replaces_the_vessel_network() {
    let folder = Folder::new();
    let study = folder.join("study.yaml");
    std::fs::write(&study, pipeline()).unwrap();
    let out = folder.join("out");
    let swap = format!("vesselseg={}", frangi(&folder).display());
    let (study, workdir) = (study.to_string_lossy(), out.to_string_lossy());
    let words = ["run", &study, "--workdir", &workdir, "--swap", &swap];
    let finished = RSOM.done(checkout(), words);
    // Parameters that the filter does not have are left out, with a warning.
    assert!(finished.stderr.contains("threshold"), "{}", finished.stderr);
    assert!(out.join("p01_mask.nii.gz").exists() && out.join("p01.parquet").exists());
    let sidecar = std::fs::read_to_string(out.join("p01_mask.json")).unwrap();
    assert!(sidecar.contains("frangi"), "{sidecar}");

    // The network itself says that these are not its weights, in one line per scan.
    let other = folder.join("other");
    let finished = RSOM.run(
        checkout(),
        ["run", &study, "--workdir", &other.to_string_lossy()],
    );
    assert_ne!(finished.code, Some(0));
    assert!(
        finished.stderr.contains("rsom-frangi 1"),
        "{}",
        finished.stderr
    );
}
