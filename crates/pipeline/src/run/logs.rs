//! What a task printed.

use std::path::Path;

/// Lines of a failed task's log that are shown.
const SHOWN_LINES: usize = 12;

/// The last lines of a log, without the command line at its top.
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

/// What a failed task said last: for a stage its one line of error, without the word.
pub(crate) fn last_words(log: &Path) -> Option<String> {
    let last = tail(log).pop()?;
    Some(last.strip_prefix("error: ").unwrap_or(&last).to_owned())
}
