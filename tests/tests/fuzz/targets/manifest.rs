//! Manifests of data sets.

use std::path::Path;

use rsom_manifest::{Pattern, data_root, fold_counts, leaks, read, to_yaml, verify};

use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{one_line, require, told};

const MANIFEST: &str = "\
name: study
title: A study
data: .
root: .
spacing_mm: [0.012, 0.012, 0.003]
scans:
- id: a1
  subject: a
  group: healthy
  split: train
  fold: 0
  attributes: { seed: 1, age: 30.5, note: null, list: [1, x] }
  files:
    image:
    - path: scan.bin
      sha256: 6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
- &other
  id: b1
  subject: b
  fold: 1
";

fn check(path: &Path) -> Result<bool, String> {
    let text = std::fs::read(path).map_err(|e| e.to_string())?;
    told(Pattern::parse(&String::from_utf8_lossy(&text)))?;
    let Some(manifest) = told(read(path))? else {
        return Ok(false);
    };
    let _ = (leaks(&manifest), fold_counts(&manifest.scans));
    let folder = path.with_file_name("data");
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    told(data_root(&manifest, path, Some(&folder)))?;
    for fault in told(verify(&manifest, &folder))?.into_iter().flatten() {
        one_line(&fault.to_string())?;
    }
    if let Some(yaml) = told(to_yaml(&manifest))? {
        let copy = path.with_file_name("copy.yaml");
        std::fs::write(&copy, yaml).map_err(|e| e.to_string())?;
        let again = read(&copy).map_err(|e| format!("its copy: {e}"))?;
        require(again == manifest, || "its copy differs".into())?;
    }
    Ok(true)
}

#[test]
fn manifest() {
    let target = Target {
        name: "manifest",
        seeds: vec![
            Seed::new("m.yaml", MANIFEST).next_to("scan.bin", [0]),
            Seed::new("n.yaml", "{name: n, scans: [{id: \"1\", subject: '2'}]}\n"),
        ],
        text: true,
        check,
    };
    target.run();
}
