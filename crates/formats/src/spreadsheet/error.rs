//! What is wrong with a spreadsheet.

/// A spreadsheet that cannot be read without a guess. One line that says where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum SpreadsheetError {
    /// An error of the operating system.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// A folder.
    #[error("it is a folder")]
    Folder,
    /// A Parquet file that cannot be read.
    #[error("{0}")]
    Parquet(String),
    /// Columns that make no table.
    #[error("{0}")]
    Table(String),
    /// No header.
    #[error("it has no header: the first line names the columns")]
    Empty,
    /// A workbook instead of text.
    #[error("it is a workbook ({0}); save the sheet as CSV, in UTF-8")]
    Workbook(&'static str),
    /// Bytes that are no text.
    #[error("it is no text: byte {0} is zero")]
    Binary(usize),
    /// A header without a name.
    #[error("line {line}: column {column} has values but no name; name it in the header")]
    Unnamed {
        /// Line of the first value.
        line: usize,
        /// Number of the column, from 1.
        column: usize,
    },
    /// A repeated header.
    #[error("columns {first} and {second} are both named '{name}'; rename one")]
    Repeated {
        /// The name.
        name: String,
        /// Number of the first column, from 1.
        first: usize,
        /// Number of the second column, from 1.
        second: usize,
    },
    /// A row with more cells than the header.
    #[error(
        "line {line} has {cells} cells, but the header names {columns} columns; put a text that contains {delimiter} into quotation marks"
    )]
    Ragged {
        /// Line of the row.
        line: usize,
        /// Number of its cells.
        cells: usize,
        /// Number of columns.
        columns: usize,
        /// The delimiter in words.
        delimiter: &'static str,
    },
    /// A quotation mark that is not closed.
    #[error("line {0}: a quotation mark is not closed")]
    Quote(usize),
    /// Decimal points and commas.
    #[error(
        "column '{column}' has a decimal comma in line {comma} and a decimal point in line {point}; write all numbers alike"
    )]
    Decimals {
        /// The column.
        column: String,
        /// A line with a comma.
        comma: usize,
        /// A line with a point.
        point: usize,
    },
    /// A number that may have a thousands separator.
    #[error(
        "line {line}, column '{column}': '{cell}' can be read in two ways; write it without a thousands separator, or with another zero at its end if the separator is the decimal one"
    )]
    Thousands {
        /// The line.
        line: usize,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
    },
    /// A date among numbers.
    #[error(
        "line {line}, column '{column}': '{cell}' is a date, but the column holds numbers; a spreadsheet program may have changed it: write the number again"
    )]
    Date {
        /// The line.
        line: usize,
        /// The column.
        column: String,
        /// The cell.
        cell: String,
    },
}
