//! Finds the files of each scan in a folder, by the scanner's naming scheme.
//!
//! `R_<stamp>_<id>_LF.mat` and `R_<stamp>_<id>_HF.mat` are a scan, `Surf_<stamp>_.mat` next to them is its surface.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_stage::{StageError, atomic, interrupt};
use walkdir::WalkDir;

use rsom_manifest::{FileEntry, Manifest, ScanEntry, natural};

/// Prefixes of ids that contain an underscore, and the length of such ids (`PAT003_RL01`).
const LONG_IDS: [&str; 2] = ["PAT", "VOL"];
const LONG_ID: usize = 11;

/// A scan with both LF and HF; paths are relative to the folder, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Unique id: the file name without `_LF.mat`, prefixed with the folder's name where two scans have the same file
    /// name.
    pub id: String,
    /// Name of the subject or object: the text between the second and the third underscore; for `PAT…` and `VOL…` the
    /// eleven characters after the second underscore.
    pub name: String,
    /// Stamp of the acquisition: the text between the first and the second underscore.
    pub stamp: String,
    /// MATLAB file of LF.
    pub lf: String,
    /// MATLAB file of HF.
    pub hf: String,
    /// MATLAB file of the surface, if there is one.
    pub surface: Option<String>,
}

/// A scan with only one of LF and HF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// The existing file.
    pub found: String,
    /// The missing file.
    pub missing: String,
}

/// The scans in a folder and its subfolders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FolderContents {
    /// Complete scans, in natural order of their ids.
    pub sessions: Vec<Session>,
    /// Scans with one channel only.
    pub incomplete: Vec<Incomplete>,
    /// Skipped entries, with the reason: unreadable folders, links, names that are not UTF-8.
    pub doubts: Vec<String>,
}

impl Session {
    /// The subject: for `PAT003_RL01` the part before the underscore, else the name.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self.name.split_once('_') {
            Some((person, _)) if is_long(&self.name) => person,
            _ => &self.name,
        }
    }
}

/// Finds the scans in a folder and its subfolders. `LF`, `HF` and the ending may be in lower or upper case.
///
/// # Errors
/// Exit code 3: the folder itself cannot be read.
pub fn find_sessions(folder: &Path) -> Result<FolderContents, StageError> {
    let (mut files, mut doubts) = (Vec::new(), Vec::new());
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        interrupt::check()?;
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => return Err(StageError::input(folder, error)),
            Err(error) => {
                doubts.push(error.to_string());
                continue;
            }
        };
        let relative = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
        match parts {
            _ if !entry.file_type().is_file() => {}
            Some(parts) => files.push(parts.join("/")),
            None => doubts.push(format!("{}: its name is not UTF-8", relative.display())),
        }
    }
    Ok(FolderContents {
        doubts,
        ..of_files(&files)
    })
}

fn of_files(files: &[String]) -> FolderContents {
    let by_name: BTreeMap<String, &String> = files.iter().map(|f| (f.to_lowercase(), f)).collect();
    let there = |path: &str| {
        by_name
            .get(&path.to_lowercase())
            .map(|path| (*path).clone())
    };
    let mut found = FolderContents::default();
    for file in files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let in_folder = |name: String| match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        };
        let Some((base, other)) = channel_of(name) else {
            continue;
        };
        let missing = in_folder(format!("{base}_{other}.mat"));
        let Some(partner) = there(&missing) else {
            found.incomplete.push(Incomplete {
                found: file.clone(),
                missing,
            });
            continue;
        };
        // Each pair is found twice.
        if other == "LF" {
            continue;
        }
        let (stamp, id) = parts(base);
        found.sessions.push(Session {
            id: path_safe(base),
            name: path_safe(id),
            stamp: stamp.to_owned(),
            lf: file.clone(),
            hf: partner,
            surface: there(&in_folder(format!("Surf_{stamp}_.mat"))),
        });
    }
    make_ids_unique(&mut found.sessions);
    found.sessions.sort_by_cached_key(|s| natural(&s.id));
    found
}

