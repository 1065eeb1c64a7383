//! Creates a manifest from a folder: assigns files to scans and subjects, and hashes them.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{StageError, atomic, fingerprint, interrupt};
use walkdir::WalkDir;

use crate::read::check;
use crate::{FileEntry, Manifest, Pattern, ScanEntry};

/// How to assign the files of a folder to scans and subjects.
#[derive(Debug, Clone)]
pub struct Description {
    /// Name of the data set.
    pub name: String,
    /// Pattern of the file paths for each role.
    pub roles: BTreeMap<String, Pattern>,
    /// Pattern of the scan's id. Its named parts are filled from the path.
    pub scan: Pattern,
    /// Pattern of the subject. Its named parts are filled from the path.
    pub subject: Pattern,
    /// Names of subjects that are the same person: from alias to name.
    pub same_subject: BTreeMap<String, String>,
    /// Number of folds for the subjects. 0 for no folds.
    pub folds: u32,
    /// Voxel size along x, y, z in mm. `None` if unknown.
    pub spacing_mm: Option<[f64; 3]>,
}

/// Creates a manifest of all files in a folder that match a pattern.
///
/// Scans, subjects and files are in natural order (2 before 10).
///
/// # Errors
/// Exit code 3: no file matches, or a file cannot be read. Exit code 2: a scan's id or subject cannot be derived from a path,
/// or is not a valid name.
pub fn create(folder: &Path, description: &Description) -> Result<Manifest, StageError> {
    let mut scans: BTreeMap<Vec<Token>, ScanEntry> = BTreeMap::new();
    for path in relative_files(folder)? {
        interrupt::check()?;
        for (role, pattern) in &description.roles {
            let Some(parts) = pattern.matches(&path) else {
                continue;
            };
            let scan = scan_of(description, &path, &parts)?;
            let sha256 = fingerprint::of_path(&folder.join(&path))
                .map_err(|e| StageError::input(&folder.join(&path), atomic::plain(&e)))?;
            let file = FileEntry {
                path: path.clone(),
                sha256,
            };
            let scan = scans.entry(natural(&scan.id)).or_insert(scan);
            scan.files.entry(role.clone()).or_default().push(file);
        }
    }
    if scans.is_empty() {
        return Err(StageError::input(
            folder,
            "no file matches any of the patterns",
        ));
    }
    let mut scans: Vec<ScanEntry> = scans.into_values().collect();
    for scan in &mut scans {
        for files in scan.files.values_mut() {
            files.sort_by_cached_key(|file| natural(&file.path));
        }
    }
    assign_folds(&mut scans, description.folds);
    let manifest = Manifest::new(&description.name, description.spacing_mm, scans);
    check(&manifest).map_err(|fault| StageError::usage(fault.message))?;
    Ok(manifest)
}

/// Assigns the subjects to the folds in turn, in natural order.
fn assign_folds(scans: &mut [ScanEntry], folds: u32) {
    if folds == 0 {
        return;
    }
    let mut of_subject: BTreeMap<Vec<Token>, u32> = BTreeMap::new();
    for scan in scans.iter() {
        of_subject.insert(natural(&scan.subject), 0);
    }
    for (fold, slot) in of_subject.values_mut().enumerate() {
        *slot = fold as u32 % folds;
    }
    for scan in scans {
        scan.fold = of_subject.get(&natural(&scan.subject)).copied();
    }
}

fn scan_of(
    description: &Description,
    path: &str,
    parts: &BTreeMap<String, String>,
) -> Result<ScanEntry, StageError> {
    let fill = |pattern: &Pattern, what: &str| {
        pattern.fill(parts).ok_or_else(|| {
            StageError::usage(format_args!(
                "the {what} cannot be derived from the path {path}"
            ))
        })
    };
    let subject = fill(&description.subject, "subject")?;
    let id = fill(&description.scan, "scan")?;
    let subject = description.same_subject.get(&subject).unwrap_or(&subject);
    Ok(ScanEntry::new(&id, subject))
}

fn relative_files(folder: &Path) -> Result<Vec<String>, StageError> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        let entry = entry.map_err(|e| StageError::input(folder, e))?;
        if entry.file_type().is_file()
            && let Ok(relative) = entry.path().strip_prefix(folder)
            && let Some(relative) = relative.to_str()
        {
            files.push(relative.replace('\\', "/"));
        }
    }
    Ok(files)
}

/// A part of a name in natural order: numbers are sorted by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// Digits: the value and the text.
    Number(u64, String),
    /// Any other text.
    Text(String),
}

/// Splits a name into numbers and text, as a sort key for natural order (2 before 10).
pub fn natural(name: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest
            .find(|c: char| c.is_ascii_digit() != digits)
            .unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        tokens.push(match piece.parse() {
            Ok(number) if digits => Token::Number(number, piece.to_owned()),
            _ => Token::Text(piece.to_owned()),
        });
        rest = after;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, leaks, verify};

    fn description() -> Description {
        let pattern = |text: &str| Pattern::parse(text).unwrap();
        Description {
            name: "demo".into(),
            roles: [("image".to_owned(), pattern("s{subject}_{slice}.png"))].into(),
            scan: pattern("s{subject}"),
            subject: pattern("{subject}"),
            same_subject: BTreeMap::new(),
            folds: 2,
            spacing_mm: None,
        }
    }

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("s10_1.png", "x"),
            ("s2_10.png", "y"),
            ("s2_9.png", "z"),
            ("s3_1.png", "x"),
            ("other.txt", ""),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_becomes_scans_in_natural_order_with_folds_by_subject() {
        let folder = folder();
        let manifest = create(folder.path(), &description()).unwrap();
        let ids: Vec<_> = manifest
            .scans
            .iter()
            .map(|s| (s.id.as_str(), s.fold))
            .collect();
        assert_eq!(ids, [("s2", Some(0)), ("s3", Some(1)), ("s10", Some(0))]);
        let files: Vec<_> = manifest.scans[0].files["image"]
            .iter()
            .map(|f| f.path.as_str())
            .collect();
        assert_eq!(files, ["s2_9.png", "s2_10.png"]);
    }

    #[test]
    fn a_changed_and_a_missing_file_are_found_and_a_leak_too() {
        let folder = folder();
        let manifest = create(folder.path(), &description()).unwrap();
        assert_eq!(verify(&manifest, folder.path()).unwrap(), []);
        assert_eq!(leaks(&manifest)[0].subjects, ["10", "3"]);
        std::fs::write(folder.path().join("s2_9.png"), "changed").unwrap();
        std::fs::remove_file(folder.path().join("s3_1.png")).unwrap();
        let faults = verify(&manifest, folder.path()).unwrap();
        assert!(matches!(&faults[0], Fault::Changed { path, .. } if path == "s2_9.png"));
        assert!(matches!(&faults[1], Fault::Missing { path } if path == "s3_1.png"));
    }

    #[test]
    fn one_person_under_two_names_becomes_one_subject() {
        let folder = folder();
        let mut description = description();
        description.same_subject.insert("10".into(), "3".into());
        let manifest = create(folder.path(), &description).unwrap();
        assert_eq!(manifest.scans[1].fold, manifest.scans[2].fold);
        assert_eq!(leaks(&manifest), []);
    }
}
