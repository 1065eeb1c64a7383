//! Published values, to print beside ours.

use std::collections::BTreeMap;
use std::path::Path;

use rsom_stage::{StageError, text, yaml};
use serde::Deserialize;
use serde_json::Value;

use crate::Level;
use crate::publication::{PublicationTable, PublishedValue};

/// A file of published values.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Heading of the columns, such as `paper`.
    name: String,
    /// Where the values come from; a note below the table.
    source: String,
    rows: Vec<Row>,
}

/// The values of one condition.
#[derive(Debug, Deserialize)]
struct Row {
    /// Values by metric, as they are printed.
    values: BTreeMap<String, Value>,
    /// The levels of the factors of the rows.
    #[serde(flatten)]
    levels: BTreeMap<String, Value>,
}

/// Adds the values of a file to the rows of `table` with the same levels. Rows that the table does not have become a note.
///
/// # Errors
/// Exit code 3: the file is not one of published values, does not state a level for each factor of the rows, or names a metric
/// that is not a column.
pub(super) fn add(table: &mut PublicationTable, path: &Path) -> Result<(), StageError> {
    let content = text::read(path).map_err(|e| StageError::input(path, e))?;
    let file: File = yaml::from_str(&content).map_err(|e| StageError::input(path, e))?;
    let mut left = Vec::new();
    for (number, row) in file.rows.iter().enumerate() {
        let fault =
            |words: String| StageError::input(path, format_args!("row {}: {words}", number + 1));
        if let Some(other) = row.levels.keys().find(|name| !table.factors.contains(name)) {
            return Err(fault(format!("'{other}' is not a factor of the rows")));
        }
        let level = |factor: &String| {
            let known = row.levels.get(factor).map(printed);
            known.ok_or_else(|| fault(format!("no level of '{factor}'")))
        };
        let levels: Vec<String> = table.factors.iter().map(level).collect::<Result<_, _>>()?;
        let mut values = Vec::new();
        for (metric, value) in &row.values {
            let named =
                |column: &crate::publication::MetricColumn| column.quantity.metric == *metric;
            let Some(column) = table.columns.iter().position(named) else {
                return Err(fault(format!("'{metric}' is not a metric of the table")));
            };
            let value = printed(value);
            values.push(PublishedValue { column, value });
        }
        if !table.publish(&levels, &values) {
            left.push(levels.join(" "));
        }
    }
    table.notes.push(format!(
        "{}: {}.",
        file.name,
        file.source.trim_end_matches('.')
    ));
    if !left.is_empty() {
        let rows = left.join("; ");
        table.notes.push(format!("{} also has: {rows}.", file.name));
    }
    table.published = Some(file.name);
    Ok(())
}

/// A value as it is written, without quotes.
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl PublicationTable {
    /// Writes values into the row with these levels; returns `false` if there is none.
    fn publish(&mut self, levels: &[String], values: &[PublishedValue]) -> bool {
        let fits = |condition: &[Level]| {
            let pairs = condition.iter().zip(levels);
            pairs
                .into_iter()
                .all(|(own, level)| Level::meant(level, [own]).is_some())
        };
        let Some(row) = self.rows.iter_mut().find(|row| fits(&row.condition)) else {
            return false;
        };
        for PublishedValue { column, value } in values {
            if let Some(entry) = row.entries.get_mut(*column) {
                entry.published = Some(value.clone());
            }
        }
        true
    }
}
