//! Columns of a table from the rows that it shows.

use rsom_formats::table::Column;

/// The rows of a table; each method makes one column of them.
pub(super) struct Rows<'a, T>(pub &'a [T]);

impl<T> Rows<'_, T> {
    pub fn number(&self, name: &str, value: impl Fn(&T) -> Option<f64>) -> Column {
        // Infinite and undefined numbers are missing values.
        let values = self.0.iter().map(value);
        Column::number(name, values.map(|v| v.filter(|v| v.is_finite())))
    }

    pub fn count(&self, name: &str, value: impl Fn(&T) -> Option<usize>) -> Column {
        let values = self.0.iter().map(value);
        Column::integer(name, values.map(|v| v.map(|n| n as i64)))
    }

    pub fn text(&self, name: &str, value: impl Fn(&T) -> Option<String>) -> Column {
        Column::text(name, self.0.iter().map(value))
    }

    pub fn truth(&self, name: &str, value: impl Fn(&T) -> Option<bool>) -> Column {
        Column::boolean(name, self.0.iter().map(value))
    }

    pub fn repeated(&self, name: &str, value: &str) -> Column {
        Column::repeated(name, value, self.0.len())
    }
}
