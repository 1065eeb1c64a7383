//! The type of a column, from all of its cells.

use super::cell::{Cell, Decimals, MissingOr};
use super::error::SpreadsheetError;
use crate::table::Values;

/// The values of a column, and what a user should know of it.
#[derive(Debug, PartialEq)]
pub(super) struct Typed {
    pub(super) values: Values,
    pub(super) note: Option<String>,
}

/// A cell with its line and its text.
#[derive(Debug, Clone, Copy)]
struct Present<'t> {
    line: usize,
    text: &'t str,
    cell: Cell,
}

impl Present<'_> {
    fn is_number(&self) -> bool {
        self.cell.number().is_some() || self.cell == Cell::Thousands
    }
}

/// The values of a column, whose cells come with their lines.
///
/// # Errors
/// Numbers that can be read in two ways, and dates among numbers.
pub(super) fn values(
    column: &str,
    cells: &[(usize, &str)],
    decimals: Decimals,
) -> Result<Typed, SpreadsheetError> {
    let read: Vec<Option<Present>> = (cells.iter())
        .map(|(line, text)| match Cell::of(text) {
            MissingOr::Missing => None,
            MissingOr::Cell(cell) => Some(Present {
                line: *line,
                text,
                cell,
            }),
        })
        .collect();
    let read = without_doubt(read);
    let present: Vec<Present> = read.iter().copied().flatten().collect();
    let (numbers, others): (Vec<Present>, Vec<Present>) =
        present.into_iter().partition(Present::is_number);
    let (values, note) = match others.first() {
        None if numbers.is_empty() => (texts(&read), None),
        None => {
            unambiguous(column, &numbers, decimals)?;
            (numeric(&read), None)
        }
        Some(_) if (others.iter()).all(|p| matches!(p.cell, Cell::Boolean(_))) => {
            match numbers.is_empty() {
                true => (flags(&read), None),
                false => (texts(&read), None),
            }
        }
        Some(date) if !numbers.is_empty() && others.iter().all(|p| p.cell == Cell::Date) => {
            return Err(SpreadsheetError::Date {
                line: date.line,
                column: column.to_owned(),
                cell: date.text.to_owned(),
            });
        }
        Some(odd) => {
            // Names such as 007 are no mistake.
            let is_mixed =
                numbers.len() >= others.len() && !odd.text.bytes().all(|b| b.is_ascii_digit());
            let decorated = others.iter().filter(|p| is_decorated(p.text)).count();
            let is_decorated = 2 * (numbers.len() + decorated) > numbers.len() + others.len();
            let note = format!(
                "line {}, column '{column}': '{}' is no number, so the whole column is read as text; for numbers, write digits alone, and leave unknown values empty",
                odd.line, odd.text
            );
            (
                texts(&read),
                (is_mixed || decorated > 0 && is_decorated).then_some(note),
            )
        }
    };
    Ok(Typed { values, note })
}

/// Whether a text is a number with a percent sign, a unit or a space between its digits, such as `45%`, `3 mm` or `1 500`.
fn is_decorated(text: &str) -> bool {
    let is_space = |c: char| c.is_whitespace() || matches!(c, '\u{a0}' | '\u{202f}');
    let is_part = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '\'') || is_space(c);
    let rest = text.trim_start_matches(is_part);
    let number = text[..text.len() - rest.len()].trim_end_matches(is_space);
    let has_digits = number.starts_with(|c: char| c.is_ascii_digit());
    let has_space = number.contains(is_space);
    let has_unit = matches!(rest, "%" | "\u{2030}") || text.contains(is_space) && is_unit(rest);
    has_digits && (rest.is_empty() && has_space || has_unit)
}

fn is_unit(text: &str) -> bool {
    (1..=3).contains(&text.chars().count()) && text.chars().all(char::is_alphabetic)
}

/// The cells as they were typed; empty ones are missing.
pub(super) fn words(cells: &[(usize, &str)]) -> Typed {
    let word = |(_, text): &(usize, &str)| Some((*text).to_owned()).filter(|t| !t.is_empty());
    Typed {
        values: Values::Text(cells.iter().map(word).collect()),
        note: None,
    }
}

/// The cells without those that are missing among numbers, if all others are numbers.
fn without_doubt(mut read: Vec<Option<Present>>) -> Vec<Option<Present>> {
    let is_doubtful = |p: &Present| p.cell == Cell::Doubtful;
    let mut others = read.iter().flatten().filter(|p| !is_doubtful(p)).peekable();
    if others.peek().is_some() && others.all(Present::is_number) {
        for cell in &mut read {
            *cell = cell.filter(|p| !is_doubtful(p));
        }
    }
    read
}

fn texts(read: &[Option<Present>]) -> Values {
    let text = |p: &Option<Present>| p.map(|p| p.text.to_owned());
    Values::Text(read.iter().map(text).collect())
}

fn flags(read: &[Option<Present>]) -> Values {
    let flag = |p: &Option<Present>| p.map(|p| p.cell == Cell::Boolean(true));
    Values::Boolean(read.iter().map(flag).collect())
}

/// Integers if all numbers are, otherwise numbers.
fn numeric(read: &[Option<Present>]) -> Values {
    let whole = |p: &Option<Present>| match p.map(|p| p.cell) {
        None => Some(None),
        Some(Cell::Integer(value)) => Some(Some(value)),
        Some(_) => None,
    };
    let number = |p: &Option<Present>| p.and_then(|p| p.cell.number());
    match read.iter().map(whole).collect() {
        Some(integers) => Values::Integer(integers),
        None => Values::Number(read.iter().map(number).collect()),
    }
}

/// Refuses numbers whose decimal separator is unclear.
fn unambiguous(
    column: &str,
    numbers: &[Present],
    decimals: Decimals,
) -> Result<(), SpreadsheetError> {
    let thousands = |p: &Present| SpreadsheetError::Thousands {
        line: p.line,
        column: column.to_owned(),
        cell: p.text.to_owned(),
    };
    if let Some(grouped) = numbers.iter().find(|p| p.cell == Cell::Thousands) {
        return Err(thousands(grouped));
    }
    let is_comma = |p: &&Present| matches!(p.cell, Cell::Comma { .. });
    let is_point = |p: &&Present| matches!(p.cell, Cell::Point { .. });
    let (comma, point) = (numbers.iter().find(is_comma), numbers.iter().find(is_point));
    if let (Some(comma), Some(point)) = (comma, point) {
        return Err(SpreadsheetError::Decimals {
            column: column.to_owned(),
            comma: comma.line,
            point: point.line,
        });
    }
    // A clear decimal comma in the column, or in the file, decides.
    let is_clear = |p: &Present| p.cell.is_clear_comma();
    if let Some(comma) = comma
        && decimals != Decimals::Comma
        && !numbers.iter().any(is_clear)
    {
        return Err(thousands(comma));
    }
    // Without a clear decimal point, a point may separate thousands.
    let may_group = |p: &&Present| p.cell.is_point_of_thousands();
    match numbers.iter().find(may_group) {
        Some(point) if decimals != Decimals::Point => Err(thousands(point)),
        _ => Ok(()),
    }
}
