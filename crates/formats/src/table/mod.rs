//! Tables of named, typed columns, and their Parquet and CSV files.

mod aside;
mod column;
mod combine;
pub mod csv;
mod error;
mod frame;
mod long;
mod melted;
mod pages;
pub mod parquet;
mod thrift;
mod wide;

use std::cmp::Ordering;

pub use aside::Aside;
pub use column::{Cell, Column, Values};
pub use error::TableError;
pub use long::long;
pub use melted::melted;
pub use wide::wide;

/// A table: columns of equal length and unique names. A missing value is null; a table never holds a NaN.
///
/// Columns of types that tables do not hold are kept aside by name: who asks for their values, or writes the table, gets
/// an error that names them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    columns: Vec<Column>,
    aside: Vec<Aside>,
}

impl Table {
    /// Creates a table from columns. NaN becomes null.
    ///
    /// # Errors
    /// Columns of different length; a repeated name.
    pub fn new(columns: Vec<Column>) -> Result<Self, TableError> {
        let mut table = Self::default();
        for column in columns {
            table.push(column)?;
        }
        Ok(table)
    }

    /// Adds a column on the right.
    ///
    /// # Errors
    /// The length differs from the table's; the name exists already.
    pub fn push(&mut self, mut column: Column) -> Result<(), TableError> {
        let aside = self.aside.iter().any(|other| other.name == column.name);
        if aside || self.column(&column.name).is_some() {
            return Err(TableError::DuplicateColumn(column.name));
        }
        if !self.columns.is_empty() && column.values.len() != self.rows() {
            return Err(TableError::Length {
                column: column.name,
                rows: column.values.len(),
                expected: self.rows(),
            });
        }
        column.values.nan_to_null();
        self.columns.push(column);
        Ok(())
    }

    /// Adds the name of a column that is not read.
    pub(super) fn set_aside(&mut self, aside: Aside) {
        if !self.aside.contains(&aside) {
            self.aside.push(aside);
        }
    }

    /// The columns that are not read.
    #[must_use]
    pub fn aside(&self) -> &[Aside] {
        &self.aside
    }

    /// Number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| c.values.len())
    }

    /// The columns, from left to right.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns' names, from left to right.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.name.as_str())
    }

    /// The column with this name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// The values of the column with this name.
    ///
    /// # Errors
    /// There is no such column, and the message lists the existing ones; its type is not supported.
    pub fn values(&self, name: &str) -> Result<&Values, TableError> {
        if let Some(column) = self.column(name) {
            return Ok(&column.values);
        }
        Err(match self.aside.iter().find(|other| other.name == name) {
            Some(Aside { name, kind }) => TableError::Unsupported {
                column: name.clone(),
                kind: kind.clone(),
            },
            None => TableError::NoColumn {
                name: name.to_owned(),
                known: self.names().collect::<Vec<_>>().join(", "),
            },
        })
    }

    /// A column of texts. A column without any value counts as text.
    ///
    /// # Errors
    /// No such column; another type.
    pub fn texts(&self, name: &str) -> Result<Vec<Option<String>>, TableError> {
        match self.values(name)? {
            Values::Text(values) => Ok(values.clone()),
            other if other.all_null() => Ok(vec![None; other.len()]),
            other => Err(wrong_type(name, other, "text")),
        }
    }

    /// A column of numbers; integers are converted.
    ///
    /// # Errors
    /// No such column; another type.
    pub fn numbers(&self, name: &str) -> Result<Vec<Option<f64>>, TableError> {
        match self.values(name)? {
            Values::Number(values) => Ok(values.clone()),
            Values::Integer(values) => Ok(values.iter().map(|v| v.map(|v| v as f64)).collect()),
            other if other.all_null() => Ok(vec![None; other.len()]),
            other => Err(wrong_type(name, other, "numbers")),
        }
    }

    /// A column of integers; integral numbers are converted.
    ///
    /// # Errors
    /// No such column; another type.
    pub fn integers(&self, name: &str) -> Result<Vec<Option<i64>>, TableError> {
        let values = self.values(name)?;
        match values {
            Values::Integer(values) => Ok(values.clone()),
            Values::Number(numbers) => numbers
                .iter()
                .map(|number| number.map(|v| whole(v).ok_or(())).transpose())
                .collect::<Result<_, ()>>()
                .map_err(|()| wrong_type(name, values, "integers")),
            other if other.all_null() => Ok(vec![None; other.len()]),
            other => Err(wrong_type(name, other, "integers")),
        }
    }

    /// A column of booleans.
    ///
    /// # Errors
    /// No such column; another type.
    pub fn booleans(&self, name: &str) -> Result<Vec<Option<bool>>, TableError> {
        match self.values(name)? {
            Values::Boolean(values) => Ok(values.clone()),
            other if other.all_null() => Ok(vec![None; other.len()]),
            other => Err(wrong_type(name, other, "booleans")),
        }
    }

    /// The rows with the given indices, in that order.
    ///
    /// # Errors
    /// An index after the last row.
    pub fn take(&self, rows: &[usize]) -> Result<Self, TableError> {
        if let Some(row) = rows.iter().find(|row| **row >= self.rows()) {
            return Err(TableError::NoRow {
                row: *row,
                rows: self.rows(),
            });
        }
        let columns = self.columns.iter().map(|c| Column {
            name: c.name.clone(),
            values: c.values.take(rows),
        });
        Ok(Self {
            columns: columns.collect(),
            aside: self.aside.clone(),
        })
    }

    /// The same rows, sorted by the given columns (nulls first, equal rows in their order).
    ///
    /// # Errors
    /// No such column.
    pub fn sorted_by(&self, names: &[&str]) -> Result<Self, TableError> {
        let keys: Vec<&Values> = names
            .iter()
            .map(|name| self.values(name))
            .collect::<Result<_, _>>()?;
        let mut order: Vec<usize> = (0..self.rows()).collect();
        order.sort_by(|a, b| {
            keys.iter()
                .map(|values| values.cell(*a).order(&values.cell(*b)))
                .find(|o| o.is_ne())
                .unwrap_or(Ordering::Equal)
        });
        self.take(&order)
    }
}

/// The integer equal to a number, if double precision represents it exactly.
fn whole(number: f64) -> Option<i64> {
    const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() <= LARGEST_EXACT).then_some(number as i64)
}

fn wrong_type(name: &str, values: &Values, expected: &'static str) -> TableError {
    TableError::WrongType {
        column: name.to_owned(),
        found: values.type_name(),
        expected,
    }
}
