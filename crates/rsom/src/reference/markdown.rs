//! Parts of the pages, as Markdown.

use std::fmt::Write;

/// What all pages of this folder begin with.
pub(super) const MADE: &str = "<!-- Written by 'rsom reference --output docs/reference'. -->\n\n";

/// A text with `<` as a character: outside of code, Markdown would take `<stamp>` for a tag.
pub(super) fn plain(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts: Vec<String> = parts
        .map(|(number, part)| match number % 2 {
            0 => part.replace('<', "\\<"),
            _ => part.to_owned(),
        })
        .collect();
    parts.join("`")
}

/// Adds a row of a table.
pub(super) fn row(text: &mut String, cells: &[String]) {
    let cells = cells.iter().map(|cell| plain(cell).replace('|', "\\|"));
    let cells: Vec<String> = cells.collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// The anchor of a heading, as Markdown renderers make it.
pub(super) fn anchor(heading: &str) -> String {
    heading.to_lowercase().replace(' ', "-")
}
