//! The scans of a comparison: their files, subjects and attributes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rsom_formats::nifti;
use rsom_io::finding::listed;
use rsom_io::participants::Participants;
use rsom_io::ports::at_input;
use rsom_manifest::{FileEntry, Manifest, Match, ScanEntry, relative};
use rsom_stage::{Kind, Progress, StageError, atomic, fingerprint, interrupt, log};

use super::masks::Masks;
use super::request::Asked;
use crate::folders::{below, shared_folder};
use crate::pairing::{Pairing, pair};
use crate::structures::Structures;

/// What was found in the folders.
pub(super) struct Found {
    /// The scans with a reference and a mask of each method, with paths below `root`.
    pub scans: Vec<ScanEntry>,
    /// What the references hold.
    pub structures: Structures,
    /// The folder that holds all others.
    root: PathBuf,
}

impl Found {
    /// Looks for the scans.
    ///
    /// # Errors
    /// Exit code 3: a folder or file cannot be read, or a file has no partner. Exit code 2: the subject of a scan is not known.
    pub(super) fn of(asked: &Asked) -> Result<Self, StageError> {
        let of_methods = asked.methods.iter().map(|(_, masks)| masks);
        let places: Vec<&Masks> = std::iter::once(&asked.reference)
            .chain(of_methods)
            .collect();
        let names: Vec<Vec<String>> = places
            .iter()
            .map(|masks| masks.found())
            .collect::<Result<_, _>>()?;
        let pairing = pair(&names, Kind::Mask.endings());
        require_partners(asked, &places, &pairing)?;
        let folders: Vec<PathBuf> = places.iter().map(|masks| masks.folder.clone()).collect();
        if let Some(first) = pairing.scans.first() {
            log::info(format_args!(
                "{} scans, such as {}: {}",
                pairing.scans.len(),
                first.id,
                first.files.join(", ")
            ));
        }
        let root = shared_folder(&folders).ok_or_else(|| {
            StageError::usage("the folders are on different drives; copy them to one")
        })?;
        let roles: Vec<&str> = std::iter::once("reference")
            .chain(asked.methods.iter().map(|(name, _)| name.as_str()))
            .collect();
        let mut structures = Structures::default();
        let mut scans = Vec::new();
        let mut progress = Progress::start("reading masks", pairing.scans.len() as u64);
        for paired in &pairing.scans {
            interrupt::check()?;
            let mut scan = ScanEntry::new(&paired.id, &paired.id);
            for ((role, folder), name) in roles.iter().zip(&folders).zip(&paired.files) {
                let path = folder.join(name);
                let entry = FileEntry {
                    path: below(&root, &path)?,
                    sha256: fingerprint::of_path(&path)
                        .map_err(|e| StageError::input(&path, atomic::plain(&e)))?,
                };
                scan.files.insert((*role).to_owned(), vec![entry]);
            }
            let reference = folders[0].join(&paired.files[0]);
            // Without the warnings that the tasks will give.
            let map = nifti::read_labels(&reference);
            structures.add(&map.map_err(|fault| at_input(&reference, fault))?);
            scans.push(scan);
            progress.advance(1);
        }
        progress.finish();
        describe(&mut scans, asked)?;
        Ok(Self {
            scans,
            structures,
            root,
        })
    }

    /// The manifest, to be written to a path.
    ///
    /// # Errors
    /// Exit code 2: a scan's name or attribute is none that a manifest can have.
    pub(super) fn manifest(&self, asked: &Asked, path: &Path) -> Result<Manifest, StageError> {
        let mut manifest = Manifest::new("compare", None, self.scans.clone());
        "Masks and their references, paired by name".clone_into(&mut manifest.title);
        manifest.data = relative(&self.root, path).ok_or_else(|| {
            StageError::usage(format_args!(
                "{} is on another drive than the masks; choose an output folder on theirs",
                asked.output.display()
            ))
        })?;
        rsom_manifest::check(&manifest)?;
        Ok(manifest)
    }
}

