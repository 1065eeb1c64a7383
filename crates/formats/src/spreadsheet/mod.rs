//! Spreadsheets of users: CSV, TSV and other delimited text in any common encoding, with decimal points or commas.

mod cell;
mod encoding;
mod error;
mod records;
mod typed;

use std::path::Path;

pub use cell::{MISSING, MISSING_AMONG_NUMBERS, is_date};
pub use error::SpreadsheetError;

use crate::table::{Aside, Column, Table, parquet};
use encoding::decoded;
use records::Records;

/// A table that a user wrote, and where its rows stand in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Spreadsheet {
    /// The values: texts without spaces around them, numbers, integers, booleans. A column is one of numbers only if each of its
    /// cells is a number; one with `007` is a column of texts.
    pub table: Table,
    /// For each row its line in the file, counted from 1. For Parquet, its row.
    pub lines: Vec<usize>,
    /// What a user should know: a guessed encoding, a column that is almost one of numbers.
    pub notes: Vec<String>,
}

/// Reads a spreadsheet: Parquet by its first bytes, otherwise delimited text.
///
/// The encoding is UTF-8, or UTF-16 with a byte order mark, otherwise Windows-1252. The delimiter is the comma, semicolon, tab or
/// vertical bar that splits the header into most cells. Empty lines are left out.
///
/// # Errors
/// One line that names line and column and says what to do: see [`SpreadsheetError`].
pub fn read(path: &Path) -> Result<Spreadsheet, SpreadsheetError> {
    read_with_words(path, &[])
}

/// Reads a spreadsheet in which columns of these names hold words of a person: each cell is text as it was typed, also `NA` or `1,5`, and
/// only an empty one is missing. Columns of Parquet have a type of their own.
///
/// # Errors
/// As [`read`].
pub fn read_with_words(path: &Path, words: &[&str]) -> Result<Spreadsheet, SpreadsheetError> {
    if path.is_dir() {
        return Err(SpreadsheetError::Folder);
    }
    let bytes = std::fs::read(path)?;
    if bytes.starts_with(b"PAR1") {
        let table = parquet::read(path).map_err(|e| SpreadsheetError::Parquet(e.to_string()))?;
        let lines = (1..=table.rows()).collect();
        let not_read = |aside: &Aside| {
            format!(
                "column '{}' holds {} and is not read",
                aside.name, aside.kind
            )
        };
        let notes = table.aside().iter().map(not_read).collect();
        return Ok(Spreadsheet {
            table,
            lines,
            notes,
        });
    }
    parsed(&bytes, words)
}

/// Reads delimited text.
///
/// # Errors
/// As [`read`].
pub fn parse(bytes: &[u8]) -> Result<Spreadsheet, SpreadsheetError> {
    parsed(bytes, &[])
}

fn parsed(bytes: &[u8], words: &[&str]) -> Result<Spreadsheet, SpreadsheetError> {
    let (text, guess) = decoded(bytes)?;
    let records = Records::of(&text)?;
    let mut notes: Vec<String> = guess.into_iter().collect();
    let mut columns = Vec::new();
    let decimals = records.decimals();
    for (index, name) in records.header.iter().enumerate() {
        let cells = records.column(index);
        let typed = match words.contains(&name.as_str()) {
            true => typed::words(&cells),
            false => typed::values(name, &cells, decimals)?,
        };
        notes.extend(typed.note);
        columns.push(Column {
            name: name.clone(),
            values: typed.values,
        });
    }
    let table = Table::new(columns).map_err(|e| SpreadsheetError::Table(e.to_string()))?;
    let lines = records.rows.iter().map(|row| row.line).collect();
    Ok(Spreadsheet {
        table,
        lines,
        notes,
    })
}
