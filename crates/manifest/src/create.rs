//! Creates a manifest from a folder: assigns files to scans and subjects, and hashes them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_stage::folder::{self, FolderContent, FolderFile};
use rsom_stage::{Kind, StageError, atomic, fingerprint, interrupt};

use crate::natural::{Token, natural};
use crate::read::{check, check_name};
use crate::{FileEntry, Manifest, Match, Pattern, ScanEntry};

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
    /// Voxel size along x, y, z in mm. `None` if unknown.
    pub spacing_mm: Option<[f64; 3]>,
}

/// A manifest, and what the patterns left out.
#[derive(Debug, Clone)]
pub struct Created {
    /// The manifest.
    pub manifest: Manifest,
    /// Number of files that match a pattern.
    pub matched: usize,
    /// The files that were left out.
    pub left: Left,
}

/// Files of a folder that a manifest does not list, in the order of their paths. Without hidden files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Files that match no pattern.
    pub unmatched: Vec<String>,
    /// Links without their file that match a pattern.
    pub broken_links: Vec<String>,
    /// Files that match a pattern, but whose names are not UTF-8, which a manifest cannot state.
    pub not_utf8: Vec<String>,
}

/// Creates a manifest of all files in a folder that match a pattern. Skips hidden files and folders.
///
/// Scans, subjects and files are in natural order (2 before 10). Parts of a pattern with the same text in all files of a scan
/// become attributes of the scan; `{group}`, `{split}` and `{fold}` become its group, split and fold.
///
/// # Errors
/// Exit code 3: no file matches, a file cannot be read, a path can be read in two ways, a path fits two roles, or a scan has
/// files of two subjects or two volumes of one role. Exit code 2: a scan's id or subject cannot be derived from a path, or is
/// not a valid name.
pub fn create(folder: &Path, description: &Description) -> Result<Created, StageError> {
    let mut scans: BTreeMap<Vec<Token>, Draft> = BTreeMap::new();
    let mut left = Left::default();
    let mut matched = 0;
    let found = folder::files(folder).map_err(|e| StageError::input(folder, atomic::plain(&e)))?;
    for file in found {
        interrupt::check()?;
        if folder::is_hidden(&file.name) {
            continue;
        }
        let path = folder::slashed(&file.name);
        let Some((role, parts)) = role_of(description, folder, &path)? else {
            left.unmatched.push(path);
            continue;
        };
        matched += 1;
        if left.out(&file, &path) {
            continue;
        }
        let found = scan_of(description, folder, &path, &parts)?;
        let draft = scans
            .entry(natural(&found.id))
            .or_insert_with(|| Draft::of(&found));
        draft.add(&found, parts, folder)?;
        let sha256 = fingerprint::of_path(&folder.join(&path))
            .map_err(|e| StageError::input(&folder.join(&path), atomic::plain(&e)))?;
        let files = draft.scan.files.entry(role.to_owned()).or_default();
        files.push(FileEntry { path, sha256 });
    }
    if scans.is_empty() {
        return Err(StageError::input(
            folder,
            "no file matches any of the patterns",
        ));
    }
    let scans: Vec<ScanEntry> = scans
        .into_values()
        .map(|draft| draft.finished(folder))
        .collect::<Result<_, _>>()?;
    let manifest = Manifest::new(&description.name, description.spacing_mm, scans);
    check(&manifest)?;
    Ok(Created {
        manifest,
        matched,
        left,
    })
}

impl Left {
    /// Whether a file that matches a pattern is left out; then it is recorded.
    fn out(&mut self, file: &FolderFile, path: &str) -> bool {
        let list = match (&file.content, file.name.to_str()) {
            (FolderContent::Link(_), _) => &mut self.broken_links,
            (FolderContent::File, None) => &mut self.not_utf8,
            (FolderContent::File, Some(_)) => return false,
        };
        list.push(path.to_owned());
        true
    }
}

/// A scan whose files are being collected.
struct Draft {
    scan: ScanEntry,
    /// The texts of each named part in the files seen so far.
    parts: BTreeMap<String, BTreeSet<String>>,
}

impl Draft {
    fn of(scan: &ScanEntry) -> Self {
        Self {
            scan: scan.clone(),
            parts: BTreeMap::new(),
        }
    }

    /// Adds the named parts of a file.
    fn add(
        &mut self,
        found: &ScanEntry,
        parts: BTreeMap<String, String>,
        folder: &Path,
    ) -> Result<(), StageError> {
        let (id, known, other) = (&self.scan.id, &self.scan.subject, &found.subject);
        if known != other {
            return Err(StageError::input(
                folder,
                format_args!(
                    "the scan '{id}' has files of the subjects '{known}' and '{other}'; compose the id of scans (--scan of 'rsom io manifest create') so that each has its own"
                ),
            ));
        }
        for (name, text) in parts {
            self.parts.entry(name).or_default().insert(text);
        }
        Ok(())
    }

