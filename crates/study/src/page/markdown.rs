//! Reads the tables that `stats table` and `stats tests` write as Markdown.

/// A table with the paragraphs after it.
#[derive(Debug, PartialEq, Eq, Default)]
pub(super) struct MarkdownTable {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    pub notes: Vec<String>,
}

/// The first table of a text. `None` if there is none.
pub(super) fn table(text: &str) -> Option<MarkdownTable> {
    let lines: Vec<&str> = text.lines().collect();
    let is_rule = |line: &str| {
        let inside = line.trim().trim_matches('|');
        inside.contains('-') && inside.chars().all(|c| matches!(c, '-' | ':' | '|' | ' '))
    };
    let rule = (1..lines.len())
        .find(|n| is_row(lines[*n - 1]) && is_row(lines[*n]) && is_rule(lines[*n]))?;
    let mut table = MarkdownTable {
        header: cells(lines[rule - 1]),
        ..MarkdownTable::default()
    };
    let rest = &lines[rule + 1..];
    let end = rest
        .iter()
        .position(|line| !is_row(line))
        .unwrap_or(rest.len());
    let width = table.header.len();
    let row = |line: &&str| {
        let mut row = cells(line);
        row.resize(width.max(row.len()), String::new());
        row
    };
    table.rows = rest[..end].iter().map(row).collect();
    let notes = rest[end..].join("\n");
    let notes = notes.split("\n\n").map(|note| plain(note.trim()));
    // Another table, or code, is no note.
    let is_note = |note: &String| !note.is_empty() && !note.starts_with(['|', '`', '#']);
    table.notes = notes.filter(is_note).collect();
    Some(table)
}

fn is_row(line: &str) -> bool {
    line.trim_start().starts_with('|')
}

/// The cells of a row. `\|` is no border.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match (c, characters.peek(), cells.last_mut()) {
            ('\\', Some('|'), Some(cell)) => {
                cell.push('|');
                characters.next();
            }
            ('|', _, _) => cells.push(String::new()),
            (c, _, Some(cell)) => cell.push(c),
            _ => {}
        }
    }
    // After the last border stands nothing.
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| plain(cell.trim())).collect()
}

/// A text without backslashes before punctuation.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let is_escape = c == '\\' && characters.peek().is_some_and(char::is_ascii_punctuation);
        if !is_escape {
            plain.push(c);
        } else if let Some(next) = characters.next() {
            plain.push(next);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_with_notes_is_read() {
        let text = "| Net | p |\n| --- | :-: |\n| a \\| b | 0.004\\* |\n| c |  |\n\nMean. \\* p < 0.05.\n\nMore\nof it.\n";
        let table = table(text).unwrap();
        assert_eq!(table.header, ["Net", "p"]);
        assert_eq!(table.rows, [vec!["a | b", "0.004*"], vec!["c", ""]]);
        assert_eq!(table.notes, ["Mean. * p < 0.05.", "More\nof it."]);
    }

    #[test]
    fn a_text_without_a_table_has_none() {
        for text in ["", "# Title\n\ntext", "| a |", "| a |\ntext"] {
            assert_eq!(table(text), None, "{text}");
        }
    }
}
