//! The scans of a comparison: their files, subjects and attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rsom_formats::nifti;
use rsom_io::finding::listed;
use rsom_io::participants::{Joined, Participants, one_spelling, one_spelling_of_groups};
use rsom_io::ports::at_input;
use rsom_manifest::{FileEntry, Manifest, Match, ScanEntry, relative};
use rsom_stage::{Kind, Progress, StageError, atomic, fingerprint, interrupt, log};

use super::masks::Masks;
use super::request::Asked;
use crate::folders::{below, shared_folder};
use crate::naming::rows_of;
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
        require_one_visit(&pairing)?;
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
                let entry = entry(&root, &path)?;
                scan.files.insert((*role).to_owned(), vec![entry]);
            }
            let reference = folders[0].join(&paired.files[0]);
            // Without the warnings that the tasks will give.
            let map = nifti::read_labels(&reference);
            let map = map.map_err(|fault| at_input(&reference, fault))?;
            structures.add(&map, &paired.files[0]);
            scans.push(scan);
            progress.advance(1);
        }
        progress.finish();
        require_different_ids(&pairing)?;
        let names: Vec<&str> = pairing
            .scans
            .iter()
            .map(|scan| scan.name.as_str())
            .collect();
        describe(&mut scans, &names, asked)?;
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

