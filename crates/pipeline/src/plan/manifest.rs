//! The scans of the pipeline's manifest.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_manifest::{self as manifest, Manifest, ScanEntry};
use rsom_stage::yaml::Place;

use crate::plan::scans::{Scan, ScanFile, Scans};
use crate::plan::tasks::Request;
use crate::problem::Problems;
use crate::read::model::Pipeline;

/// Attributes that every manifest knows, set or not.
const FIXED: [&str; 5] = ["id", "subject", "group", "split", "fold"];

/// Reads the manifest of the request, else that which the pipeline names; its files are looked for under the data folder of
/// the request, or beside the manifest.
pub(crate) fn scans(
    pipeline: &Pipeline,
    folder: &Path,
    request: &Request,
    problems: &mut Problems,
) -> Scans {
    let data = request.data.as_deref();
    let (place, path) = match (&request.manifest, &pipeline.manifest) {
        (Some(path), _) => (Place::default(), path.clone()),
        (None, Some((place, path))) => (*place, folder.join(path).components().collect()),
        (None, None) => return Scans::none(),
    };
    let manifest = match manifest::read(&path) {
        Ok(manifest) => manifest,
        Err(error) => {
            problems.add(place, error);
            return Scans::broken();
        }
    };
    if manifest.scans.is_empty() {
        problems.add(place, format_args!("{} has no scans", path.display()));
    }
    match manifest::data_root(&manifest, &path, data) {
        Ok(root) => Scans::new(convert(&manifest, &root)),
        // Told where a file is used: a pipeline may need no file of its manifest.
        Err(fault) => {
            let root = data
                .or(path.parent())
                .unwrap_or(Path::new(""))
                .join(&manifest.root);
            Scans::new(convert(&manifest, &root)).without_data(fault.to_string())
        }
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
    let attributes: BTreeMap<String, _> = names
        .map(|name| (name.to_owned(), entry.attribute(name).unwrap_or_default()))
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
