//! Columns of a data table.

use crate::StatsError;

/// The values of a column, one for each row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Column<'a> {
    /// Numbers; NaN is a missing value.
    Numbers(&'a [f64]),
    /// Texts, the levels of a factor; a text without visible characters is a missing value.
    Texts(&'a [&'a str]),
}

impl Column<'_> {
    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        match self {
            Column::Numbers(values) => values.len(),
            Column::Texts(values) => values.len(),
        }
    }

    /// Whether the value of a row is missing.
    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match self {
            Column::Numbers(values) => values[row].is_nan(),
            Column::Texts(values) => values[row].trim().is_empty(),
        }
    }
}

/// Named columns of equal length.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<'a> {
    columns: Vec<(&'a str, Column<'a>)>,
    rows: usize,
}

impl<'a> Table<'a> {
    /// A table of these columns.
    ///
    /// # Errors
    /// No columns, columns of different length, two columns of one name, infinite numbers.
    pub fn new(columns: Vec<(&'a str, Column<'a>)>) -> Result<Self, StatsError> {
        let rows = columns.first().ok_or(StatsError::Empty)?.1.len();
        for (index, (name, column)) in columns.iter().enumerate() {
            if column.len() != rows {
                return Err(StatsError::BadModel(format!(
                    "column {name} has {} rows, but column {} has {rows}",
                    column.len(),
                    columns[0].0
                )));
            }
            if columns[..index].iter().any(|(other, _)| other == name) {
                return Err(StatsError::BadModel(format!(
                    "there are two columns {name}; rename one"
                )));
            }
            if let Column::Numbers(values) = column
                && let Some(row) = values.iter().position(|v| v.is_infinite())
            {
                return Err(StatsError::BadModel(format!(
                    "column {name} is {} in row {row} (counted from 0); values must be finite",
                    values[row]
                )));
            }
        }
        Ok(Self { columns, rows })
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The column of this name.
    pub(crate) fn column(&self, name: &str) -> Result<Column<'a>, StatsError> {
        let found = self.columns.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, column)| *column)
            .ok_or_else(|| StatsError::UnknownColumn {
                name: name.to_owned(),
                known: self.names().join(", "),
            })
    }

    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_column_is_named_with_the_known_ones() {
        let table = Table::new(vec![
            ("ra_um", Column::Numbers(&[1.0])),
            ("group", Column::Texts(&["a"])),
        ]);
        let message = table.unwrap().column("age").unwrap_err().to_string();
        assert!(message.contains("age") && message.contains("ra_um, group"));
    }

    #[test]
    fn broken_tables_are_refused() {
        let (one, two) = (Column::Numbers(&[1.0]), Column::Numbers(&[1.0, 2.0]));
        assert!(Table::new(vec![]).is_err());
        assert!(Table::new(vec![("a", one), ("b", two)]).is_err());
        assert!(Table::new(vec![("a", one), ("a", one)]).is_err());
        let infinite = Table::new(vec![("a", Column::Numbers(&[0.0, f64::INFINITY]))]);
        assert!(infinite.unwrap_err().to_string().contains("row 1"));
    }
}
