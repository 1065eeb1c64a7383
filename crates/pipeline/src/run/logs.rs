//! Reads the logs of tasks.

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
