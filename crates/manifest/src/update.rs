//! Brings a manifest up to date with its folder: new scans, scans that are gone, changed files.

use std::collections::{BTreeMap, BTreeSet};

use rsom_stage::StageError;
use serde_json::Value;

use crate::natural::natural;
use crate::read::check;
use crate::{FileEntry, Folds, Manifest, ScanEntry};

/// A manifest that is up to date, and how it differs from the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The manifest.
    pub manifest: Manifest,
    /// Ids of new scans.
    pub added: Vec<String>,
    /// Ids of scans whose files are gone.
    pub gone: Vec<String>,
    /// Changes of scans that were known.
    pub changes: Vec<Change>,
}

/// A change of a scan that was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Id of the scan.
    pub scan: String,
    /// What changed.
    pub what: Changed,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// A file has another content.
    Content(String),
    /// A file is new.
    NewFile(String),
    /// A file is gone.
    LostFile(String),
    /// An attribute is new: name and value.
    NewAttribute(String, String),
    /// An attribute has another value in the folder or spreadsheet; the manifest keeps its own: name, kept and found value.
    OtherAttribute(String, String, String),
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.scan)?;
        match &self.what {
            Changed::Content(path) => write!(f, "{path} has another content"),
            Changed::NewFile(path) => write!(f, "{path} is new"),
            Changed::LostFile(path) => write!(f, "{path} is gone"),
            Changed::NewAttribute(name, value) => write!(f, "{name} = {value} is new"),
            Changed::OtherAttribute(name, kept, found) => {
                write!(
                    f,
                    "{name} stays {kept}, the spreadsheet or file name says {found}"
                )
            }
        }
    }
}

impl Update {
    /// Whether the new manifest equals the old one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let kept = |change: &Change| matches!(change.what, Changed::OtherAttribute(..));
        self.added.is_empty() && self.gone.is_empty() && self.changes.iter().all(kept)
    }
}

/// The manifest with the scans that its folder has now.
///
/// `found` are the scans that the section `create` finds in the folder. A scan is known if it has a file or else the id of an
/// entry of the manifest, and keeps that entry: id, subject, split, fold, attributes, order. New scans get the split and fold of
/// their subject. A scan whose image is gone is gone, also if its mask is there. New subjects are dealt to the folds with the fewest
/// subjects. New scans stand in natural order, if the others do, else at the end. With `keep_gone`, entries without files stay.
///
/// # Errors
/// Exit code 2: files of two entries are one scan now, or the other way round; the new manifest would break a rule, such as a
/// subject in two folds.
pub fn update(
    old: &Manifest,
    found: Vec<ScanEntry>,
    folds: &Folds,
    keep_gone: bool,
) -> Result<Update, StageError> {
    let roles: BTreeSet<String> = match &old.create {
        Some(create) => create.files.keys().cloned().collect(),
        None => BTreeSet::new(),
    };
    let mut matching = matches(old, found)?;
    let mut manifest = old.clone();
    manifest.scans.clear();
    let (mut gone, mut changes) = (Vec::new(), Vec::new());
    for entry in &old.scans {
        match matching.known.remove(&entry.id) {
            Some(scan) => {
                let merged = merged(entry, &scan, &roles, &mut changes);
                match has_lost_image(entry, &merged) && !keep_gone {
                    true => gone.push(entry.id.clone()),
                    false => manifest.scans.push(merged),
                }
            }
            None if keep_gone || !has_files(entry, &roles) => manifest.scans.push(entry.clone()),
            None => gone.push(entry.id.clone()),
        }
    }
    let added: Vec<String> = matching.new.iter().map(|scan| scan.id.clone()).collect();
    insert(&mut manifest.scans, matching.new, old);
    folds.deal(&mut manifest.scans);
    check(&manifest)?;
    Ok(Update {
        manifest,
        added,
        gone,
        changes,
    })
}

/// The role of the scan itself, by convention: without it, masks are of no use.
const IMAGE: &str = "image";

fn has_lost_image(before: &ScanEntry, after: &ScanEntry) -> bool {
    before.files.contains_key(IMAGE) && !after.files.contains_key(IMAGE)
}

/// The scans that were found: those of an entry, by its id, and new ones.
struct Matches {
    known: BTreeMap<String, ScanEntry>,
    new: Vec<ScanEntry>,
}

