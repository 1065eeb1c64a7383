//! `rsom-io manifest annotate`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_formats::spreadsheet;
use rsom_manifest::{Pattern, ScanEntry};
use rsom_stage::{Invocation, StageError, Summary, atomic, log, text};
use serde_json::Value;

use super::edited::new_text;
use super::said::{counts, warn_of_leaks, warn_of_other_rows};
use crate::participants::Participants;

/// The column that names scans.
const SCAN: &str = "scan";

pub(super) fn annotate(invocation: &Invocation) -> Result<Summary, StageError> {
    let path = invocation.input("input")?;
    let table = invocation.input("table")?;
    let old = rsom_manifest::read(path)?;
    let participants = participants(table)?;
    let at = |fault| StageError::input(table, fault);
    let columns = participants.attribute_names().map_err(at)?;
    // Joined without attributes, so that a table may say something else than the manifest.
    let mut found = old.scans.clone();
    found.iter_mut().for_each(|scan| scan.attributes.clear());
    let joined = participants
        .join(&mut found, &BTreeMap::new())
        .map_err(at)?;
    let mut new = old.clone();
    for (scan, found) in new.scans.iter_mut().zip(found) {
        let key = match participants.scan {
            Some(_) => &scan.id,
            None => &scan.subject,
        };
        if joined.without_row.contains(key) {
            continue;
        }
        // An empty cell takes a value away.
        scan.attributes.retain(|name, _| !columns.contains(name));
        let ScanEntry {
            attributes,
            group,
            split,
            fold,
            ..
        } = found;
        scan.attributes.extend(attributes);
        (scan.group, scan.split, scan.fold) = (group, split, fold);
    }
    warn_of_other_rows(&joined);
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
            atomic::write_bytes(output, after.as_bytes())?;
        }
    }
    Ok(counts(&new)
        .with("changes", changed.clone())
        .text(words(path, changed.len(), output)))
}

/// The rows of a table: of scans if it has a column `scan`, else of subjects.
fn participants(table: &Path) -> Result<Participants, StageError> {
    let sheet = spreadsheet::read(table).map_err(|fault| StageError::input(table, fault))?;
    let has_scans = sheet.table.names().any(|name| name == SCAN);
    let pattern = has_scans.then(|| Pattern::parse("{scan}")).transpose();
    let pattern = pattern.map_err(StageError::usage)?;
    Participants::read(table, has_scans.then_some(SCAN), pattern)
}

/// `s1: quality = good, was bad`.
fn changes(before: &ScanEntry, after: &ScanEntry) -> Vec<String> {
    let id = &after.id;
    let names = before.attributes.keys().chain(after.attributes.keys());
    let names: BTreeSet<&String> = names.collect();
    let said = |value: Option<&Value>| match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
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
