//! The report of a run as a bundle holds it: what it names is found in the bundle.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_pipeline::{Correction, Plan, joined};
use rsom_stage::folder;
use serde_json::{Value, json};

use super::portable::Portable;

/// Name of the pipeline in a bundle.
pub(super) const PIPELINE: &str = "pipeline.yaml";
/// Name of the manifest in a bundle.
pub(super) const MANIFEST: &str = "manifest.yaml";
/// Folder of the files of the manifest in a bundle.
pub(super) const DATA: &str = "data";

/// The report with the paths of the bundle. `has_data` if the files of the manifest are in it.
pub(super) fn of(plan: &Plan, report: Value, has_data: bool) -> Value {
    let mut report = with_absolute_inputs(&plan.workdir, report);
    let names: BTreeMap<PathBuf, String> = (plan.corrections.iter())
        .map(|correction| (joined(&correction.path, ""), name_of(plan, correction)))
        .collect();
    for entry in report["corrections"].as_array_mut().into_iter().flatten() {
        let path = joined(&plan.workdir, entry["path"].as_str().unwrap_or_default());
        if let Some(name) = names.get(&path) {
            entry["path"] = json!(name);
        }
    }
    let study = &mut report["study"];
    if study.is_object() {
        study["pipeline"]["path"] = json!(PIPELINE);
        if study["manifest"].is_object() {
            study["manifest"]["path"] = json!(MANIFEST);
        }
        study["data"] = if has_data { json!(DATA) } else { Value::Null };
        // Corrections in their folder are found there.
        for word in study["correct"].as_array_mut().into_iter().flatten() {
            let text = word.as_str().unwrap_or_default();
            if let Some((target, path)) = text.split_once('=')
                && let Some(name) = names.get(&joined(&plan.workdir, path))
            {
                *word = json!(format!("{target}={name}"));
            }
        }
        for word in study["swap"].as_array_mut().into_iter().flatten() {
            let text = word.as_str().unwrap_or_default();
            if let Some((target, path)) = text.split_once('=') {
                let path = joined(&plan.workdir, path);
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let inside = below_pipeline(plan, &path).unwrap_or_else(|| file.into_owned());
                *word = json!(format!("{target}={inside}"));
            }
        }
        for entry in study["included"].as_array_mut().into_iter().flatten() {
            let path = joined(&plan.workdir, entry["path"].as_str().unwrap_or_default());
            if let Some(inside) = below_pipeline(plan, &path) {
                entry["path"] = json!(inside);
            }
        }
    }
    Portable::of(plan).value(report)
}

/// The path of a file below the folder of the pipeline, relative to it. `None` for a file elsewhere.
pub(super) fn below_pipeline(plan: &Plan, path: &Path) -> Option<String> {
    let folder = joined(plan.pipeline.parent()?, "");
    let path = joined(path, "");
    let inside = path.strip_prefix(folder).ok()?;
    Some(folder::slashed(inside))
}

/// The place of a correction in a bundle, under its own name: outputs that were made from it name it. One that the command line named
/// is in a folder of its own.
pub(super) fn name_of(plan: &Plan, correction: &Correction) -> String {
    let step = &plan.tasks[correction.task].step;
    let name = correction.path.file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    match below_pipeline(plan, &correction.path) {
        Some(place) if place.starts_with(&format!("corrections/{step}/")) => place,
        _ => format!("corrected/{}/{name}", correction.task),
    }
}

/// A name without its ending; `.gz` belongs to it.
pub(super) fn stem(name: &str) -> &str {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    name.rfind('.').map_or(name, |dot| &name[..dot])
}

/// The report with absolute paths of inputs outside of the output folder.
fn with_absolute_inputs(workdir: &Path, mut report: Value) -> Value {
    let tasks = report["tasks"].as_array_mut().into_iter().flatten();
    let ports = tasks.filter_map(|task| task["inputs"].as_object_mut());
    let files = ports
        .flat_map(|ports| ports.values_mut())
        .filter_map(Value::as_array_mut)
        .flatten();
    for file in files {
        let Some(path) = file["path"].as_str() else {
            continue;
        };
        let path = joined(workdir, path);
        if !path.starts_with(workdir) {
            file["path"] = json!(folder::slashed(&path));
        }
    }
    report
}
