//! Errors of tables.

/// A table that breaks an invariant, or lacks requested content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Two columns with the same name.
    #[error("the table has two columns named '{0}'")]
    DuplicateColumn(String),
    /// A column that is longer or shorter than the others.
    #[error("column '{column}' has {rows} rows, but {expected} are expected")]
    Length {
        /// The column.
        column: String,
        /// Its length.
        rows: usize,
        /// The table's length.
        expected: usize,
    },
    /// A missing column.
    #[error("the table has no column '{name}'; it has {known}")]
    NoColumn {
        /// The requested name.
        name: String,
        /// The existing names.
        known: String,
    },
    /// A column of a type that tables do not hold.
    #[error(
        "column '{column}' holds {kind}, which are not supported; write text or numbers instead"
    )]
    Unsupported {
        /// The column.
        column: String,
        /// What it holds.
        kind: String,
    },
    /// A measure that occurs twice for the same keys.
    #[error(
        "metric '{metric}' has two values for the same {keys}; add columns that distinguish them to the keys"
    )]
    Repeated {
        /// The metric.
        metric: String,
        /// The key columns.
        keys: String,
    },
    /// A metric in two units.
    #[error(transparent)]
    TwoUnits(#[from] rsom_measures::TwoUnits),
    /// A missing row.
    #[error("row {row} does not exist: the table has {rows} rows")]
    NoRow {
        /// The requested row, from 0.
        row: usize,
        /// Number of rows.
        rows: usize,
    },
    /// A column of the wrong type.
    #[error("column '{column}' holds {found}, not {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// Its type.
        found: &'static str,
        /// The expected type.
        expected: &'static str,
    },
}
