//! `rsom-io manifest annotate`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_formats::spreadsheet;
use rsom_manifest::{Manifest, Pattern, ScanEntry};
use rsom_stage::{Invocation, StageError, Summary, atomic, log, text};
use serde_json::Value;

use super::edited::new_text;
use super::said::{counts, warn_of_leaks, warn_of_other_rows};
use crate::participants::Participants;

/// The column that names scans.
const SCAN: &str = "scan";
/// The column of a person's words.
const NOTE: &str = "note";

pub(super) fn annotate(invocation: &Invocation) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let old = rsom_manifest::read(path)?;
    let new = joined(&old, invocation.input("table")?)?;
    warn_of_leaks(&rsom_manifest::leaks(&new));
    let changed: Vec<String> = (old.scans.iter().zip(&new.scans))
        .flat_map(|(before, after)| changes(before, after))
        .collect();
    for change in &changed {
        log::info(change);
    }
    let output = invocation.optional_output("output");
    if let Some(output) = output {
        if output != path && output.exists() {
            return Err(StageError::output(
                output,
                "the file exists; name the manifest itself, or a new file",
            ));
        }
        let before = text::read(path).map_err(|fault| StageError::input(path, fault))?;
        let after = new_text(path, &before, &old, &new)?;
        if output != path || after != before {
            // What a link leads to, and not the link.
            let real = output.canonicalize();
            let real = real.unwrap_or_else(|_| output.to_path_buf());
            atomic::write_bytes(&real, after.as_bytes())?;
        }
    }
    Ok(counts(&new)
        .with("changes", changed.clone())
        .text(words(path, changed.len(), output)))
}

/// The manifest with the attributes that a table says. What the table says takes the place of what the manifest says, and an empty cell takes
/// a value away; a scan without a row stays as it is.
fn joined(old: &Manifest, table: &Path) -> Result<Manifest, StageError> {
    let participants = participants(table)?;
    let at = |fault| StageError::input(table, fault);
    let columns = participants.attribute_names().map_err(at)?;
    let mut found = blank(&old.scans, &columns);
    let joined = participants
        .join(&mut found, &BTreeMap::new())
        .map_err(at)?;
    let is_joined = |scan: &ScanEntry| !joined.without_row.contains(key(&participants, scan));
    if !old.scans.iter().any(is_joined) {
        let column = &participants.subject_column;
        return Err(StageError::input(
            table,
            format_args!("no row names a scan or subject of the manifest by its column '{column}'"),
        ));
    }
    warn_of_other_rows(&joined);
    let mut new = old.clone();
    for (scan, found) in new.scans.iter_mut().zip(found) {
        if !is_joined(scan) {
            continue;
        }
        scan.attributes.retain(|name, _| !columns.contains(name));
        for (name, value) in found.attributes {
            // Words of a person: that a note is a number does not make it one.
            let value = match name.as_str() {
                NOTE => Value::String(said(Some(&value))),
                _ => value,
            };
            scan.attributes.insert(name, value);
        }
        (scan.group, scan.split, scan.fold) = (found.group, found.split, found.fold);
    }
    Ok(new)
}

/// The scans without what a table may say of them: else, what the manifest says would contradict it.
fn blank(scans: &[ScanEntry], columns: &[String]) -> Vec<ScanEntry> {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let mut scans = scans.to_vec();
    for scan in &mut scans {
        scan.attributes.clear();
        scan.group = scan.group.take().filter(|_| !has("group"));
        scan.split = scan.split.take().filter(|_| !has("split"));
        scan.fold = scan.fold.filter(|_| !has("fold"));
    }
    scans
}

/// The name by which a table knows a scan.
fn key<'s>(participants: &Participants, scan: &'s ScanEntry) -> &'s String {
    match participants.scan {
        Some(_) => &scan.id,
        None => &scan.subject,
    }
}

/// A value in words.
fn said(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The rows of a table: of scans if it has a column `scan`, else of subjects.
fn participants(table: &Path) -> Result<Participants, StageError> {
    let sheet = spreadsheet::read_with_words(table, &[NOTE])
        .map_err(|fault| StageError::input(table, fault))?;
    let has_scans = sheet.table.names().any(|name| name == SCAN);
    let pattern = has_scans.then(|| Pattern::parse("{scan}")).transpose();
    let pattern = pattern.map_err(StageError::usage)?;
    Participants::read_with_words(table, has_scans.then_some(SCAN), pattern, &[NOTE])
}

/// `s1: quality = good, was bad`.
fn changes(before: &ScanEntry, after: &ScanEntry) -> Vec<String> {
    let id = &after.id;
    let names = before.attributes.keys().chain(after.attributes.keys());
    let names: BTreeSet<&String> = names.collect();
    let mut changes: Vec<String> = (names.into_iter())
        .map(|name| {
            (
                name,
                before.attributes.get(name),
                after.attributes.get(name),
            )
        })
        .filter(|(_, before, after)| before != after)
        .map(|(name, before, after)| match before {
            None => format!("{id}: {name} = {}", said(after)),
            Some(_) => format!("{id}: {name} = {}, was {}", said(after), said(before)),
        })
        .collect();
    let of_scan = |scan: &ScanEntry| (scan.group.clone(), scan.split.clone(), scan.fold);
    if of_scan(before) != of_scan(after) {
        changes.push(format!("{id}: group, split or fold is new"));
    }
    changes
}

fn words(path: &Path, changes: usize, output: Option<&Path>) -> String {
    let path = path.display();
    let changed = match changes {
        0 => return format!("{path}: it says already what the table says"),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    match output {
        Some(_) => changed,
        None => format!("{changed}; nothing is written without --output {path}"),
    }
}
