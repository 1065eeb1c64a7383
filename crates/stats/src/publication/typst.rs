//! Publication tables in Typst.

use super::cells::Cells;

/// The texts as a `table` with rules as in booktabs, the notes below it. It needs no package; put it into a `figure` for a caption.
/// Texts are strings, so that no sign in them is markup.
pub(super) fn rendered(cells: &Cells) -> String {
    let columns = cells.header.len();
    let alignment: Vec<&str> = (0..columns)
        .map(|column| match column < cells.text_columns {
            true => "left",
            false => "center",
        })
        .collect();
    let mut text = format!(
        "#block[\n#table(\n  columns: {columns},\n  align: ({},),\n  stroke: none,\n  table.hline(),\n",
        alignment.join(", ")
    );
    text.push_str(&format!("  table.header({}),\n", line(&cells.header)));
    text.push_str("  table.hline(stroke: 0.5pt),\n");
    for (index, row) in cells.rows.iter().enumerate() {
        if cells.group_starts.contains(&index) {
            text.push_str("  table.hline(stroke: 0.5pt),\n");
        }
        text.push_str(&format!("  {},\n", line(row)));
    }
    text.push_str("  table.hline(),\n)\n");
    for note in &cells.notes {
        text.push_str(&format!("#text(size: 0.85em, {})\n", quoted(note)));
    }
    text.push_str("]\n");
    text
}

fn line(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    quoted.join(", ")
}

/// A string literal; a hyphen before a number becomes a minus sign.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '-' if !before.is_alphanumeric() => quoted.push('−'),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
        before = c;
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_of_a_name_is_markup() {
        assert_eq!(quoted("a \"b\" #c \\"), "\"a \\\"b\\\" #c \\\\\"");
        assert_eq!(quoted("-0.1 (U-Net)"), "\"−0.1 (U-Net)\"");
        assert_eq!(quoted("two\nlines"), "\"two lines\"");
    }
}
