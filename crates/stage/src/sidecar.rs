//! The sidecar of a volume: the JSON file next to it, with its provenance.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The path of the sidecar of `x.nii` or `x.nii.gz`: `x.json` in the same folder. Also for `.hdr` and `.img`.
#[must_use]
pub fn path_of(volume: &Path) -> PathBuf {
    let name = volume.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".gz").unwrap_or(&name);
    let stem = ["nii", "hdr", "img"]
        .iter()
        .find_map(|ending| stem.strip_suffix(&format!(".{ending}")))
        .unwrap_or(stem);
    volume.with_file_name(format!("{stem}.json"))
}

/// The provenance in the JSON of a sidecar. `None` if rsom did not write the sidecar.
#[must_use]
pub fn provenance(sidecar: &Value) -> Option<&Value> {
    sidecar["GeneratedBy"][0].get("rsom")
}

/// The keys that rsom writes into a sidecar.
const KEYS: [&str; 5] = [
    "GeneratedBy",
    "Channels",
    "Labels",
    "ChannelPrecision",
    "SkinSurface",
];

/// Whether a volume has a sidecar that rsom wrote, and to which nobody added a key.
#[must_use]
pub fn is_ours(volume: &Path) -> bool {
    let bytes = std::fs::read(path_of(volume)).unwrap_or_default();
    let json: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let mut keys = json
        .as_object()
        .into_iter()
        .flat_map(|object| object.keys());
    provenance(&json).is_some() && keys.all(|key| KEYS.contains(&key.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_volume_has_one_sidecar() {
        for name in ["a.b.nii.gz", "a.b.nii", "a.b.hdr", "a.b.img.gz"] {
            assert_eq!(path_of(Path::new(name)), Path::new("a.b.json"), "{name}");
        }
    }

    #[test]
    fn a_sidecar_of_another_program_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let volume = folder.path().join("x.nii.gz");
        assert!(!is_ours(&volume));
        for (text, ours) in [
            ("{\"GeneratedBy\": [{\"Name\": \"dcm2niix\"}]}", false),
            ("no JSON", false),
            ("{\"GeneratedBy\": [{\"rsom\": {}}]}", true),
            ("{\"Labels\": {}, \"GeneratedBy\": [{\"rsom\": {}}]}", true),
            ("{\"Note\": 1, \"GeneratedBy\": [{\"rsom\": {}}]}", false),
        ] {
            std::fs::write(path_of(&volume), text).unwrap();
            assert_eq!(is_ours(&volume), ours, "{text}");
        }
    }
}
