//! Which files of a folder belong to one scan, by the names that the scanner's software gives.
//!
//! `R_<stamp>_<id>_LF.mat` and `R_<stamp>_<id>_HF.mat` are a scan, `Surf_<stamp>_.mat` beside them its surface.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use rsom_stage::{StageError, atomic, fingerprint, interrupt};
use walkdir::WalkDir;

use crate::manifest::{FileEntry, Manifest, ScanEntry, natural};

/// Beginnings of ids that hold an underscore, and their length (`PAT003_RL01`).
const LONG_IDS: [&str; 2] = ["PAT", "VOL"];
const LONG_ID: usize = 11;

/// A scan whose LF and HF were found; paths are relative to the folder, with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Unique among the sessions: the name without `_LF.mat`, behind the folder's where two scans bear one name.
    pub id: String,
    /// Who or what was scanned: what stands between the second and the third underscore, for `PAT…` and `VOL…` eleven
    /// characters from there.
    pub name: String,
    /// What stands between the first and the second underscore.
    pub stamp: String,
    /// The MATLAB file of LF.
    pub lf: String,
    /// The MATLAB file of HF.
    pub hf: String,
    /// That of the surface.
    pub surface: Option<String>,
}

/// A scan of which a file is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// The file that is there.
    pub found: String,
    /// The file that is not.
    pub missing: String,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Whole scans, in natural order of their ids.
    pub sessions: Vec<Session>,
    /// Scans with one channel only.
    pub incomplete: Vec<Incomplete>,
}

impl Session {
    /// The subject: of `PAT003_RL01` the person, else the name.
    #[must_use]
    pub fn subject(&self) -> &str {
        match self.name.split_once('_') {
            Some((person, _)) if is_long(&self.name) => person,
            _ => &self.name,
        }
    }
}

/// Finds the scans in a folder and those below it.
///
/// # Errors
/// Exit code 3: a folder cannot be read.
pub fn find_sessions(folder: &Path) -> Result<Found, StageError> {
    let mut files: Vec<String> = Vec::new();
    for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
        interrupt::check()?;
        let entry = entry.map_err(|e| StageError::input(folder, e))?;
        if entry.file_type().is_file()
            && let Ok(relative) = entry.path().strip_prefix(folder)
            && let Some(relative) = relative.to_str()
        {
            files.push(relative.replace('\\', "/"));
        }
    }
    Ok(of_files(&files))
}

fn of_files(files: &[String]) -> Found {
    let there = |path: &str| files.iter().any(|file| file == path);
    let mut found = Found::default();
    for file in files {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let beside = |name: String| match folder {
            "" => name,
            folder => format!("{folder}/{name}"),
        };
        let Some((base, other)) = channel_of(name) else {
            continue;
        };
        let partner = beside(format!("{base}_{other}.mat"));
        if !there(&partner) {
            found.incomplete.push(Incomplete {
                found: file.clone(),
                missing: partner,
            });
            continue;
        }
        // Each pair is met twice.
        if other == "LF" {
            continue;
        }
        let (stamp, id) = parts(base);
        let surface = beside(format!("Surf_{stamp}_.mat"));
        found.sessions.push(Session {
            id: usable(base),
            name: usable(id),
            stamp: stamp.to_owned(),
            lf: file.clone(),
            hf: partner,
            surface: Some(surface).filter(|path| there(path)),
        });
    }
    tell_apart(&mut found.sessions);
    found.sessions.sort_by_cached_key(|s| natural(&s.id));
    found
}

/// The name without its channel, and the channel of its partner.
fn channel_of(name: &str) -> Option<(&str, &'static str)> {
    let name = name.strip_suffix(".mat").filter(|n| n.starts_with("R_"))?;
    match name.strip_suffix("_LF") {
        Some(base) => Some((base, "HF")),
        None => Some((name.strip_suffix("_HF")?, "LF")),
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

/// Ids become parts of paths and of command lines.
fn usable(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect()
}

/// Puts the folder before ids that several scans bear.
fn tell_apart(sessions: &mut [Session]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for session in sessions.iter() {
        *counts.entry(session.id.clone()).or_default() += 1;
    }
    for session in sessions {
        if let Some((folder, _)) = session.lf.rsplit_once('/')
            && counts.get(&session.id).is_some_and(|count| *count > 1)
        {
            session.id = usable(&format!("{}_{}", folder.replace('/', "_"), session.id));
        }
    }
}

/// The manifest of sessions in a folder: files by the roles `lf`, `hf` and `surface`.
///
/// `earlier` is a manifest of the same folder and when it was written: a file that it names and that is older than it is
/// not hashed again. `watch` is called after each file.
///
/// # Errors
/// Exit code 3: a file cannot be read.
pub fn manifest_of(
    name: &str,
    folder: &Path,
    sessions: &[Session],
    earlier: Option<&(Manifest, SystemTime)>,
    watch: &mut dyn FnMut(),
) -> Result<Manifest, StageError> {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    let earlier_files = earlier.iter().flat_map(|(manifest, _)| &manifest.scans);
    for file in earlier_files.flat_map(|scan| scan.files.values().flatten()) {
        known.insert(&file.path, &file.sha256);
    }
    let mut entry = |path: &str| -> Result<Vec<FileEntry>, StageError> {
        interrupt::check()?;
        let absolute = folder.join(path);
        let unreadable = |e: std::io::Error| StageError::input(&absolute, atomic::plain(&e));
        let modified = std::fs::metadata(&absolute).and_then(|m| changed(&m));
        let unchanged = match (earlier, modified) {
            (Some((_, written)), Ok(modified)) => modified < *written,
            _ => false,
        };
        let sha256 = match known.get(path) {
            Some(sha256) if unchanged => (*sha256).to_owned(),
            _ => fingerprint::of_path(&absolute).map_err(unreadable)?,
        };
        watch();
        Ok(vec![FileEntry {
            path: path.to_owned(),
            sha256,
        }])
    };
    let mut scans = Vec::with_capacity(sessions.len());
    for session in sessions {
        let mut files = BTreeMap::from([
            ("lf".to_owned(), entry(&session.lf)?),
            ("hf".to_owned(), entry(&session.hf)?),
        ]);
        if let Some(surface) = &session.surface {
            files.insert("surface".to_owned(), entry(surface)?);
        }
        let attributes = [("name", &session.name), ("stamp", &session.stamp)];
        scans.push(ScanEntry {
            id: session.id.clone(),
            subject: session.subject().to_owned(),
            group: None,
            split: None,
            fold: None,
            attributes: attributes
                .map(|(key, value)| (key.to_owned(), value.clone().into()))
                .into(),
            files,
        });
    }
    Ok(Manifest {
        name: name.to_owned(),
        title: String::new(),
        source: String::new(),
        license: String::new(),
        citation: String::new(),
        obtain: String::new(),
        root: ".".into(),
        spacing_mm: Some(super::SPACING_MM),
        scans,
    })
}

/// When a file was last changed, or put where it is: a copy may bear the date of its original.
fn changed(metadata: &std::fs::Metadata) -> std::io::Result<SystemTime> {
    let modified = metadata.modified()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let seconds = u64::try_from(metadata.ctime()).unwrap_or_default();
        let nanoseconds = u32::try_from(metadata.ctime_nsec()).unwrap_or_default();
        let put = SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds);
        Ok(modified.max(put))
    }
    #[cfg(not(unix))]
    Ok(modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[&str]) -> Found {
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
}
