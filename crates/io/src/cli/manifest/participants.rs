//! The spreadsheet of `manifest create`.

use rsom_formats::spreadsheet;
use rsom_manifest::Pattern;
use rsom_stage::{Invocation, StageError, log};

use crate::participants::{Participants, one_spelling};

/// Names of the column with the subject, in the order in which they are looked for.
const SUBJECT_COLUMNS: [&str; 6] = [
    "subject",
    "subject_id",
    "participant_id",
    "participant",
    "patient",
    "id",
];

/// The spreadsheet, if there is one.
///
/// # Errors
/// Exit code 3: it cannot be read, or has several spellings of one value in a column by which folds are balanced. Exit code 2:
/// settings of a table without a table.
pub(super) fn participants(
    invocation: &Invocation,
    subject_column: Option<&str>,
    table_scan: Option<&str>,
    balance: &[String],
) -> Result<Option<Participants>, StageError> {
    let Some(path) = invocation.optional_input("table") else {
        return match subject_column.is_some() || table_scan.is_some() {
            true => Err(StageError::usage(
                "subject_column and table_scan need a table: add --table FILE",
            )),
            false => Ok(None),
        };
    };
    let sheet = spreadsheet::read(path).map_err(|fault| StageError::input(path, fault))?;
    for note in &sheet.notes {
        log::warn(format_args!("{}: {note}", path.display()));
    }
    for column in balance {
        one_spelling(&sheet, column).map_err(|fault| StageError::input(path, fault))?;
    }
    let find = |wanted: &&str| {
        sheet
            .table
            .names()
            .find(|name| name.eq_ignore_ascii_case(wanted))
    };
    let found = SUBJECT_COLUMNS.iter().find_map(find);
    let subject_column = match (subject_column, found) {
        (Some(named), _) => named.to_owned(),
        (None, Some(found)) => found.to_owned(),
        (None, None) => {
            let known = sheet.table.names().collect::<Vec<_>>().join(", ");
            return Err(StageError::input(
                path,
                format_args!(
                    "no column is named subject; name the one with the subject by --subject-column; it has: {known}"
                ),
            ));
        }
    };
    let scan = table_scan.map(Pattern::parse).transpose();
    Ok(Some(Participants {
        path: path.to_owned(),
        scan: scan.map_err(StageError::usage)?,
        sheet,
        subject_column,
    }))
}
