//! Reads a spreadsheet of participants and finds the column with the subject.

use std::path::Path;

use rsom_formats::spreadsheet::{self, Spreadsheet};
use rsom_formats::table::Values;
use rsom_manifest::Pattern;
use rsom_stage::{StageError, log};

use super::table::Participants;

/// Names of the column with the subject, in the order in which they are looked for.
const SUBJECT_COLUMNS: [&str; 6] = [
    "subject",
    "subject_id",
    "participant_id",
    "participant",
    "patient",
    "id",
];

impl Participants {
    /// Reads a spreadsheet. `subject_column` is the column with the subject; without it, one of the usual names. `scan` composes
    /// the id of a scan from columns, if each row is a scan. Warns of a guessed encoding, and of columns that are left out.
    ///
    /// # Errors
    /// Exit code 3: it cannot be read, or has no column with the subject.
    pub fn read(
        path: &Path,
        subject_column: Option<&str>,
        scan: Option<Pattern>,
    ) -> Result<Self, StageError> {
        Self::read_with_words(path, subject_column, scan, &[])
    }

    /// The same, where columns of the names `words` hold texts as they were typed.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_with_words(
        path: &Path,
        subject_column: Option<&str>,
        scan: Option<Pattern>,
        words: &[&str],
    ) -> Result<Self, StageError> {
        let read = Self::parsed(path, subject_column, scan, words)?;
        for note in &read.sheet.notes {
            log::warn(format_args!("{}: {note}", path.display()));
        }
        Ok(read)
    }

    /// As [`read`](Self::read), without warnings: for one who reads the spreadsheet again.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_silently(
        path: &Path,
        subject_column: Option<&str>,
        scan: Option<Pattern>,
    ) -> Result<Self, StageError> {
        Self::parsed(path, subject_column, scan, &[])
    }

    fn parsed(
        path: &Path,
        subject_column: Option<&str>,
        scan: Option<Pattern>,
        words: &[&str],
    ) -> Result<Self, StageError> {
        let read = |words: &[&str]| {
            spreadsheet::read_with_words(path, words)
                .map_err(|fault| StageError::input(path, fault))
        };
        let mut sheet = read(words)?;
        let find = |wanted: &&str| {
            let mut names = sheet.table.names();
            names.find(|name| name.eq_ignore_ascii_case(wanted))
        };
        let found = SUBJECT_COLUMNS.iter().find_map(find);
        let Some(subject_column) = subject_column.or(found).map(str::to_owned) else {
            let known = sheet.table.names().collect::<Vec<_>>().join(", ");
            return Err(StageError::input(
                path,
                format_args!(
                    "no column is named subject; name the one with the subject by --subject-column; it has: {known}"
                ),
            ));
        };
        if has_fractions(&sheet, &subject_column) {
            // As numbers, the ids 1.1 and 1.10 would be one.
            sheet = read(&[words, &[&subject_column]].concat())?;
        }
        Ok(Self {
            path: path.to_owned(),
            scan,
            sheet,
            subject_column,
        })
    }

    /// The line of the first row of a subject whose cell of a column is empty.
    #[must_use]
    pub fn line_of(&self, subject: &str, column: &str) -> Option<usize> {
        let cells = |name: &str| self.sheet.table.column(name).map(|found| &found.values);
        let (subjects, values) = (cells(&self.subject_column)?, cells(column)?);
        let rows = subjects.cells().zip(values.cells()).zip(&self.sheet.lines);
        let mut empty = rows.filter(|((name, value), _)| {
            name.to_string() == subject && *value == rsom_formats::table::Cell::Null
        });
        empty.next().map(|(_, line)| *line)
    }

    /// The subjects of the rows, in their order; without rows that name none.
    pub fn subjects(&self) -> impl Iterator<Item = String> {
        let column = self.sheet.table.column(&self.subject_column);
        let cells = column.into_iter().flat_map(|column| column.values.cells());
        cells.filter_map(|cell| match cell {
            rsom_formats::table::Cell::Null => None,
            cell => Some(cell.to_string()),
        })
    }
}

fn has_fractions(sheet: &Spreadsheet, column: &str) -> bool {
    let found = sheet.table.column(column).map(|column| &column.values);
    match found {
        Some(Values::Number(numbers)) => numbers.iter().flatten().any(|n| n.fract() != 0.0),
        _ => false,
    }
}
