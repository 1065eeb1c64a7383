//! Reads the scans of the manifest.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::read::place::Place;
use rsom_manifest::{self as manifest, Manifest, ScanEntry};
use serde_json::Value;

use crate::plan::scans::{Scan, ScanFile, Scans};
use crate::plan::tasks::Request;
use crate::problem::Problems;
use crate::read::model::Pipeline;

/// Attributes that every scan has, even if they are not set.
const FIXED: [&str; 5] = ["id", "subject", "group", "split", "fold"];

/// Reads the manifest of the request, else the one of the pipeline. Its files are under the data folder of the request, or
/// next to the manifest.
pub(crate) fn scans(
    pipeline: &Pipeline,
    folder: &Path,
    request: &Request,
    problems: &mut Problems,
) -> Scans {
    let data = request.data.as_deref();
    let place = match (&request.manifest, &pipeline.manifest) {
        (None, Some((place, _))) => Some(*place),
        _ => None,
    };
    let Some(path) = path(pipeline, folder, request) else {
        return Scans::none();
    };
    let manifest = match manifest::read(&path) {
        Ok(manifest) => manifest,
        Err(error) => {
            report(place, &error, problems);
            return Scans::broken();
        }
    };
    if manifest.scans.is_empty() {
        let message = format_args!("{} has no scans", path.display());
        report(place, &message, problems);
    }
    match manifest::data_root(&manifest, &path, data) {
        Ok(root) => {
            let scans = convert(&manifest, &root);
            let root = std::path::absolute(&root).unwrap_or(root);
            Scans::new(scans).with_root(root.components().collect())
        }
        // Reported only where a file is used: a pipeline may need no file of its manifest.
        Err(fault) => {
            let root = data
                .or(path.parent())
                .unwrap_or(Path::new(""))
                .join(&manifest.root);
            Scans::new(convert(&manifest, &root)).without_data(fault.to_string())
        }
    }
}

/// The manifest of the request, else the one of the pipeline.
pub(crate) fn path(pipeline: &Pipeline, folder: &Path, request: &Request) -> Option<PathBuf> {
    match (&request.manifest, &pipeline.manifest) {
        (Some(path), _) => Some(path.clone()),
        (None, Some((_, path))) => Some(folder.join(path).components().collect()),
        (None, None) => None,
    }
}

/// Reports a problem at the pipeline's key `manifest`, or of the option `--manifest`.
fn report(place: Option<Place>, message: &dyn Display, problems: &mut Problems) {
    match place {
        Some(place) => problems.add(place, message),
        None => problems.add_usage(format_args!("--manifest: {message}")),
    }
}

fn convert(manifest: &Manifest, root: &Path) -> Vec<Scan> {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_path_buf());
    manifest
        .scans
        .iter()
        .map(|entry| scan(entry, &root))
        .collect()
}

fn scan(entry: &ScanEntry, root: &Path) -> Scan {
    let names = FIXED
        .iter()
        .copied()
        .chain(entry.attributes.keys().map(String::as_str));
    let attributes: BTreeMap<String, Value> = names
        .map(|name| {
            (
                name.to_owned(),
                entry.attribute(name).unwrap_or(Value::Null),
            )
        })
        .collect();
    let files = entry.files.iter().map(|(role, files)| {
        let file = |file: &manifest::FileEntry| ScanFile {
            path: root.join(&file.path).components().collect(),
            sha256: file.sha256.to_ascii_lowercase(),
        };
        (role.clone(), files.iter().map(file).collect())
    });
    Scan {
        id: entry.id.clone(),
        attributes,
        files: files.collect(),
    }
}