/// Requires a partner of each file in each folder, or says which are left out.
///
/// # Errors
/// Exit code 3: no scan has a file in each folder, or a file has no partner and this was not allowed.
fn require_partners(asked: &Asked, places: &[&Masks], pairing: &Pairing) -> Result<(), StageError> {
    let alone = places.iter().zip(&pairing.alone);
    let lines = alone
        .filter(|(_, names)| !names.is_empty())
        .map(|(masks, names)| format!("{masks}: {}", listed(names)));
    let lines: Vec<String> = lines.collect();
    if pairing.scans.is_empty() {
        return Err(StageError::inputs(format_args!(
            "no scan has a file of the same name in each folder ({}); names may differ in what all names of a folder share at the start or the end",
            lines.join("; ")
        )));
    }
    if lines.is_empty() {
        return Ok(());
    }
    if !asked.allow_unpaired {
        return Err(StageError::inputs(format_args!(
            "files without a partner in each folder ({}); rename them, or leave them out with --allow-unpaired",
            lines.join("; ")
        )));
    }
    for line in &lines {
        log::warn(format_args!(
            "{line}: left out, because a folder has no partner"
        ));
    }
    Ok(())
}

/// Sets subjects and attributes of the scans from their names and the spreadsheet.
fn describe(scans: &mut [ScanEntry], asked: &Asked) -> Result<(), StageError> {
    let participants = match &asked.table {
        Some(path) => Some(Participants::read(
            path,
            asked.subject_column.as_deref(),
            None,
        )?),
        None => None,
    };
    let known: Vec<String> = participants
        .iter()
        .flat_map(Participants::subjects)
        .collect();
    for scan in scans.iter_mut() {
        match &asked.subject {
            Some(pattern) => by_pattern(scan, pattern)?,
            None => {
                if let Some(subject) = subject_in(&scan.id, &known) {
                    subject.clone_into(&mut scan.subject);
                }
            }
        }
    }
    if let Some(participants) = &participants {
        let joined = participants
            .join(scans, &BTreeMap::new())
            .map_err(|fault| StageError::input(&participants.path, fault))?;
        let rows: Vec<String> = joined
            .without_scans
            .iter()
            .map(|(_, name)| name.clone())
            .collect();
        for (names, what) in [
            (&joined.without_row, "scans have no row in the table"),
            (&rows, "rows of the table have no scan"),
        ] {
            if !names.is_empty() {
                log::warn(format_args!("{} {what}: {}", names.len(), listed(names)));
            }
        }
        joined.notes.iter().for_each(log::warn);
    } else if asked.subject.is_none() {
        warn_of_visits(scans);
    }
    Ok(())
}

/// Sets subject and attributes from the name of a scan.
fn by_pattern(scan: &mut ScanEntry, pattern: &rsom_manifest::Pattern) -> Result<(), StageError> {
    let Match::Parts(mut parts) = pattern.matches(&scan.id) else {
        return Err(StageError::usage(format_args!(
            "--subject '{pattern}': the scan '{}' does not have such a name, or can be read in two ways; {{part:word}} matches letters and digits only",
            scan.id
        )));
    };
    let Some(subject) = parts.remove("subject") else {
        return Err(StageError::usage(format_args!(
            "--subject '{pattern}': it has no part {{subject}}"
        )));
    };
    scan.subject = subject;
    scan.group = parts.remove("group");
    let others = parts
        .into_iter()
        .filter(|(name, _)| !["id", "split", "fold", "files"].contains(&name.as_str()));
    scan.attributes
        .extend(others.map(|(name, text)| (name, text.into())));
    Ok(())
}

/// The subject of a spreadsheet whose name stands in the name of a scan, whole or between separators; the longest one.
fn subject_in<'k>(id: &str, known: &'k [String]) -> Option<&'k str> {
    let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let stands = |subject: &&String| {
        !subject.is_empty()
            && id.match_indices(subject.as_str()).any(|(at, text)| {
                is_edge(id[..at].chars().next_back())
                    && is_edge(id[at + text.len()..].chars().next())
            })
    };
    let found = known.iter().filter(stands);
    found
        .max_by_key(|subject| subject.len())
        .map(String::as_str)
}

/// Warns of scans that look like several of one subject, because tests would count them as independent.
fn warn_of_visits(scans: &[ScanEntry]) {
    let start = |scan: &ScanEntry| scan.id.split(['_', '-']).next().unwrap_or("").to_owned();
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut several = None;
    for scan in scans {
        if let Some(other) = seen.insert(start(scan), &scan.id) {
            several = several.or(Some((other, scan.id.as_str())));
        }
    }
    let (Some((one, other)), true) = (several, seen.len() > 1) else {
        return;
    };
    log::warn(format_args!(
        "each scan counts as a subject of its own; if {one} and {other} are of one subject, say so by --subject '{{subject}}_{{visit}}' or a --table"
    ));
}
