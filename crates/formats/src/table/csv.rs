//! CSV files, for spreadsheets and R.

use std::path::Path;

use polars::prelude::{CsvWriter, SerWriter};

use super::{Table, frame};
use crate::FormatError;

/// The table as CSV: a header line, comma-separated, LF line ends, null as an empty field.
///
/// # Errors
/// Never for a table that keeps its invariants.
pub fn to_bytes(table: &Table) -> Result<Vec<u8>, FormatError> {
    let mut frame = frame::from_table(table, "CSV")?;
    let mut bytes = Vec::new();
    CsvWriter::new(&mut bytes)
        .finish(&mut frame)
        .map_err(|e| FormatError::format("CSV", e))?;
    Ok(bytes)
}

/// Writes [`to_bytes`] to a file.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: &Path, table: &Table) -> Result<(), FormatError> {
    Ok(std::fs::write(path, to_bytes(table)?)?)
}
