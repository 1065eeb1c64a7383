//! The rows of a spreadsheet by subject or scan.

use std::collections::{BTreeMap, BTreeSet};

use rsom_manifest::natural;

use super::error::ParticipantsError;
use super::table::Participants;

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
        let sorted: BTreeMap<_, (usize, String)> = others
            .map(|(name, row)| (natural(name), (self.lines[*row], name.clone())))
            .collect();
        sorted.into_values().collect()
    }
}
