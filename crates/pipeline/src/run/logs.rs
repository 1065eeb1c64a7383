//! Reads the logs of tasks.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Number of lines to show from the log of a failed task.
const SHOWN_LINES: usize = 12;

/// The last lines of a log, without the command line at its top. Empty if the log cannot be read.
pub(crate) fn tail(log: &Path) -> Vec<String> {
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .collect();
    let from = lines.len().saturating_sub(SHOWN_LINES);
    lines[from..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

/// The last line of a failed task's log: for a stage its error message, without the word `error`.
pub(crate) fn last_line(log: &Path) -> Option<String> {
    let last = tail(log).pop()?;
    Some(last.strip_prefix("error: ").unwrap_or(&last).to_owned())
}

/// Most warnings to keep of one task.
const MOST_WARNINGS: usize = 100;
/// Longest warning to keep, in characters.
const LONGEST_WARNING: usize = 600;

/// The warnings in a log, in order and without the word `warning`. Empty if the log cannot be read.
pub(crate) fn warnings(log: &Path) -> Vec<String> {
    let Ok(file) = File::open(log) else {
        return Vec::new();
    };
    let lines = BufReader::new(file).split(b'\n').map_while(Result::ok);
    let warning = |line: Vec<u8>| {
        let line = String::from_utf8_lossy(&line);
        let text = line.trim().strip_prefix("warning: ")?;
        Some(text.chars().take(LONGEST_WARNING).collect())
    };
    let mut found: Vec<String> = Vec::new();
    for text in lines.filter_map(warning) {
        if found.len() < MOST_WARNINGS && !found.contains(&text) {
            found.push(text);
        }
    }
    found
}
