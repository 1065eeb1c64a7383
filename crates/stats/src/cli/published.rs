//! Published values, to print next to ours.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_stage::{StageError, text, yaml};
use serde::Deserialize;
use serde_json::Value;

use super::measurements::Selector;
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
    /// Values by METRIC or METRIC@SURFACE, as they are printed.
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
    let mut seen = BTreeSet::new();
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
        let value = |(metric, value): (&String, &Value)| {
            let column = column(table, metric).map_err(&fault)?;
            let Value::String(value) = value else {
                return Err(fault(format!(
                    "{metric}: {value} is a number, whose last zeros are lost; put it in quotes, as it is printed"
                )));
            };
            let value = value.clone();
            Ok(PublishedValue { column, value })
        };
        let values: Vec<_> = row.values.iter().map(value).collect::<Result<_, _>>()?;
        if !seen.insert(levels.clone()) {
            return Err(fault("it repeats the levels of an earlier row".to_owned()));
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

/// The index of the column of METRIC or METRIC@SURFACE.
fn column(table: &PublicationTable, metric: &str) -> Result<usize, String> {
    let selector = Selector::parse(metric);
    let columns = table.columns.iter().enumerate();
    let fits = columns.filter(|(_, column)| selector.matches(&column.quantity));
    match fits.map(|(index, _)| index).collect::<Vec<_>>()[..] {
        [] => Err(format!("'{metric}' is not a metric of the table")),
        [column] => Ok(column),
        _ => Err(format!(
            "'{metric}' has several columns; name the surface, as in {metric}@upper"
        )),
    }
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
        let factors = 0..levels.len();
        let meant = |factor: usize| {
            let known = self.rows.iter().filter_map(|row| row.condition.get(factor));
            let known: BTreeSet<&Level> = known.collect();
            Level::meant(&levels[factor], known).cloned()
        };
        let wanted: Option<Vec<Level>> = factors.map(meant).collect();
        let row =
            wanted.and_then(|wanted| self.rows.iter_mut().find(|row| row.condition == wanted));
        let Some(row) = row else {
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
