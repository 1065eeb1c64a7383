//! Two spellings of one value.

use std::collections::BTreeMap;

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

fn plain(text: &str) -> String {
    let kept = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).collect()
}
