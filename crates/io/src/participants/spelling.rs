//! Two spellings of one value.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::spreadsheet::Spreadsheet;
use rsom_formats::table::Cell;

use super::error::ParticipantsError;

/// Refuses a column in which two values differ only by capitals, spaces, hyphens and underscores, such as `Control` and
/// `control`: they would be two groups.
///
/// # Errors
/// The first two of them, with their lines.
pub fn one_spelling(sheet: &Spreadsheet, column: &str) -> Result<(), ParticipantsError> {
    let Some(found) = sheet.table.column(column) else {
        return Ok(());
    };
    let mut seen: BTreeMap<String, (usize, &str)> = BTreeMap::new();
    for (cell, line) in found.values.cells().zip(&sheet.lines) {
        let Cell::Text(text) = cell else { continue };
        let (first, one) = *seen.entry(plain(text)).or_insert((*line, text));
        if one != text {
            return Err(ParticipantsError::Spelling {
                column: column.to_owned(),
                first,
                one: one.to_owned(),
                second: *line,
                other: text.to_owned(),
            });
        }
    }
    Ok(())
}

/// Refuses two spellings in each column that looks like groups: words without spaces, few different ones, each of several rows. Not the subjects.
///
/// # Errors
/// As [`one_spelling`].
pub fn one_spelling_of_groups(
    sheet: &Spreadsheet,
    subject_column: &str,
) -> Result<(), ParticipantsError> {
    let names: Vec<&str> = sheet.table.names().collect();
    let mut groups = names
        .into_iter()
        .filter(|name| *name != subject_column && looks_like_groups(sheet, name));
    groups.try_for_each(|name| one_spelling(sheet, name))
}

/// Most different words of a column of groups.
const MOST_GROUPS: usize = 8;

fn looks_like_groups(sheet: &Spreadsheet, column: &str) -> bool {
    let Some(found) = sheet.table.column(column) else {
        return false;
    };
    let mut words = BTreeSet::new();
    let mut rows = 0;
    for cell in found.values.cells() {
        match cell {
            Cell::Text(text) if !text.trim().contains(' ') => {
                words.insert(plain(text));
                rows += 1;
            }
            Cell::Null => {}
            _ => return false,
        }
    }
    words.len() <= MOST_GROUPS && rows >= 2 * words.len()
}

fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(csv: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.csv");
        std::fs::write(&path, csv).unwrap();
        let sheet = rsom_formats::spreadsheet::read(&path).unwrap();
        one_spelling_of_groups(&sheet, "id")
            .err()
            .map(|e| e.to_string())
    }

    #[test]
    fn groups_have_one_spelling_in_any_column() {
        let two = fault("id,Diagnosis\nS1,Control\nS2,control\nS3,Pso\nS4,Pso\n").unwrap();
        assert!(
            two.contains("Diagnosis") && two.contains("line 2") && two.contains("line 3"),
            "{two}"
        );
        // Free text and ids are no groups.
        assert_eq!(
            fault("id,note\nS1,all well\nS2,All well\nS3,all well\nS4,all well\n"),
            None
        );
        assert_eq!(fault("id\nS1\ns1\n"), None);
        assert_eq!(
            fault("id,g\nS1,Control\nS2,Control\nS3,\nS4,Pso\nS5,Pso\n"),
            None
        );
    }
}