/// A file below `root` with its sha256.
fn entry(root: &Path, path: &Path) -> Result<FileEntry, StageError> {
    let sha256 =
        fingerprint::of_path(path).map_err(|e| StageError::input(path, atomic::plain(&e)))?;
    Ok(FileEntry {
        path: below(root, path)?,
        sha256,
    })
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

/// Requires that the files of a scan are of one visit, side, run or day, as far as their names say.
///
/// # Errors
/// Exit code 3: two files of one scan say otherwise.
fn require_one_visit(pairing: &Pairing) -> Result<(), StageError> {
    match pairing.contradiction(Kind::Mask.endings()) {
        None => Ok(()),
        Some([one, other]) => Err(StageError::inputs(format_args!(
            "{one} and {other} would be one scan, but their names state two visits, sides, runs or days; rename them, or move what belongs together into folders of its own"
        ))),
    }
}

/// Requires an id of its own for each scan.
///
/// # Errors
/// Exit code 3: the names of two scans differ only in letters that an id cannot have.
fn require_different_ids(pairing: &Pairing) -> Result<(), StageError> {
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for scan in &pairing.scans {
        if let Some(other) = known.insert(&scan.id, &scan.files[0]) {
            return Err(StageError::inputs(format_args!(
                "{other} and {} would both be the scan '{}': ids have letters from a to z, digits, '_', '-' and '.'; rename one of them",
                scan.files[0], scan.id
            )));
        }
    }
    Ok(())
}

/// Sets subjects and attributes of the scans from their names and the spreadsheet.
fn describe(scans: &mut [ScanEntry], names: &[&str], asked: &Asked) -> Result<(), StageError> {
    let participants = match &asked.table {
        Some(path) => Some(Participants::read(
            path,
            asked.subject_column.as_deref(),
            asked.table_scan.clone(),
        )?),
        None => None,
    };
    if let Some(participants) = &participants {
        let mut columns = asked.group_by.iter();
        columns
            .try_for_each(|column| one_spelling(&participants.sheet, column))
            .and_then(|()| {
                one_spelling_of_groups(&participants.sheet, &participants.subject_column)
            })
            .map_err(|fault| StageError::input(&participants.path, fault))?;
    }
    let mut known: Vec<String> = participants
        .iter()
        .flat_map(Participants::subjects)
        .collect();
    if asked.table_scan.is_some() {
        // A subject has a row for each visit.
        let mut seen = BTreeSet::new();
        known.retain(|subject| seen.insert(subject.clone()));
    }
    match &asked.subject {
        Some(pattern) => {
            for scan in scans.iter_mut() {
                by_pattern(scan, pattern)?;
            }
        }
        None => by_table(scans, names, &known)?,
    }
    if let Some(participants) = &participants {
        let joined = participants
            .join(scans, &BTreeMap::new())
            .map_err(|fault| StageError::input(&participants.path, fault))?;
        require_a_row(scans, &joined, asked, &known)?;
        require_groups(scans, participants, asked)?;
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
    }
    warn_of_visits(scans);
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

/// Sets the subjects of the spreadsheet whose ids stand in the names of the scans.
///
/// # Errors
/// Exit code 2: it is not certain which part of the names is the subject.
fn by_table(scans: &mut [ScanEntry], names: &[&str], known: &[String]) -> Result<(), StageError> {
    let rows = rows_of(names, known).map_err(|doubt| {
        StageError::usage(format_args!(
            "{doubt}; or say which part of the names is the subject, such as --subject '{{subject}}_{{visit}}'"
        ))
    })?;
    for (scan, row) in scans.iter_mut().zip(rows) {
        if let Some(row) = row {
            known[row].clone_into(&mut scan.subject);
        }
    }
    Ok(())
}

/// Requires that the spreadsheet says something of at least one scan.
///
/// # Errors
/// Exit code 2: no scan has a row.
fn require_a_row(
    scans: &[ScanEntry],
    joined: &Joined,
    asked: &Asked,
    known: &[String],
) -> Result<(), StageError> {
    let subjects: BTreeSet<&str> = scans.iter().map(|scan| scan.subject.as_str()).collect();
    let wanted = match asked.table_scan {
        Some(_) => scans.len(),
        None => subjects.len(),
    };
    if joined.without_row.len() < wanted {
        return Ok(());
    }
    if let (Some(pattern), Some((line, row))) = (&asked.table_scan, joined.without_scans.first()) {
        return Err(StageError::usage(format_args!(
            "no scan has a row in the table: there are scans such as '{}', and --table-scan '{pattern}' makes '{row}' of line {line}; compose it as the scans are named",
            scans.first().map_or("", |scan| &scan.id)
        )));
    }
    let first = |names: &mut dyn Iterator<Item = &str>| names.next().unwrap_or_default().to_owned();
    let scan = first(&mut subjects.into_iter());
    let row = first(&mut known.iter().map(String::as_str));
    let way = match asked.subject {
        Some(_) => "correct --subject",
        None => "say which part of the names is the subject, such as --subject '{subject}_{visit}'",
    };
    Err(StageError::usage(format_args!(
        "no scan has a row in the table: the scans are of subjects such as '{scan}', its rows of '{row}'; {way}, or name another column with --subject-column"
    )))
}

/// Requires a value of each column of `--group-by` for each scan: a test cannot place a scan without a group.
///
/// # Errors
/// Exit code 3: a cell is empty, or a scan has no row.
fn require_groups(
    scans: &[ScanEntry],
    participants: &Participants,
    asked: &Asked,
) -> Result<(), StageError> {
    for column in &asked.group_by {
        let lacks = |scan: &&ScanEntry| scan.attribute(column).is_none();
        // A column that there is not is named elsewhere.
        let Some(scan) = scans
            .iter()
            .find(lacks)
            .filter(|_| !scans.iter().all(|s| lacks(&s)))
        else {
            continue;
        };
        let place = match participants.line_of(&scan.subject, column) {
            Some(line) => format!("line {line}: the cell of '{column}' is empty"),
            None => format!("it has no row of '{}'", scan.subject),
        };
        return Err(StageError::input(
            &participants.path,
            format_args!(
                "{place}, but --group-by {column} needs a value of each scan ({}); fill it, or move the masks of the scan away",
                scan.id
            ),
        ));
    }
    Ok(())
}

/// Warns of scans that look like several of one subject, because tests would count them as independent.
fn warn_of_visits(scans: &[ScanEntry]) {
    // Others have their subject from a table or a pattern.
    let scans: Vec<&ScanEntry> = scans
        .iter()
        .filter(|scan| scan.subject == scan.id)
        .collect();
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
