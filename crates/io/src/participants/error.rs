//! What a spreadsheet and the scans of a folder do not agree on.

/// A spreadsheet that does not fit the scans. One line that says where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ParticipantsError {
    /// An unknown column.
    #[error("it has no column '{column}'; it has: {known}")]
    NoColumn {
        /// The column.
        column: String,
        /// All columns.
        known: String,
    },
    /// A row without a subject, or without a part of the scan's id.
    #[error(
        "line {line}: the cell of '{column}' is empty, so that the row belongs to no scan; fill it, or remove the row"
    )]
    NoName {
        /// The line.
        line: usize,
        /// The column.
        column: String,
    },
    /// The id of a scan with a part that matches anything.
    #[error("the id of a scan is composed of {{columns}}, without '*'")]
    NoScan,
    /// Two rows of one subject or scan that disagree.
    #[error(
        "lines {first} and {second} are both of '{name}', but '{column}' is '{one}' and '{other}'; correct one, or compose the scan of columns if each row is a visit, as in --table-scan '{{subject}}_{{visit}}'"
    )]
    Disagree {
        /// Line of the first row.
        first: usize,
        /// Line of the second row.
        second: usize,
        /// The subject or scan.
        name: String,
        /// The column.
        column: String,
        /// Its first value.
        one: String,
        /// Its second value.
        other: String,
    },
    /// A column that cannot be an attribute.
    #[error("column '{column}' cannot be an attribute of a scan; rename it")]
    Reserved {
        /// The column.
        column: String,
    },
    /// Two columns with one attribute.
    #[error(
        "the columns '{first}' and '{second}' would both be the attribute '{attribute}'; rename one"
    )]
    Twice {
        /// The first column.
        first: String,
        /// The second column.
        second: String,
        /// The attribute.
        attribute: String,
    },
    /// A cell that contradicts the name of a file.
    #[error(
        "line {line}, column '{column}': '{cell}', but the files of the scan '{scan}' say '{known}'"
    )]
    Contradiction {
        /// The line.
        line: usize,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
        /// The scan.
        scan: String,
        /// What the files say.
        known: String,
    },
    /// A fold that is no whole number.
    #[error("line {line}: the fold '{cell}' is no whole number")]
    Fold {
        /// The line.
        line: usize,
        /// The cell.
        cell: String,
    },
    /// A name that lost its zeros.
    #[error(
        "line {line}: '{name}' has no scan, and '{other}' has no row; a spreadsheet program may have removed zeros: write '{other}'"
    )]
    Zeros {
        /// The line.
        line: usize,
        /// The name in the spreadsheet.
        name: String,
        /// The name in the folder.
        other: String,
    },
    /// Two spellings of one value.
    #[error(
        "column '{column}' has '{one}' in line {first} and '{other}' in line {second}; write them alike, or make them differ by more than capitals, spaces and hyphens"
    )]
    Spelling {
        /// The column.
        column: String,
        /// Line of the first spelling.
        first: usize,
        /// The first spelling.
        one: String,
        /// Line of the second spelling.
        second: usize,
        /// The second spelling.
        other: String,
    },
}
