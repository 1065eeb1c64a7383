//! What is true of a cohort as a table.

use rsom_formats::table::{Column, Table};
use rsom_stage::StageError;

use crate::{TrueValue, Truth};

/// Rows of the table of truth, scan by scan.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    subject: Option<String>,
    scan: Option<String>,
    group: Option<String>,
    value: TrueValue,
}

impl Rows {
    /// Adds what is true of a scan.
    pub fn add(
        &mut self,
        (subject, scan): (Option<&str>, Option<&str>),
        group: Option<&str>,
        truth: &Truth,
    ) {
        self.rows.extend(truth.values.iter().map(|value| Row {
            subject: subject.map(str::to_owned),
            scan: scan.map(str::to_owned),
            group: group.map(str::to_owned),
            value: *value,
        }));
    }

    /// The table: one measurement a row, as measures of scans have them, and the group.
    ///
    /// # Errors
    /// Never for these columns.
    pub fn table(&self) -> Result<Table, StageError> {
        let rows = || self.rows.iter();
        let none = rows().map(|_| None::<&str>);
        let status = |row: &Row| {
            if row.value.value.is_some() {
                "ok"
            } else {
                "undefined"
            }
        };
        Table::new(vec![
            Column::text("subject", rows().map(|r| r.subject.as_deref())),
            Column::text("scan", rows().map(|r| r.scan.as_deref())),
            Column::integer("slice", rows().map(|_| None)),
            Column::text("label", rows().map(|r| Some(r.value.label))),
            Column::text("surface", none),
            Column::text("metric", rows().map(|r| Some(r.value.metric))),
            Column::number("value", rows().map(|r| r.value.value)),
            Column::text("unit", rows().map(|r| Some(r.value.unit))),
            Column::text("status", rows().map(|r| Some(status(r)))),
            Column::boolean("higher_is_better", rows().map(|_| None)),
            Column::text("group", rows().map(|r| r.group.as_deref())),
        ])
        .map_err(StageError::failure)
    }
}
