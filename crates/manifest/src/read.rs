//! Reads a manifest and finds its data folder.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use rsom_stage::{StageError, text, yaml};

use crate::Manifest;
use crate::folds::MOST_FOLDS;
use crate::model::ScanEntry;

/// Names of the fixed attributes. A free attribute must not have one of them.
const FIXED: [&str; 6] = ["id", "subject", "group", "split", "fold", "files"];

/// Reads and checks a manifest.
///
/// # Errors
/// Exit code 3 with file, line and column: invalid YAML, an unknown key, a duplicate or invalid id, a path outside the root,
/// an invalid hash, or a subject in two splits or folds.
pub fn read(path: &Path) -> Result<Manifest, StageError> {
    let text = text::read(path).map_err(|fault| StageError::input(path, fault))?;
    let manifest: Manifest = yaml::from_str(&text).map_err(|e| StageError::input(path, e))?;
    let Err(ManifestFault { keys, message }) = first_fault(&manifest) else {
        return Ok(manifest);
    };
    let document = yaml::Document::parse(&text).map_err(|e| StageError::input(path, e))?;
    let place = document.place(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    Err(StageError::input(path, format_args!("{place}: {message}")))
}

/// The folder of the files: the root of the manifest, relative to `data`, or else to the data folder that the manifest names,
/// or else to its own folder.
///
/// # Errors
/// Exit code 3 if a manifest with files has no such folder. The message says how to obtain the data.
pub fn data_root(
    manifest: &Manifest,
    manifest_path: &Path,
    data: Option<&Path>,
) -> Result<PathBuf, StageError> {
    let folder = match data {
        Some(data) => data.to_path_buf(),
        None => {
            let beside = manifest_path.parent().unwrap_or(Path::new(""));
            match manifest.data.as_str() {
                "." => beside.to_path_buf(),
                data => beside.join(data),
            }
        }
    };
    let root = folder.join(&manifest.root);
    let root = if root.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        root
    };
    let needed = manifest.scans.iter().any(|scan| !scan.files.is_empty());
    if root.is_dir() || !needed {
        return Ok(root);
    }
    let obtain = match manifest.obtain.as_str() {
        "" => "give the folder with --data or the variable RSOM_DATA",
        text => text,
    };
    Err(StageError::input(
        &root,
        format_args!("the data of '{}' are not here: {obtain}", manifest.name),
    ))
}

/// The YAML text of a manifest. [`read`] can read it.
///
/// # Errors
/// Exit code 1 if a free attribute cannot be represented in YAML.
pub fn to_yaml(manifest: &Manifest) -> Result<String, StageError> {
    yaml::to_string(manifest).map_err(StageError::failure)
}

/// An error in a manifest.
#[derive(Debug)]
struct ManifestFault {
    /// Keys and list indices that lead to the faulty value.
    keys: Vec<String>,
    /// Description of the error.
    message: String,
}

impl ManifestFault {
    fn of(keys: Vec<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { keys, message }
    }
}

/// Checks a manifest that was made, not read: as [`read`], without a place.
///
/// # Errors
/// Exit code 2: the first fault.
pub fn check(manifest: &Manifest) -> Result<(), StageError> {
    first_fault(manifest).map_err(|fault| StageError::usage(fault.message))
}

/// Checks the voxel size, names, paths, hashes, and that no subject is in two splits or folds.
fn first_fault(manifest: &Manifest) -> Result<(), ManifestFault> {
    check_name(&manifest.name).map_err(|e| ManifestFault::of(vec!["name".into()], e))?;
    check_relative_path(&manifest.root).map_err(|e| ManifestFault::of(vec!["root".into()], e))?;
    check_spacing(manifest.spacing_mm)
        .map_err(|e| ManifestFault::of(vec!["spacing_mm".into()], e))?;
    if let Some(create) = manifest.create.as_ref().filter(|c| c.folds > MOST_FOLDS) {
        let fault = format!("{} folds are more than {MOST_FOLDS}", create.folds);
        return Err(ManifestFault::of(
            vec!["create".into(), "folds".into()],
            fault,
        ));
    }
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    let mut sides: BTreeMap<&str, &ScanEntry> = BTreeMap::new();
    for (index, scan) in manifest.scans.iter().enumerate() {
        let at = |part: &str| vec!["scans".to_owned(), index.to_string(), part.to_owned()];
        check_name(&scan.id).map_err(|e| ManifestFault::of(at("id"), e))?;
        check_name(&scan.subject).map_err(|e| ManifestFault::of(at("subject"), e))?;
        if ids.insert(&scan.id, index).is_some() {
            let fault = format!("two scans have the id '{}'", scan.id);
            return Err(ManifestFault::of(at("id"), fault));
        }
        let other = *sides.entry(&scan.subject).or_insert(scan);
        if other.split != scan.split || other.fold != scan.fold {
            let (a, b, subject) = (&other.id, &scan.id, &scan.subject);
            let fault = format!(
                "scans '{a}' and '{b}' of subject '{subject}' are in different splits or folds; \
                 put all scans of a subject into the same one"
            );
            return Err(ManifestFault::of(at("subject"), fault));
        }
        if let Some(name) = scan.attributes.keys().find(|k| FIXED.contains(&k.as_str())) {
            let fault = format!("'{name}' is a fixed attribute and cannot be a free one");
            return Err(ManifestFault::of(at("attributes"), fault));
        }
        for file in scan.files.values().flatten() {
            check_relative_path(&file.path).map_err(|e| ManifestFault::of(at("files"), e))?;
            if file.sha256.len() != 64 || !file.sha256.bytes().all(|b| b.is_ascii_hexdigit()) {
                let fault = format!("the sha256 of {} is not 64 hexadecimal digits", file.path);
                return Err(ManifestFault::of(at("files"), fault));
            }
        }
    }
    Ok(())
}

