//! What can be wrong with a table.

/// A table that breaks an invariant, or does not hold what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Two columns of one name.
    #[error("the table has two columns named '{0}'")]
    DuplicateColumn(String),
    /// A column that is longer or shorter than the others.
    #[error("column '{column}' has {rows} rows where {expected} are expected")]
    Length {
        /// The column.
        column: String,
        /// Its length.
        rows: usize,
        /// The table's length.
        expected: usize,
    },
    /// A column that is not there.
    #[error("the table has no column '{name}'; it has {known}")]
    NoColumn {
        /// The wanted name.
        name: String,
        /// The names that are there.
        known: String,
    },
    /// A measure that occurs twice where it may occur once.
    #[error(
        "metric '{metric}' has two values for the same {keys}; name more columns that tell them apart"
    )]
    Repeated {
        /// The metric.
        metric: String,
        /// The columns that should tell rows apart.
        keys: String,
    },
    /// A row that is not there.
    #[error("row {row} of a table of {rows} rows")]
    NoRow {
        /// The wanted row, from 0.
        row: usize,
        /// How many rows there are.
        rows: usize,
    },
    /// A column of another type.
    #[error("column '{column}' holds {found}, not {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// What it holds.
        found: &'static str,
        /// What is wanted.
        expected: &'static str,
    },
}
