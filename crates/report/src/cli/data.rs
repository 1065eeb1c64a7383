//! The numbers of a figure, as a file.

use rsom_formats::table::{Column, Table, csv};
use rsom_stage::{Invocation, StageError, atomic};

/// Writes the columns to the output `data`, if it is wanted.
///
/// # Errors
/// Exit code 4: the file cannot be written.
pub(super) fn write(
    invocation: &Invocation,
    columns: impl FnOnce() -> Vec<Column>,
) -> Result<(), StageError> {
    let Some(path) = invocation.optional_output("data") else {
        return Ok(());
    };
    let table = Table::new(columns()).map_err(StageError::failure)?;
    let bytes = csv::to_bytes(&table).map_err(|e| StageError::output(path, e))?;
    atomic::write_bytes(path, &bytes)
}