    fn finished(self, folder: &Path) -> Result<ScanEntry, StageError> {
        let Self { mut scan, parts } = self;
        for (role, files) in &mut scan.files {
            files.sort_by_cached_key(|file| natural(&file.path));
            let is_volume = |file: &FileEntry| Kind::Volume.accepts_name(Path::new(&file.path));
            if let [first, second, ..] = files.as_slice()
                && is_volume(first)
            {
                let (first, second, id) = (&first.path, &second.path, &scan.id);
                return Err(StageError::input(
                    folder,
                    format_args!(
                        "{first} and {second} both are the {role} of the scan '{id}'; compose the id of scans (--scan of 'rsom io manifest create') so that each has its own, as {{subject}}_{{visit}}"
                    ),
                ));
            }
        }
        for (name, texts) in parts {
            let mut texts = texts.into_iter();
            let (Some(text), None) = (texts.next(), texts.next()) else {
                continue;
            };
            match name.as_str() {
                "id" | "subject" | "files" => {}
                "group" => scan.group = Some(text),
                "split" => scan.split = Some(text),
                "fold" => {
                    let fold = text.parse().map_err(|_| {
                        StageError::input(
                            folder,
                            format_args!(
                                "the fold '{text}' of the scan '{}' is not a whole number",
                                scan.id
                            ),
                        )
                    })?;
                    scan.fold = Some(fold);
                }
                _ => {
                    scan.attributes.insert(name, text.into());
                }
            }
        }
        Ok(scan)
    }
}

/// The named parts of a path with their texts.
type Parts = BTreeMap<String, String>;

/// The role of a file and the named parts of its path; `None` if it matches no pattern.
///
/// # Errors
/// Exit code 3: the path can be read in two ways, or fits the patterns of two roles.
fn role_of<'d>(
    description: &'d Description,
    folder: &Path,
    path: &str,
) -> Result<Option<(&'d str, Parts)>, StageError> {
    let mut found: Option<(&str, Parts)> = None;
    for (role, pattern) in &description.roles {
        let parts = match pattern.matches(path) {
            Match::No => continue,
            Match::Parts(parts) => parts,
            Match::Ambiguous(readings) => return Err(ambiguous(folder, path, &readings)),
        };
        if let Some((other, _)) = found {
            return Err(StageError::input(
                folder,
                format_args!(
                    "{path} fits the patterns of two roles, {other} and {role}; restrict a part of a pattern, as in {{subject:word}} (letters and digits only)"
                ),
            ));
        }
        found = Some((role, parts));
    }
    Ok(found)
}

fn ambiguous(folder: &Path, path: &str, readings: &[BTreeMap<String, String>; 2]) -> StageError {
    let [one, other] = readings.each_ref().map(|parts| {
        let words = parts.iter().map(|(name, text)| format!("{name}={text}"));
        words.collect::<Vec<_>>().join(", ")
    });
    StageError::input(
        folder,
        format_args!(
            "{path} can be read in two ways: {one}, or {other}; restrict a part of the pattern, as in {{visit:digits}} or {{subject:word}} (letters and digits only)"
        ),
    )
}

