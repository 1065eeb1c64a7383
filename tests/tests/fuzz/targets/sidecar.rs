//! JSON sidecars of volumes.

use std::path::Path;

use rsom_io::inspect::inspect;
use rsom_io::sidecar::Sidecar;
use rsom_stage::sidecar::is_ours;

use crate::harness::Target;
use crate::seed::Seed;
use crate::verdict::{require, told};

const SIDECAR: &str = r#"{
  "Channels": ["LF", "HF"],
  "GeneratedBy": [{"Name": "rsom phantom", "Version": "0.1.0", "rsom": {
    "tool": "phantom", "version": "0.1.0", "revision": "0123", "command": "scan",
    "parameters": {"seed": 1, "shape": [4, 5, 6], "depth": 1e-3}, "inputs": {"image": [{"name": "a", "sha256": "00"}]}
  }}],
  "Labels": {"1": "epidermis", "-2": "dermis"},
  "MyNote": {"deep": [1, [2, [3, null, true]]], "text": "a\u00e9\n"}
}
"#;

/// Reads the sidecar of a volume. `path` is the sidecar.
fn check(path: &Path) -> Result<bool, String> {
    let volume = path.with_extension("nii.gz");
    let _ = is_ours(&volume);
    let sidecar = told(Sidecar::read(&volume))?.flatten();
    if let Some(sidecar) = &sidecar {
        let folder = path.with_file_name("again");
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let (copy, volume) = (folder.join("a.json"), folder.join("a.nii.gz"));
        std::fs::write(&copy, sidecar.to_bytes()).map_err(|e| e.to_string())?;
        let again = Sidecar::read(&volume).map_err(|e| format!("written again: {e}"))?;
        let again = again.ok_or("written again it is absent")?;
        let same = (&again.channels, &again.labels) == (&sidecar.channels, &sidecar.labels);
        require(same && again.more == sidecar.more, || {
            "written again it differs".into()
        })?;
    }
    told(inspect(path))?;
    Ok(sidecar.is_some())
}

#[test]
fn sidecar() {
    let target = Target {
        name: "sidecar",
        seeds: vec![
            Seed::new("a.json", SIDECAR),
            Seed::new("b.json", r#"{"Channels": [], "Labels": {}}"#),
        ],
        text: true,
        check,
    };
    target.run();
}