/// The file name without its channel, and the name of the other channel.
fn channel_of(name: &str) -> Option<(&str, &'static str)> {
    let base = name.len().checked_sub("_LF.mat".len())?;
    let (base, ending) = (name.get(..base)?, name.get(base..)?);
    let is_scan = base.starts_with("R_");
    match ending.to_lowercase().as_str() {
        "_lf.mat" if is_scan => Some((base, "HF")),
        "_hf.mat" if is_scan => Some((base, "LF")),
        _ => None,
    }
}

/// Stamp and id of `R_<stamp>_<id>…`.
fn parts(base: &str) -> (&str, &str) {
    let rest = base.strip_prefix("R_").unwrap_or(base);
    let (stamp, rest) = rest.split_once('_').unwrap_or((rest, ""));
    let id = match rest.get(..LONG_ID) {
        Some(long) if is_long(rest) => long,
        _ => rest.split('_').next().unwrap_or(rest),
    };
    (stamp, if id.is_empty() { stamp } else { id })
}

fn is_long(name: &str) -> bool {
    LONG_IDS.iter().any(|start| name.starts_with(start))
}

/// Replaces characters that do not belong into paths and command lines: ids become parts of both.
fn path_safe(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    match name.chars().next() {
        None | Some('-' | '.') => format!("x{name}"),
        _ => name,
    }
}

