//! Publication tables in Markdown.

use super::cells::{Cells, cells};
use super::{PublicationTable, Style};

/// The table as a Markdown pipe table (GitHub's dialect). Columns are padded so that the text is readable as it is; the
/// notes are a paragraph below it.
#[must_use]
pub fn to_markdown(table: &PublicationTable, style: &Style) -> String {
    rendered(cells(table, style))
}

/// The texts as a table.
pub(super) fn rendered(mut cells: Cells) -> String {
    for text in cells
        .header
        .iter_mut()
        .chain(cells.rows.iter_mut().flatten())
    {
        *text = escaped(text);
    }
    let widths = widths(&cells);
    let mut text = line(&cells.header, &widths);
    let rules: Vec<String> = widths
        .iter()
        .enumerate()
        .map(|(column, width)| {
            if column < cells.text_columns {
                "-".repeat(*width)
            } else {
                format!(":{}:", "-".repeat(width.saturating_sub(2)))
            }
        })
        .collect();
    text.push_str(&line(&rules, &widths));
    for row in &cells.rows {
        text.push_str(&line(row, &widths));
    }
    if !cells.notes.is_empty() {
        let notes: Vec<String> = cells.notes.iter().map(|note| escaped(note)).collect();
        text.push_str(&format!("\n{}\n", notes.join(" ")));
    }
    text
}

fn widths(cells: &Cells) -> Vec<usize> {
    (0..cells.header.len())
        .map(|column| {
            let rows = cells.rows.iter().filter_map(|row| row.get(column));
            let longest = rows
                .chain(cells.header.get(column))
                .map(|t| t.chars().count())
                .max();
            // The shortest rule for a centered column.
            longest.unwrap_or(0).max(3)
        })
        .collect()
}

fn line(texts: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = texts
        .iter()
        .zip(widths)
        .map(|(text, width)| format!("{text:<width$}"))
        .collect();
    format!("| {} |\n", padded.join(" | "))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '|' | '*' | '_' | '\\' | '`' | '[' | ']' | '~' | '$' => escaped.extend(['\\', c]),
            // `&lt;` must not be read as a character.
            '&' if characters
                .peek()
                .is_some_and(|next| next.is_alphanumeric() || *next == '#') =>
            {
                escaped.push_str("\\&");
            }
            // `<0.001` must not be read as a tag.
            '<' if characters
                .peek()
                .is_some_and(|next| !next.is_ascii_digit() && *next != ' ') =>
            {
                escaped.push_str("\\<");
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
