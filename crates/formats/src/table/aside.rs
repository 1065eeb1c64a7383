//! Columns of types that tables do not hold.

/// A column that stands in the file and not in the table, because no command reads its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Name of the column.
    pub name: String,
    /// What it holds, such as `dates`.
    pub kind: String,
}
