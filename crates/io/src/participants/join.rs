//! Sets the attributes of scans from the rows of a spreadsheet.

use std::collections::{BTreeMap, BTreeSet};

use rsom_formats::table::Cell;
use rsom_manifest::ScanEntry;
use serde_json::Value;

use super::attribute::{attribute_name, value};
use super::error::ParticipantsError;
use super::notes::notes;
use super::rows::Rows;
use super::table::Participants;

/// What a spreadsheet and the scans do not share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Joined {
    /// Rows of subjects (or scans) without files: their lines and names.
    pub without_scans: Vec<(usize, String)>,
    /// Subjects (or scans) without a row.
    pub without_row: Vec<String>,
    /// Columns whose attribute has another name, because a name has letters, digits and `_` only: column and attribute.
    pub renamed: Vec<(String, String)>,
    /// What to look at in the rows of scans, one line each: empty cells, doubtful dates.
    pub notes: Vec<String>,
}

/// Names that an attribute cannot have: such columns get another one.
const RESERVED: [&str; 3] = ["id", "subject", "files"];

impl Participants {
    /// Sets the attributes of scans; `group`, `split` and `fold` become those of the scan. A missing value sets nothing.
    ///
    /// `same_subject` holds second names of subjects.
    ///
    /// # Errors
    /// One line with line and column: an unknown column, a row without a subject, rows of one subject that disagree, a fold that
    /// is no whole number, an attribute that the name of the file contradicts, two columns with one attribute.
    pub fn join(
        &self,
        scans: &mut [ScanEntry],
        same_subject: &BTreeMap<String, String>,
    ) -> Result<Joined, ParticipantsError> {
        let rows = Rows::of(self, same_subject)?;
        let attributes = self.attributes()?;
        let mut joined = Joined::default();
        for (column, attribute) in &attributes {
            if column != attribute {
                joined.renamed.push((column.clone(), attribute.clone()));
            }
        }
        let (mut used, mut rows_in_use) = (BTreeSet::new(), BTreeSet::new());
        let mut lacking = BTreeSet::new();
        for scan in scans.iter_mut() {
            let key = match &self.scan {
                Some(_) => scan.id.clone(),
                None => scan.subject.clone(),
            };
            let Some(row) = rows.get(&key) else {
                if lacking.insert(key.clone()) {
                    joined.without_row.push(key);
                }
                continue;
            };
            used.insert(key);
            rows_in_use.insert(row);
            for (column, attribute) in &attributes {
                self.set(scan, row, (column, attribute))?;
            }
        }
        joined.without_scans = rows.others(&used);
        joined.notes = notes(&self.sheet, &rows_in_use);
        if let Some((line, name, other)) = joined.cut_zeros() {
            return Err(ParticipantsError::Zeros { line, name, other });
        }
        Ok(joined)
    }

    /// The attributes that the columns become.
    ///
    /// # Errors
    /// As [`join`](Self::join): a name that an attribute cannot have, two columns with one attribute.
    pub fn attribute_names(&self) -> Result<Vec<String>, ParticipantsError> {
        let attributes = self.attributes()?.into_iter();
        Ok(attributes.map(|(_, attribute)| attribute).collect())
    }

    /// Each column and the attribute that it becomes, without the column of the subject.
    fn attributes(&self) -> Result<Vec<(String, String)>, ParticipantsError> {
        let mut attributes: Vec<(String, String)> = Vec::new();
        for column in self.sheet.table.names() {
            if column == self.subject_column {
                continue;
            }
            let mut attribute = attribute_name(column);
            if RESERVED.contains(&attribute.as_str()) {
                attribute.push_str("_in_table");
            }
            if attribute.is_empty() {
                let column = column.to_owned();
                return Err(ParticipantsError::Reserved { column });
            }
            if let Some((other, _)) = attributes.iter().find(|(_, known)| *known == attribute) {
                return Err(ParticipantsError::Twice {
                    first: other.clone(),
                    second: column.to_owned(),
                    attribute,
                });
            }
            attributes.push((column.to_owned(), attribute));
        }
        Ok(attributes)
    }

    fn set(
        &self,
        scan: &mut ScanEntry,
        row: usize,
        (column, attribute): (&String, &String),
    ) -> Result<(), ParticipantsError> {
        let line = self.sheet.lines[row];
        let cell = (self.sheet.table.column(column)).map_or(Cell::Null, |c| c.values.cell(row));
        let Some(value) = value(cell) else {
            return Ok(());
        };
        let text = cell.to_string();
        let known = scan.attribute(attribute).map(|known| match known {
            Value::String(text) => text,
            other => other.to_string(),
        });
        if let Some(known) = known.filter(|known| *known != text) {
            // 2 in a table is 02 in the name of a file.
            let whole = |text: &str| text.parse::<i64>().ok();
            if whole(&known).is_some_and(|known| whole(&text) == Some(known)) {
                return Ok(());
            }
            return Err(ParticipantsError::Contradiction {
                line,
                column: column.clone(),
                cell: text,
                scan: scan.id.clone(),
                known,
            });
        }
        match attribute.as_str() {
            "group" => scan.group = Some(text),
            "split" => scan.split = Some(text),
            "fold" => {
                let fold = text
                    .parse()
                    .map_err(|_| ParticipantsError::Fold { line, cell: text })?;
                scan.fold = Some(fold);
            }
            _ => {
                scan.attributes.insert(attribute.clone(), value);
            }
        }
        Ok(())
    }
}

impl Joined {
    /// A row without scans whose name, except for zeros at its start, is that of a subject without a row.
    fn cut_zeros(&self) -> Option<(usize, String, String)> {
        let bare = |name: &str| name.trim_start_matches('0').to_owned();
        self.without_scans.iter().find_map(|(line, name)| {
            let other = self
                .without_row
                .iter()
                .find(|other| bare(other) == bare(name))?;
            Some((*line, name.clone(), other.clone()))
        })
    }
}
