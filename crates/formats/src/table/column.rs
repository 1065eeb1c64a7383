//! A named, typed column and its cells.

use std::cmp::Ordering;
use std::fmt;

/// A named column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Name of the column.
    pub name: String,
    /// Values of the column.
    pub values: Values,
}

/// The values of a column; `None` is a missing value.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Numbers in double precision.
    Number(Vec<Option<f64>>),
    /// Integers.
    Integer(Vec<Option<i64>>),
    /// Booleans.
    Boolean(Vec<Option<bool>>),
}

/// One value of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// A missing value.
    Null,
    /// A text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
}

impl Column {
    /// A column of texts.
    pub fn text<S: Into<String>>(name: &str, values: impl IntoIterator<Item = Option<S>>) -> Self {
        let values = values.into_iter().map(|v| v.map(Into::into)).collect();
        Self::of(name, Values::Text(values))
    }

    /// A column of numbers.
    pub fn number(name: &str, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        Self::of(name, Values::Number(values.into_iter().collect()))
    }

    /// A column of integers.
    pub fn integer(name: &str, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        Self::of(name, Values::Integer(values.into_iter().collect()))
    }

    /// A column of booleans.
    pub fn boolean(name: &str, values: impl IntoIterator<Item = Option<bool>>) -> Self {
        Self::of(name, Values::Boolean(values.into_iter().collect()))
    }

    /// A column that repeats one text.
    #[must_use]
    pub fn repeated(name: &str, value: &str, rows: usize) -> Self {
        Self::text(name, vec![Some(value); rows])
    }

    fn of(name: &str, values: Values) -> Self {
        Self {
            name: name.to_owned(),
            values,
        }
    }
}

impl Values {
    /// Number of values, including missing ones.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Values::Text(v) => v.len(),
            Values::Number(v) => v.len(),
            Values::Integer(v) => v.len(),
            Values::Boolean(v) => v.len(),
        }
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value in a row; null after the last row.
    #[must_use]
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Values::Text(v) => v.get(row).and_then(Option::as_deref).map(Cell::Text),
            Values::Number(v) => v.get(row).copied().flatten().map(Cell::Number),
            Values::Integer(v) => v.get(row).copied().flatten().map(Cell::Integer),
            Values::Boolean(v) => v.get(row).copied().flatten().map(Cell::Boolean),
        }
        .unwrap_or(Cell::Null)
    }

    /// All values, from top to bottom.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).map(|row| self.cell(row))
    }

    /// Whether every value is missing.
    #[must_use]
    pub fn all_null(&self) -> bool {
        self.cells().all(|cell| cell == Cell::Null)
    }

    /// Type of the values, for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Values::Text(_) => "text",
            Values::Number(_) => "numbers",
            Values::Integer(_) => "integers",
            Values::Boolean(_) => "booleans",
        }
    }

    /// The values in the given rows, which must exist.
    pub(super) fn take(&self, rows: &[usize]) -> Self {
        match self {
            Values::Text(v) => Values::Text(rows.iter().map(|r| v[*r].clone()).collect()),
            Values::Number(v) => Values::Number(rows.iter().map(|r| v[*r]).collect()),
            Values::Integer(v) => Values::Integer(rows.iter().map(|r| v[*r]).collect()),
            Values::Boolean(v) => Values::Boolean(rows.iter().map(|r| v[*r]).collect()),
        }
    }

    pub(super) fn nan_to_null(&mut self) {
        if let Values::Number(values) = self {
            for value in values {
                *value = value.filter(|v| !v.is_nan());
            }
        }
    }
}

impl Cell<'_> {
    /// A total order within one column: nulls first.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
            (Cell::Number(a), Cell::Number(b)) => a.total_cmp(b),
            (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
            (Cell::Boolean(a), Cell::Boolean(b)) => a.cmp(b),
            (a, b) => (*a != Cell::Null).cmp(&(*b != Cell::Null)),
        }
    }
}

/// Null is an empty text; a number is the shortest text that reads back as the same number.
impl fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Null => Ok(()),
            Cell::Text(v) => f.write_str(v),
            Cell::Number(v) => write!(f, "{v}"),
            Cell::Integer(v) => write!(f, "{v}"),
            Cell::Boolean(v) => write!(f, "{v}"),
        }
    }
}
