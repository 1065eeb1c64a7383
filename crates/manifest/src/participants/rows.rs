//! The rows of a spreadsheet by subject or scan.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::table::{Cell, Values};

use super::{Participants, ParticipantsError, attribute_name};
use crate::natural::{Token, natural};

/// The first row of each subject or scan.
#[derive(Debug)]
pub(super) struct Rows {
    of_name: BTreeMap<String, usize>,
    lines: Vec<usize>,
}

impl Rows {
    /// Finds the rows; several rows of one name must agree.
    ///
    /// # Errors
    /// An unknown column, a row without a name, rows that disagree.
    pub(super) fn of(
        participants: &Participants,
        same_subject: &BTreeMap<String, String>,
    ) -> Result<Self, ParticipantsError> {
        let sheet = &participants.sheet;
        let mut of_name = BTreeMap::new();
        for row in 0..sheet.table.rows() {
            let name = participants.name(row, same_subject)?;
            match of_name.get(&name) {
                Some(first) => participants.require_equal(&name, [*first, row])?,
                None => {
                    of_name.insert(name, row);
                }
            }
        }
        Ok(Self {
            of_name,
            lines: sheet.lines.clone(),
        })
    }

    /// The row of a subject or scan.
    pub(super) fn get(&self, name: &str) -> Option<usize> {
        self.of_name.get(name).copied()
    }

    /// The lines and names of all other rows, in natural order of the names.
    pub(super) fn others(&self, used: &BTreeSet<String>) -> Vec<(usize, String)> {
        let others = self
            .of_name
            .iter()
            .filter(|(name, _)| !used.contains(*name));
        let sorted: BTreeMap<Vec<Token>, (usize, String)> = others
            .map(|(name, row)| (natural(name), (self.lines[*row], name.clone())))
            .collect();
        sorted.into_values().collect()
    }
}

impl Participants {
    /// The subject or scan of a row.
    fn name(
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

    fn require_equal(&self, name: &str, rows: [usize; 2]) -> Result<(), ParticipantsError> {
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