/// Checks a voxel size.
fn check_spacing(spacing_mm: Option<[f64; 3]>) -> Result<(), String> {
    match (spacing_mm.iter().flatten()).find(|d| !(d.is_finite() && **d > 0.0)) {
        Some(size) => Err(format!(
            "the voxel size {size} mm is not positive and finite"
        )),
        None => Ok(()),
    }
}

/// Checks a name: it becomes part of paths and command lines.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.starts_with(['.', '-']) || !name.chars().all(usable) {
        return Err(format!(
            "'{name}' is not a valid name: use letters from a to z, digits, '.', '_' and '-', and do not start with '.' or '-'"
        ));
    }
    Ok(())
}

/// Checks that a relative path stays inside the data folder.
fn check_relative_path(path: &str) -> Result<(), String> {
    let inside = |c: Component<'_>| matches!(c, Component::Normal(_) | Component::CurDir);
    if path.is_empty() || !Path::new(path).components().all(inside) {
        return Err(format!("the path '{path}' is not inside the data folder"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(scans: &str) -> Result<Manifest, StageError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.yaml");
        std::fs::write(&path, format!("name: demo\nscans:\n{scans}")).unwrap();
        read(&path)
    }

    #[test]
    fn a_minimal_manifest_needs_id_and_subject() {
        let manifest = parse("  - {id: a, subject: s1, attributes: {seed: 7}}\n").unwrap();
        assert_eq!(manifest.scans[0].attribute("seed").unwrap(), 7);
        assert_eq!(manifest.scans[0].attribute("subject").unwrap(), "s1");
        assert_eq!(manifest.scans[0].attribute("fold"), None);
    }

    #[test]
    fn a_fold_is_a_whole_number_however_it_is_written() {
        let fold = |text: &str| {
            let manifest = parse(&format!(
                "  - {id}a, subject: s, fold: {text}{end}\n",
                id = "{id: ",
                end = "}"
            ));
            manifest.map(|manifest| manifest.scans[0].fold)
        };
        for (text, expected) in [
            ("1", Some(1)),
            ("1.0", Some(1)),
            ("1e0", Some(1)),
            ("null", None),
        ] {
            assert_eq!(fold(text).unwrap(), expected, "{text}");
        }
        for (text, said) in [
            (
                "\"1\"",
                "the fold '1' is a text; write a whole number without quotes",
            ),
            ("1.5", "the fold 1.5 is not a whole number"),
            ("-1", "the fold -1 is not a whole number"),
        ] {
            let message = fold(text).unwrap_err().to_string();
            assert!(message.contains(said), "{text}: {message}");
        }
    }

    #[test]
    fn a_voxel_size_is_positive_and_finite() {
        for size in [".nan", ".inf", "0", "-0.01"] {
            let scans = format!("  - {{id: a, subject: s}}\nspacing_mm: [0.01, {size}, 0.01]\n");
            let message = parse(&scans).unwrap_err().to_string();
            assert!(
                message.contains("line 4, column 1: the voxel size"),
                "{message}"
            );
        }
    }

    #[test]
    fn faults_are_reported_with_their_place() {
        let zero = "0".repeat(64);
        for (scans, part) in [
            (
                "  - {id: a, subject: s}\n  - {id: a, subject: s}\n".to_owned(),
                "line 4, column 6: two scans",
            ),
            (
                "  - {id: ../a, subject: s}\n".to_owned(),
                "is not a valid name",
            ),
            (
                "  - {id: a, subject: s, fold: 0}\n  - {id: b, subject: s, fold: 1}\n".to_owned(),
                "different splits or folds",
            ),
            (
                format!(
                    "  - {{id: a, subject: s, files: {{x: [{{path: ../x, sha256: {zero}}}]}}}}\n"
                ),
                "is not inside the data folder",
            ),
            (
                "  - {id: a, subject: s, files: {x: [{path: x, sha256: 12}]}}\n".to_owned(),
                "sha256",
            ),
            (
                "  - {id: a, subject: s}\ncreate: {files: {}, folds: 4000000000}\n".to_owned(),
                "line 4, column 21: 4000000000 folds are more than 1000",
            ),
            (
                "  - {id: a, subject: s, fould: 1}\n".to_owned(),
                "unknown field `fould`",
            ),
        ] {
            let message = parse(&scans).unwrap_err().to_string();
            assert!(message.contains(part), "'{part}' is not in: {message}");
        }
    }

    #[test]
    fn the_error_for_missing_data_says_how_to_obtain_them() {
        let zero = "0".repeat(64);
        let scan =
            format!("  - {{id: a, subject: s, files: {{x: [{{path: x, sha256: {zero}}}]}}}}\n");
        let mut manifest = parse(&scan).unwrap();
        manifest.root = "absent".into();
        manifest.obtain = "ask the authors".into();
        let error = data_root(&manifest, Path::new("m.yaml"), None).unwrap_err();
        assert!(error.to_string().contains("ask the authors"));
    }
}
