//! A spreadsheet of participants and what its rows describe.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rsom_formats::spreadsheet::Spreadsheet;
use rsom_formats::table::{Cell, Values};
use rsom_manifest::Pattern;

use super::attribute::attribute_name;
use super::error::ParticipantsError;

/// A spreadsheet of participants: a row describes a subject, or one of its scans.
#[derive(Debug, Clone)]
pub struct Participants {
    /// The file, for messages.
    pub path: PathBuf,
    /// The spreadsheet.
    pub sheet: Spreadsheet,
    /// The column with the name of the subject.
    pub subject_column: String,
    /// If a row describes a scan, such as a visit of a subject: the id of the scan, composed of `{columns}`.
    pub scan: Option<Pattern>,
}

impl Participants {
    /// The subject or scan of a row.
    pub(super) fn name(
        &self,
        row: usize,
        same_subject: &BTreeMap<String, String>,
    ) -> Result<String, ParticipantsError> {
        let text = |column: &str| -> Result<String, ParticipantsError> {
            match self.values(column)?.cell(row) {
                Cell::Null => Err(ParticipantsError::NoName {
                    line: self.sheet.lines[row],
                    column: column.to_owned(),
                }),
                cell => Ok(cell.to_string()),
            }
        };
        let subject = text(&self.subject_column)?;
        let subject = same_subject.get(&subject).unwrap_or(&subject).clone();
        let Some(scan) = &self.scan else {
            return Ok(subject);
        };
        let mut parts = BTreeMap::new();
        for column in scan.names() {
            let is_subject = [
                self.subject_column.clone(),
                attribute_name(&self.subject_column),
            ];
            let part = match is_subject.iter().any(|name| name == column) {
                true => subject.clone(),
                false => text(column)?,
            };
            parts.insert(column.to_owned(), part);
        }
        scan.fill(&parts).ok_or(ParticipantsError::NoScan)
    }

    fn values(&self, column: &str) -> Result<&Values, ParticipantsError> {
        let table = &self.sheet.table;
        let known = || table.names().collect::<Vec<_>>().join(", ");
        // A part of a pattern has the name of the attribute.
        let by_attribute = || (table.columns().iter()).find(|c| attribute_name(&c.name) == column);
        let found = table.column(column).or_else(by_attribute);
        let found = found.map(|column| &column.values);
        found.ok_or_else(|| ParticipantsError::NoColumn {
            column: column.to_owned(),
            known: known(),
        })
    }

    pub(super) fn require_equal(
        &self,
        name: &str,
        rows: [usize; 2],
    ) -> Result<(), ParticipantsError> {
        for column in self.sheet.table.columns() {
            let [one, other] = rows.map(|row| column.values.cell(row));
            if one != other && column.name != self.subject_column {
                let [first, second] = rows.map(|row| self.sheet.lines[row]);
                return Err(ParticipantsError::Disagree {
                    first,
                    second,
                    name: name.to_owned(),
                    column: column.name.clone(),
                    one: one.to_string(),
                    other: other.to_string(),
                });
            }
        }
        Ok(())
    }
}
