//! Tables of measures in delimited text.

use std::path::Path;

use rsom_formats::spreadsheet;
use rsom_formats::table::{Cell, Column, Table};
use rsom_measures::column;
use rsom_stage::{StageError, log};

/// Columns of a table of measures that hold texts, whatever they look like: the unit `1` is no number.
const TEXTS: [&str; 4] = [
    column::METRIC,
    column::UNIT,
    column::SURFACE,
    column::STATUS,
];

/// Reads delimited text as a table of measures.
///
/// # Errors
/// Exit code 3: it cannot be read without a guess.
pub(crate) fn read(path: &Path) -> Result<Table, StageError> {
    let sheet = spreadsheet::read(path).map_err(|e| StageError::input(path, e))?;
    for note in &sheet.notes {
        log::warn(format_args!("{}: {note}", path.display()));
    }
    let columns = sheet.table.columns().iter().map(as_measured);
    Table::new(columns.collect()).map_err(|e| StageError::input(path, e))
}

fn as_measured(column: &Column) -> Column {
    if !TEXTS.contains(&column.name.as_str()) {
        return column.clone();
    }
    let cells = column.values.cells().map(|cell| match cell {
        Cell::Null => None,
        cell => Some(cell.to_string()),
    });
    Column::text(&column.name, cells)
}