fn scan_of(
    description: &Description,
    folder: &Path,
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
    for name in [&id, subject] {
        check_name(name).map_err(|fault| {
            StageError::usage(format_args!(
                "{}: {fault}; rename the file, move it away, or restrict a part of the pattern, as in {{subject:word}} (letters and digits only)",
                folder.join(path).display()
            ))
        })?;
    }
    Ok(ScanEntry::new(&id, subject))
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
            spacing_mm: None,
        }
    }

    #[test]
    fn a_file_of_two_roles_is_refused_until_the_pattern_tells_them_apart() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["s1.nii.gz", "s1_mask.nii.gz", "s2.nii.gz"] {
            std::fs::write(folder.path().join(name), name).unwrap();
        }
        let of = |image: &str| {
            let pattern = |text: &str| Pattern::parse(text).unwrap();
            let description = Description {
                roles: [
                    ("image".to_owned(), pattern(image)),
                    ("mask".to_owned(), pattern("{subject}_mask.nii.gz")),
                ]
                .into(),
                scan: pattern("{subject}"),
                ..description()
            };
            create(folder.path(), &description)
        };
        let error = of("{subject}.nii.gz").unwrap_err();
        assert_eq!(error.exit_code(), rsom_stage::ExitCode::BadInput);
        let said = "s1_mask.nii.gz fits the patterns of two roles, image and mask";
        assert!(error.to_string().contains(said), "{error}");
        let scans = of("{subject:word}.nii.gz").unwrap().manifest.scans;
        let ids: Vec<&str> = scans.iter().map(|scan| scan.id.as_str()).collect();
        assert_eq!(ids, ["s1", "s2"]);
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
    fn a_folder_becomes_scans_in_natural_order() {
        let folder = folder();
        let created = create(folder.path(), &description()).unwrap();
        assert_eq!(
            (created.matched, created.left.unmatched),
            (4, vec!["other.txt".to_owned()])
        );
        let manifest = created.manifest;
        let ids: Vec<_> = manifest.scans.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["s2", "s3", "s10"]);
        let files: Vec<_> = manifest.scans[0].files["image"]
            .iter()
            .map(|f| f.path.as_str())
            .collect();
        assert_eq!(files, ["s2_9.png", "s2_10.png"]);
    }

    #[test]
    fn a_changed_and_a_missing_file_are_found_and_a_leak_too() {
        let folder = folder();
        let manifest = create(folder.path(), &description()).unwrap().manifest;
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
        let manifest = create(folder.path(), &description).unwrap().manifest;
        assert_eq!(manifest.scans[1].subject, manifest.scans[2].subject);
        assert_eq!(leaks(&manifest), []);
    }

    /// Creates a manifest of empty files.
    fn created(names: &[&str], image: &str, scan: &str) -> Result<Created, String> {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, *name).unwrap();
        }
        let description = Description {
            roles: [("image".to_owned(), Pattern::parse(image).unwrap())].into(),
            scan: Pattern::parse(scan).unwrap(),
            ..description()
        };
        let result = create(folder.path(), &description);
        result.map_err(|error| error.to_string())
    }

    #[test]
    fn parts_of_the_pattern_become_attributes_of_the_scan() {
        let names = [
            "control/s1_v1.nii.gz",
            "control/s1_v2.nii.gz",
            "patient/s2_v1.nii.gz",
        ];
        let scans = created(
            &names,
            "{group}/{subject}_v{visit}.nii.gz",
            "{subject}_{visit}",
        )
        .unwrap();
        let scans = scans.manifest.scans;
        let told: Vec<_> = (scans.iter())
            .map(|s| {
                (
                    s.id.as_str(),
                    s.group.as_deref().unwrap(),
                    s.attribute("visit").unwrap(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("s1_1", "control", "1".into()),
                ("s1_2", "control", "2".into()),
                ("s2_1", "patient", "1".into())
            ]
        );
        // A part that differs within a scan is no attribute of it.
        let slices = created(
            &["a_1.png", "a_2.png"],
            "{subject}_{slice}.png",
            "{subject}",
        )
        .unwrap();
        assert_eq!(slices.manifest.scans[0].attribute("slice"), None);
    }

    #[test]
    fn two_readings_two_subjects_and_two_volumes_are_refused_by_name() {
        let pattern = "{subject}_{visit}.nii.gz";
        let error = created(&["sub_01_1.nii.gz"], pattern, "{subject}_{visit}").unwrap_err();
        for part in [
            "sub_01_1.nii.gz",
            "subject=sub, visit=01_1",
            "subject=sub_01, visit=1",
            "{visit:digits}",
        ] {
            assert!(error.contains(part), "{error}");
        }
        let names = ["a_1.nii.gz", "b_1.nii.gz"];
        let error = created(&names, pattern, "{visit}").unwrap_err();
        assert!(error.contains("subjects 'a' and 'b'"), "{error}");
        let names = ["a_1.nii.gz", "a_2.nii.gz"];
        let error = created(&names, pattern, "{subject}").unwrap_err();
        assert!(
            error.contains("a_1.nii.gz and a_2.nii.gz both are the image"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn hidden_files_and_broken_links_do_not_stop_it() {
        let folder = folder();
        let at = |name: &str| folder.path().join(name);
        for name in ["._s2_9.png", ".DS_Store"] {
            std::fs::write(at(name), "").unwrap();
        }
        std::os::unix::fs::symlink("annex", at("s4_1.png")).unwrap();
        std::os::unix::fs::symlink("annex", at("elsewhere")).unwrap();
        let created = create(folder.path(), &description()).unwrap();
        assert_eq!(created.matched, 5);
        assert_eq!(created.left.broken_links, ["s4_1.png"]);
        assert_eq!(created.left.unmatched, ["elsewhere", "other.txt"]);
        assert_eq!(created.manifest.scans.len(), 3);
    }
}