fn matches(old: &Manifest, found: Vec<ScanEntry>) -> Result<Matches, StageError> {
    let mut by_path: BTreeMap<&str, &str> = BTreeMap::new();
    for entry in &old.scans {
        for file in entry.files.values().flatten() {
            by_path.insert(&file.path, &entry.id);
        }
    }
    let ids: BTreeSet<&str> = old.scans.iter().map(|entry| entry.id.as_str()).collect();
    let (mut known, mut new): (BTreeMap<String, ScanEntry>, _) = (BTreeMap::new(), Vec::new());
    for scan in found {
        let files = scan.files.values().flatten();
        let mut of_files: BTreeSet<&str> = files
            .filter_map(|file| by_path.get(file.path.as_str()).copied())
            .collect();
        if of_files.is_empty() {
            of_files.extend(ids.get(scan.id.as_str()));
        }
        let mut entries = of_files.into_iter();
        let (first, second) = (entries.next(), entries.next());
        if let (Some(first), Some(second)) = (first, second) {
            return Err(StageError::usage(format_args!(
                "the files of the scan '{}' are those of two entries of the manifest, '{first}' and '{second}'; correct 'create' or the entries",
                scan.id
            )));
        }
        match first {
            None => new.push(scan),
            Some(id) => {
                if let Some(other) = known.insert(id.to_owned(), scan) {
                    return Err(StageError::usage(format_args!(
                        "the files of the entry '{id}' are now of two scans, '{}' and '{}'; correct 'create' or the entry",
                        other.id,
                        known.get(id).map_or("", |scan| &scan.id)
                    )));
                }
            }
        }
    }
    Ok(Matches { known, new })
}

/// Whether an entry has files in the roles that the section `create` looks for.
fn has_files(entry: &ScanEntry, roles: &BTreeSet<String>) -> bool {
    entry.files.keys().any(|role| roles.contains(role))
}

/// An entry with the files and new attributes that were found.
fn merged(
    entry: &ScanEntry,
    found: &ScanEntry,
    roles: &BTreeSet<String>,
    changes: &mut Vec<Change>,
) -> ScanEntry {
    let mut merged = entry.clone();
    let mut note = |what| {
        let scan = entry.id.clone();
        changes.push(Change { scan, what });
    };
    for role in roles {
        let none = Vec::new();
        let before = entry.files.get(role).unwrap_or(&none);
        let now = found.files.get(role).unwrap_or(&none);
        compare_files(before, now, &mut note);
        match now.is_empty() {
            true => merged.files.remove(role),
            false => merged.files.insert(role.clone(), now.clone()),
        };
    }
    let mut attributes = found.attributes.clone();
    let fixed = [("group", &found.group), ("split", &found.split)];
    for (name, value) in fixed {
        if let Some(text) = value {
            attributes.insert(name.to_owned(), Value::from(text.clone()));
        }
    }
    if let Some(fold) = found.fold {
        attributes.insert("fold".to_owned(), Value::from(fold));
    }
    for (name, value) in attributes {
        match entry.attribute(&name) {
            Some(known) if known == value => {}
            Some(known) => note(Changed::OtherAttribute(name, plain(&known), plain(&value))),
            None => {
                note(Changed::NewAttribute(name.clone(), plain(&value)));
                match name.as_str() {
                    "group" => merged.group.clone_from(&found.group),
                    "split" => merged.split.clone_from(&found.split),
                    "fold" => merged.fold = found.fold,
                    _ => {
                        merged.attributes.insert(name, value);
                    }
                }
            }
        }
    }
    merged
}

/// Notes the differences between the files of a role.
fn compare_files(before: &[FileEntry], now: &[FileEntry], note: &mut impl FnMut(Changed)) {
    for file in now {
        match before.iter().find(|known| known.path == file.path) {
            None => note(Changed::NewFile(file.path.clone())),
            Some(known) if known.sha256.eq_ignore_ascii_case(&file.sha256) => {}
            Some(_) => note(Changed::Content(file.path.clone())),
        }
    }
    let is_lost = |file: &&FileEntry| now.iter().all(|other| other.path != file.path);
    for file in before.iter().filter(is_lost) {
        note(Changed::LostFile(file.path.clone()));
    }
}

/// A value as a user writes it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Inserts new scans with the split and fold of their subject: in natural order, if the entries of the manifest are, else at the
/// end.
fn insert(scans: &mut Vec<ScanEntry>, new: Vec<ScanEntry>, old: &Manifest) {
    let is_sorted = (old.scans).is_sorted_by_key(|entry| natural(&entry.id));
    for mut scan in new {
        if let Some(of_subject) = old.scans.iter().find(|entry| entry.subject == scan.subject) {
            scan.split.clone_from(&of_subject.split);
            scan.fold = of_subject.fold;
            scan.group = scan.group.or_else(|| of_subject.group.clone());
        }
        let key = natural(&scan.id);
        let at = match is_sorted {
            true => scans.partition_point(|entry| natural(&entry.id) < key),
            false => scans.len(),
        };
        scans.insert(at, scan);
    }
}
