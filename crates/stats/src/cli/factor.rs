//! Columns whose values define conditions.

use rsom_formats::table::{Cell, Table, Values};
use rsom_stage::StageError;

use crate::Level;

/// Integers from here on are not exact in f64.
const EXACT_INTEGERS: u64 = 1 << 53;

/// The column that is derived from `s` in tables without it.
pub(super) const LOSS: &str = "loss";

/// A column that defines conditions.
pub(super) struct Factor<'a> {
    name: &'a str,
    values: &'a Values,
    /// Whether the level is the name of the loss, derived from the column `s`.
    is_loss_of_s: bool,
}

impl<'a> Factor<'a> {
    /// The column of this name. If the table has `s` but no `loss`, `loss` is derived from `s`.
    ///
    /// # Errors
    /// Exit code 2: the table has no such column.
    pub(super) fn of(table: &'a Table, name: &'a str) -> Result<Self, StageError> {
        let stand_in = match (name, table.column(name), table.column("s")) {
            (LOSS, None, Some(s)) => Some(&s.values),
            _ => None,
        };
        let values = match stand_in {
            Some(values) => values,
            None => table.values(name).map_err(StageError::usage)?,
        };
        Ok(Self {
            name,
            values,
            is_loss_of_s: stand_in.is_some(),
        })
    }

    /// Name of the column, or `loss`.
    pub(super) fn name(&self) -> &str {
        self.name
    }

    /// Whether the levels are names of losses, derived from the column `s`.
    pub(super) fn is_loss_of_s(&self) -> bool {
        self.is_loss_of_s
    }

    /// The level in a row; `None` for a missing value.
    pub(super) fn level(&self, row: usize) -> Option<Level> {
        let level = level_of(self.values.cell(row))?;
        if !self.is_loss_of_s {
            return Some(level);
        }
        // The paper's names: cross-entropy alone, or with the smoothness loss.
        let plain = level.value() == Some(0.0);
        Some(Level::text(if plain { "BCE" } else { "BCE+S" }))
    }
}

/// A level of a factor: text that is a number in its shortest form counts as a number.
pub(super) fn level_of(cell: Cell<'_>) -> Option<Level> {
    match cell {
        Cell::Text(text) => Some(Level::parse(text)),
        cell => name_of(cell),
    }
}

/// A name: text is not converted to numbers.
pub(super) fn name_of(cell: Cell<'_>) -> Option<Level> {
    match cell {
        Cell::Null => None,
        Cell::Number(v) => Some(Level::number(v)),
        Cell::Integer(v) if v.unsigned_abs() <= EXACT_INTEGERS => Some(Level::number(v as f64)),
        Cell::Text(text) => Some(Level::text(text)),
        cell => Some(Level::text(&cell.to_string())),
    }
}
