//! The warnings that a task wrote into its log.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Most warnings to keep of one task.
const MOST: usize = 100;
/// Longest warning to keep, in characters.
const LONGEST: usize = 600;

/// The warnings in a log, in order. Empty if the log cannot be read.
///
/// A warning is a line that begins with `warning:` in any case, such as those of stages and of Python's `logging`, or one of
/// Python's `warnings`, such as `tool.py:3: UserWarning: low contrast`. Colors do not count. A carriage return ends a line, as
/// progress bars write it.
pub(crate) fn warnings(log: &Path) -> Vec<String> {
    let Ok(file) = File::open(log) else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    // The first line is the command line.
    let lines = BufReader::new(file)
        .split(b'\n')
        .map_while(Result::ok)
        .skip(1);
    for line in lines {
        let line = String::from_utf8_lossy(&line);
        for text in line.split('\r').filter_map(warning) {
            if found.len() < MOST && !found.contains(&text) {
                found.push(text);
            }
        }
    }
    found
}

/// The text of a line that is a warning, without the word `warning`.
fn warning(line: &str) -> Option<String> {
    /// The word at the start of a line.
    const WORD: &str = "warning:";
    let line = without_colors(line);
    let line = line.trim();
    let text = match line.get(..WORD.len()) {
        Some(start) if start.eq_ignore_ascii_case(WORD) => line[WORD.len()..].trim(),
        _ => of_python(line)?,
    };
    (!text.is_empty()).then(|| text.chars().take(LONGEST).collect())
}

/// `UserWarning: text` of the line `file.py:3: UserWarning: text`.
fn of_python(line: &str) -> Option<&str> {
    let (place, text) = line.split_once(": ")?;
    let (_, number) = place.rsplit_once(':')?;
    let (category, _) = text.split_once(": ")?;
    let is_name = category
        .chars()
        .all(|c| c.is_alphanumeric() || "_.".contains(c));
    let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    (is_number && is_name && category.ends_with("Warning")).then_some(text)
}

/// A line without the escape sequences of terminals.
fn without_colors(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        // A sequence ends with its first letter.
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_of_stages_shells_and_python_are_found() {
        for (line, text) in [
            ("warning: low contrast", Some("low contrast")),
            ("Warning: low contrast", Some("low contrast")),
            ("WARNING: low contrast", Some("low contrast")),
            ("WARNING:root:low contrast", Some("root:low contrast")),
            ("\u{1b}[33mwarning\u{1b}[0m: low", Some("low")),
            ("\u{1b}[1;33mwarning: low\u{1b}[0m", Some("low")),
            ("/a/b.py:3: UserWarning: low", Some("UserWarning: low")),
            ("b.py:31: np.RankWarning: low", Some("np.RankWarning: low")),
            ("warnings: 3", None),
            ("no warning: here", None),
            ("b.py:3: note: UserWarning: low", None),
            ("  warnings.warn('low')", None),
            ("warning:", None),
        ] {
            assert_eq!(warning(line).as_deref(), text, "{line}");
        }
    }

    #[test]
    fn a_log_has_each_warning_once_also_after_a_carriage_return() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("x.log");
        let text = "$ echo\nwarning: a\n10 %\rwarning: b\r20 %\nwarning: a\r\n";
        std::fs::write(&log, text).unwrap();
        assert_eq!(warnings(&log), ["a", "b"]);
    }
}
