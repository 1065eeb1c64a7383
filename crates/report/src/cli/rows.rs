//! Which rows of a table are drawn.

use std::collections::BTreeMap;

use rsom_formats::table::Table;
use rsom_stage::StageError;

/// The rows with these values in these columns.
///
/// # Errors
/// Exit code 2: a condition that no row meets, or a table without rows.
pub(super) fn rows_where(
    table: &Table,
    filter: &BTreeMap<String, String>,
) -> Result<Vec<usize>, StageError> {
    let mut rows: Vec<usize> = (0..table.rows()).collect();
    for (name, wanted) in filter {
        let values = table.values(name).map_err(StageError::usage)?;
        rows.retain(|row| values.cell(*row).to_string() == *wanted);
        if rows.is_empty() {
            return Err(StageError::usage(format_args!(
                "--where {name}={wanted}: no row has this value"
            )));
        }
    }
    if rows.is_empty() {
        return Err(StageError::inputs("the table has no rows"));
    }
    Ok(rows)
}
