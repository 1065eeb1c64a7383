//! Changes the entries of scans in the text of a manifest. Everything else in the text stays as it is: comments, order of keys,
//! empty lines.

use std::collections::BTreeMap;

use rsom_stage::yaml;

use crate::comments::{self, comment};
use crate::{Manifest, ScanEntry};

/// The text of a manifest with the scans of `new` instead of those of `old`, whose text it is.
///
/// Entries that are equal in both keep their text. In an entry whose files have another content only, the hashes change. Any
/// other entry is written anew, with its comments at the keys where they stood. `None` if the text cannot be edited so, such as a list of scans on
/// one line; then the text says something else than `new`.
#[must_use]
pub fn edited(text: &str, old: &Manifest, new: &Manifest) -> Option<String> {
    let entries = Entries::of(text, old)?;
    let by_id: BTreeMap<&str, (usize, &ScanEntry)> = (old.scans.iter().enumerate())
        .map(|(index, scan)| (scan.id.as_str(), (index, scan)))
        .collect();
    let mut out = entries.head.to_owned();
    for scan in &new.scans {
        match by_id.get(scan.id.as_str()) {
            Some((index, known)) => {
                let block = entries.blocks.get(*index)?;
                out.push_str(block.above);
                out.push_str(&rewritten(block, known, scan)?);
            }
            None => out.push_str(&rendered(scan, entries.indent)?),
        }
    }
    out.push_str(entries.tail);
    let out = with_ends_of(text, out);
    let read: Manifest = yaml::from_str(&out).ok()?;
    (read == *new).then_some(out)
}

/// A text with line ends as those of another, if that has only those of Windows.
fn with_ends_of(other: &str, text: String) -> String {
    let lines = other.matches('\n').count();
    match lines > 0 && other.matches("\r\n").count() == lines {
        true => text.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => text,
    }
}

/// The parts of the text of a manifest.
struct Entries<'t> {
    /// Up to the first entry.
    head: &'t str,
    blocks: Vec<Block<'t>>,
    /// After the last entry.
    tail: &'t str,
    /// Spaces in front of the dash of an entry.
    indent: usize,
}

/// The text of one entry.
struct Block<'t> {
    /// Comments and empty lines above it.
    above: &'t str,
    /// The lines of the entry.
    lines: &'t str,
}

impl<'t> Entries<'t> {
    fn of(text: &'t str, manifest: &Manifest) -> Option<Self> {
        let document = yaml::Document::parse(text).ok()?;
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        // The lines of the dashes, counted from 0.
        let mut starts = Vec::new();
        for index in 0..manifest.scans.len() {
            let place = document.place(&["scans", &index.to_string()]);
            let mut line = place.line.checked_sub(1)?;
            while !lines.get(line)?.trim_start().starts_with('-') {
                line = line.checked_sub(1)?;
            }
            starts.push(line);
        }
        if starts.is_empty() || !starts.is_sorted_by(|a, b| a < b) {
            return None;
        }
        let dash = |line: usize| lines[line].len() - lines[line].trim_start().len();
        let indent = dash(starts[0]);
        let end = end(&document, &lines, *starts.last()?);
        let mut bounds = vec![starts[0]];
        let mut blocks = Vec::new();
        for (at, start) in starts.iter().enumerate() {
            let next = starts.get(at + 1).copied();
            let stop = next.map_or(end, |next| first_comment(&lines, *start, next));
            let from = bounds.last().copied()?;
            blocks.push((from, *start, stop));
            bounds.push(stop);
        }
        let offset = |line: usize| lines[..line].iter().map(|l| l.len()).sum::<usize>();
        let part = |from: usize, to: usize| &text[offset(from)..offset(to)];
        Some(Self {
            head: part(0, starts[0]),
            blocks: (blocks.into_iter())
                .map(|(from, start, stop)| Block {
                    above: part(from, start),
                    lines: part(start, stop),
                })
                .collect(),
            tail: part(end, lines.len()),
            indent,
        })
    }
}

/// The line after the last entry: the next key of the manifest without its comments, or the end of the text.
fn end(document: &yaml::Document, lines: &[&str], last: usize) -> usize {
    let keys = document.value.as_mapping().into_iter().flatten();
    let names = keys.filter_map(|(key, _)| key.as_str());
    let after = names.map(|name| document.place(&[name]).line.saturating_sub(1));
    let next = after.filter(|line| *line > last).min();
    first_comment(lines, last, next.unwrap_or(lines.len()))
}

/// The first of the comments and empty lines right above a line.
fn first_comment(lines: &[&str], after: usize, mut line: usize) -> usize {
    let is_empty = |text: &str| matches!(text.trim_start().chars().next(), None | Some('#'));
    while line > after + 1 && is_empty(lines[line - 1]) {
        line -= 1;
    }
    line
}

/// The lines of an entry that changed from `known` to `scan`.
fn rewritten(block: &Block<'_>, known: &ScanEntry, scan: &ScanEntry) -> Option<String> {
    if known == scan {
        return Some(block.lines.to_owned());
    }
    let mut lines = block.lines.to_owned();
    let paths = |scan: &ScanEntry| -> BTreeMap<String, String> {
        let files = scan.files.values().flatten();
        files
            .map(|file| (file.path.clone(), file.sha256.clone()))
            .collect()
    };
    let (before, now) = (paths(known), paths(scan));
    for (path, hash) in &before {
        if let Some(new) = now.get(path).filter(|new| *new != hash) {
            lines = lines.replacen(hash.as_str(), new, 1);
        }
    }
    let alone: Option<Vec<ScanEntry>> = yaml::from_str(&lines).ok();
    if alone.is_some_and(|read| read == [scan.clone()]) {
        return Some(lines);
    }
    let indent = block.lines.len() - block.lines.trim_start().len();
    let fresh = rendered(scan, indent)?;
    let in_place = comments::moved(block.lines, &fresh);
    let reads_the_same = |text: &str| {
        yaml::from_str::<Vec<ScanEntry>>(text).is_ok_and(|read| read == [scan.clone()])
    };
    // A comment behind a text of several lines would be a part of it.
    match reads_the_same(&in_place) {
        true => Some(in_place),
        false => Some(comments_above(block.lines, indent) + &fresh),
    }
}

/// All comments of an entry, on lines of their own.
fn comments_above(lines: &str, indent: usize) -> String {
    let comments = lines.lines().filter_map(comment);
    let spaces = " ".repeat(indent);
    comments
        .map(|comment| format!("{spaces}{comment}\n"))
        .collect()
}

/// The text of a new entry.
fn rendered(scan: &ScanEntry, indent: usize) -> Option<String> {
    let text = yaml::to_string(&[scan]).ok()?;
    let lines = text
        .lines()
        .map(|line| format!("{}{line}\n", " ".repeat(indent)));
    Some(lines.collect())
}
