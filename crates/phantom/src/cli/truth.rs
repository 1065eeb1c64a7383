//! The truth of a cohort as a table.

use rsom_formats::table::{self, Column, Table};
use rsom_io::long_table;
use rsom_measures::{Row, Status};
use rsom_stage::{StageError, TableContents};

use crate::{TrueValue, Truth};

/// The metrics and columns of the table.
pub(super) fn contents() -> TableContents {
    let mut contents = long_table::contents(&Truth::METRICS);
    contents.columns.push(GROUP.to_owned());
    contents.columns_of.clear();
    contents
}

/// Column of the group of a scan.
const GROUP: &str = "group";

/// Rows of the table, scan by scan.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<(Names, TrueValue)>,
}

/// Names of a scan, its subject and its group; empty for a single scan.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub subject: Option<String>,
    pub scan: Option<String>,
    pub group: Option<String>,
}

impl Rows {
    /// Adds the truth of a scan.
    pub fn add(&mut self, names: &Names, truth: &Truth) {
        let rows = truth.values.iter().map(|value| (names.clone(), *value));
        self.rows.extend(rows);
    }

    /// The table: one measurement per row, as in tables of measures, plus the group.
    ///
    /// # Errors
    /// Never for these columns.
    pub fn table(&self) -> Result<Table, StageError> {
        let rows = self.rows.iter().map(|(names, value)| Row {
            subject: names.subject.as_deref(),
            scan: names.scan.as_deref(),
            label: Some(value.label),
            measurement: value.metric.measured(value.value, Status::Ok),
        });
        let rows: Vec<Row<'_>> = rows.collect();
        let mut table = table::long(&rows).map_err(StageError::failure)?;
        let groups = self.rows.iter().map(|(names, _)| names.group.as_deref());
        table
            .push(Column::text(GROUP, groups))
            .map_err(StageError::failure)?;
        Ok(table)
    }
}
