//! Content of a YAML file: a manifest, or another document.

use std::path::Path;

use rsom_stage::{StageError, text, yaml};
use serde_json::json;

use super::report::Report;

pub(super) fn report(path: &Path) -> Result<Report, StageError> {
    let text = text::read(path).map_err(|fault| StageError::input(path, fault))?;
    let document = yaml::Document::parse(&text).map_err(|e| StageError::input(path, e))?;
    if document.value.get("scans").is_none() {
        let keys: Vec<&str> = document
            .value
            .as_mapping()
            .map(|map| map.keys().filter_map(|key| key.as_str()).collect())
            .unwrap_or_default();
        return Ok(Report::new("YAML").with("keys", json!(keys)));
    }
    let manifest = rsom_manifest::read(path)?;
    Ok(Report::new("manifest (YAML)")
        .with("name", json!(manifest.name))
        .with("license", json!(manifest.license))
        .with("spacing_mm", json!(manifest.spacing_mm))
        .with("scans", json!(manifest.scans.len()))
        .with("subjects", json!(manifest.subject_count()))
        .with("files", json!(manifest.file_count()))
        .with("leaks", json!(rsom_manifest::leaks(&manifest).len())))
}