/// Makes ids unique: prefixes equal ids with their folder, and numbers those that are still equal.
fn make_ids_unique(sessions: &mut [Session]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for session in sessions.iter() {
        *counts.entry(session.id.clone()).or_default() += 1;
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for session in sessions {
        if let Some((folder, _)) = session.lf.rsplit_once('/')
            && counts.get(&session.id).is_some_and(|count| *count > 1)
        {
            session.id = path_safe(&format!("{}_{}", folder.replace('/', "_"), session.id));
        }
        let alike = (2..).map(|n| format!("{}-{n}", session.id));
        let mut ids = std::iter::once(session.id.clone()).chain(alike);
        if let Some(id) = ids.find(|id| !taken.contains(id)) {
            taken.insert(id.clone());
            session.id = id;
        }
    }
}

/// The manifest of the sessions in a folder, with the file roles `lf`, `hf` and `surface`. Scans with an unreadable
/// file are left out; the returned list states why.
///
/// `hash` returns the sha256 of a file.
///
/// # Errors
/// Only when the user interrupts.
pub fn manifest_of(
    name: &str,
    folder: &Path,
    sessions: &[Session],
    hash: &mut dyn FnMut(&Path) -> std::io::Result<String>,
) -> Result<(Manifest, Vec<String>), StageError> {
    let mut entry = |path: &str| -> Result<Vec<FileEntry>, String> {
        let sha256 = hash(&folder.join(path));
        Ok(vec![FileEntry {
            path: path.to_owned(),
            sha256: sha256.map_err(|e| format!("{path}: {}", atomic::plain(&e)))?,
        }])
    };
    let (mut scans, mut unreadable) = (Vec::with_capacity(sessions.len()), Vec::new());
    for session in sessions {
        interrupt::check()?;
        let surface = session.surface.as_ref().map(|path| ("surface", path));
        let roles = [("lf", &session.lf), ("hf", &session.hf)];
        let files = roles.into_iter().chain(surface);
        let files = files.map(|(role, path)| Ok((role.to_owned(), entry(path)?)));
        let files = match files.collect::<Result<BTreeMap<_, _>, String>>() {
            Ok(files) => files,
            Err(fault) => {
                unreadable.push(fault);
                continue;
            }
        };
        let attributes = [("name", &session.name), ("stamp", &session.stamp)];
        scans.push(ScanEntry {
            attributes: attributes
                .map(|(key, value)| (key.to_owned(), value.clone().into()))
                .into(),
            files,
            ..ScanEntry::new(&session.id, session.subject())
        });
    }
    let manifest = Manifest::new(name, Some(super::SPACING_MM), scans);
    Ok((manifest, unreadable))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str]) -> FolderContents {
        let files: Vec<String> = files.iter().map(|f| (*f).to_owned()).collect();
        of_files(&files)
    }

    #[test]
    fn a_scan_is_two_channels_and_the_surface_of_its_stamp() {
        let found = found(&[
            "R_20200104000003_PAT003_RL01_HF.mat",
            "R_20200104000003_PAT003_RL01_LF.mat",
            "a/R_20200102000001_EX0001_HF.mat",
            "a/R_20200102000001_EX0001_LF.mat",
            "a/Surf_20200102000001_.mat",
            "Surf_20200104000009_.mat",
            "notes.txt",
        ]);
        assert_eq!(found.incomplete, []);
        let [first, second] = found.sessions.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(first.id, "R_20200102000001_EX0001");
        assert_eq!((first.name.as_str(), first.subject()), ("EX0001", "EX0001"));
        assert_eq!(first.surface.as_deref(), Some("a/Surf_20200102000001_.mat"));
        assert_eq!(second.stamp, "20200104000003");
        assert_eq!(second.surface, None);
        assert_eq!(
            (second.name.as_str(), second.subject()),
            ("PAT003_RL01", "PAT003")
        );
    }

    #[test]
    fn a_missing_partner_is_named() {
        let found = found(&["b/R_1_X_LF.mat", "R_2_X_HF.mat", "R_1_X_HF.mat"]);
        assert_eq!(found.sessions, []);
        let missing: Vec<&str> = found
            .incomplete
            .iter()
            .map(|i| i.missing.as_str())
            .collect();
        assert_eq!(missing, ["b/R_1_X_HF.mat", "R_2_X_LF.mat", "R_1_X_LF.mat"]);
    }

    #[test]
    fn what_follows_the_id_belongs_to_the_scan_and_not_to_the_name() {
        let found = found(&[
            "R_7_VOL002_LA02_second_LF.mat",
            "R_7_VOL002_LA02_second_HF.mat",
        ]);
        assert_eq!(found.sessions[0].id, "R_7_VOL002_LA02_second");
        assert_eq!(found.sessions[0].name, "VOL002_LA02");
        assert_eq!(found.sessions[0].subject(), "VOL002");
    }

    #[test]
    fn one_name_in_two_folders_is_two_scans() {
        let found = found(&[
            "a/b/R_1_X_HF.mat",
            "a/b/R_1_X_LF.mat",
            "c/R_1_X_HF.mat",
            "c/R_1_X_LF.mat",
        ]);
        let ids: Vec<&str> = found.sessions.iter().map(|s| s.id.as_str()).collect();
        assert_eq!(ids, ["a_b_R_1_X", "c_R_1_X"]);
    }

    #[test]
    fn odd_names_become_ids_that_are_usable_and_unique() {
        let found = found(&[
            "R_1_A B_HF.mat",
            "R_1_A B_LF.mat",
            "R_1_A+B_HF.mat",
            "R_1_A+B_LF.mat",
            "R_5_Ärm_hf.MAT",
            "R_5_Ärm_lf.MAT",
            "R__HF.mat",
            "R__LF.mat",
            "a/b/R_9_X_HF.mat",
            "a/b/R_9_X_LF.mat",
            "a_b/R_9_X_HF.mat",
            "a_b/R_9_X_LF.mat",
        ]);
        let ids: BTreeSet<&str> = found.sessions.iter().map(|s| s.id.as_str()).collect();
        assert_eq!((found.sessions.len(), ids.len()), (6, 6), "{ids:?}");
        for session in &found.sessions {
            for name in [&session.id, &session.name] {
                let first = name.chars().next().unwrap();
                assert!(first.is_ascii_alphanumeric() || first == '_', "{name}");
            }
        }
        assert_eq!(found.incomplete, []);
    }
}
