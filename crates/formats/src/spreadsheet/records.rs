//! Header and rows of delimited text.

use super::cell::{Cell, Decimals, MissingOr};
use super::error::SpreadsheetError;

/// A delimiter and its name in messages.
const DELIMITERS: [(u8, &str); 4] = [
    (b',', "a comma"),
    (b';', "a semicolon"),
    (b'\t', "a tab"),
    (b'|', "a vertical bar"),
];

/// Header and rows as texts.
#[derive(Debug, PartialEq)]
pub(super) struct Records {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
    delimiter: u8,
}

/// A row.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// The line where it starts, from 1.
    pub(super) line: usize,
    /// As many cells as the header has.
    cells: Vec<String>,
}

impl Records {
    /// Splits a text by the delimiter that gives the header most cells.
    ///
    /// # Errors
    /// No header, a repeated or missing name, a row with too many cells, an open quotation mark.
    pub(super) fn of(text: &str) -> Result<Self, SpreadsheetError> {
        // One kind of line end, so that lines can be counted.
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let (stated, text, skipped) = stated_delimiter(&text);
        let candidates = DELIMITERS
            .iter()
            .filter(|(delimiter, _)| stated.is_none_or(|stated| stated == *delimiter));
        let mut best: Option<(Vec<Row>, &(u8, &str))> = None;
        for delimiter in candidates {
            let rows = split(text, delimiter.0, skipped);
            let width = |rows: &[Row]| rows.first().map_or(0, |row| row.cells.len());
            if best
                .as_ref()
                .is_none_or(|(best, _)| width(&rows) > width(best))
            {
                best = Some((rows, delimiter));
            }
        }
        let (mut rows, (delimiter, named)) = best.ok_or(SpreadsheetError::Empty)?;
        if rows.is_empty() {
            return Err(SpreadsheetError::Empty);
        }
        let header = rows.remove(0).cells;
        closed(text, skipped)?;
        let mut records = Self {
            header,
            rows,
            delimiter: *delimiter,
        };
        records.fit(named)?;
        Ok(records)
    }

    /// The cells of a column, each with its line.
    pub(super) fn column(&self, index: usize) -> Vec<(usize, &str)> {
        let rows = self.rows.iter();
        rows.map(|row| (row.line, row.cells[index].as_str()))
            .collect()
    }

    /// The decimal separator that clear numbers of the file have: those whose separator cannot be one of thousands. In text
    /// delimited by commas it is the point.
    pub(super) fn decimals(&self) -> Decimals {
        let cells = || {
            let cells = self.rows.iter().flat_map(|row| &row.cells);
            cells.filter_map(|cell| match Cell::of(cell) {
                MissingOr::Cell(cell) => Some(cell),
                MissingOr::Missing => None,
            })
        };
        if self.delimiter != b',' && cells().any(Cell::is_clear_comma) {
            Decimals::Comma
        } else if self.delimiter == b',' || cells().any(Cell::is_clear_point) {
            Decimals::Point
        } else {
            Decimals::Unknown
        }
    }

    /// Makes all rows as wide as the header, which loses its unnamed columns if they are empty.
    fn fit(&mut self, delimiter: &'static str) -> Result<(), SpreadsheetError> {
        let columns = self.header.len();
        for row in &mut self.rows {
            while row.cells.len() > columns && row.cells.last().is_some_and(String::is_empty) {
                row.cells.pop();
            }
            if row.cells.len() > columns {
                return Err(SpreadsheetError::Ragged {
                    line: row.line,
                    cells: row.cells.len(),
                    columns,
                    delimiter,
                });
            }
            row.cells.resize(columns, String::new());
        }
        for index in (0..columns).rev() {
            if !self.header[index].is_empty() {
                continue;
            }
            if let Some((line, _)) = self.column(index).iter().find(|(_, cell)| !cell.is_empty()) {
                return Err(SpreadsheetError::Unnamed {
                    line: *line,
                    column: index + 1,
                });
            }
            self.header.remove(index);
            self.rows.iter_mut().for_each(|row| {
                row.cells.remove(index);
            });
        }
        for (second, name) in self.header.iter().enumerate() {
            if let Some(first) = self.header[..second].iter().position(|other| other == name) {
                return Err(SpreadsheetError::Repeated {
                    name: name.clone(),
                    first: first + 1,
                    second: second + 1,
                });
            }
        }
        Ok(())
    }
}

/// The delimiter of a first line `sep=;`, the text without this line, and the number of lines left out.
fn stated_delimiter(text: &str) -> (Option<u8>, &str, usize) {
    let Some(after) = text.strip_prefix("sep=") else {
        return (None, text, 0);
    };
    let (line, rest) = after.split_once('\n').unwrap_or((after, ""));
    match line.as_bytes() {
        [delimiter] if DELIMITERS.iter().any(|(known, _)| known == delimiter) => {
            (Some(*delimiter), rest, 1)
        }
        _ => (None, text, 0),
    }
}

/// The rows with at least one cell that is not empty. Spaces around a cell do not belong to it.
fn split(text: &str, delimiter: u8, skipped: usize) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    // The text is UTF-8, and rows may have any length: no record is at fault.
    for record in reader.records().map_while(Result::ok) {
        let line = record.position().map_or(0, csv::Position::line) as usize + skipped;
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(Row { line, cells });
        }
    }
    rows
}

/// Refuses a text with an odd number of quotation marks: the last one opens a cell that ends nowhere.
fn closed(text: &str, skipped: usize) -> Result<(), SpreadsheetError> {
    let mut open = None;
    for (number, line) in text.lines().enumerate() {
        if !line.matches('"').count().is_multiple_of(2) {
            open = match open {
                Some(_) => None,
                None => Some(number + 1 + skipped),
            };
        }
    }
    open.map_or(Ok(()), |line| Err(SpreadsheetError::Quote(line)))
}
