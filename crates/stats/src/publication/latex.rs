//! Publication tables in LaTeX.

use super::cells::{Cells, cells};
use super::tex::set;
use super::{PublicationTable, Style};

/// The table as a LaTeX `tabular` with booktabs rules; the notes stand below it, as a paragraph that does not widen its
/// columns.
///
/// It compiles in any document that loads booktabs, with pdfLaTeX and XeLaTeX. LaTeX's special characters are escaped;
/// Greek letters and usual signs are set in math. A character that pdfLaTeX's fonts lack appears as its number, such as
/// `[U+4E2D]`; give such a name in other letters (`names`).
#[must_use]
pub fn to_latex(table: &PublicationTable, style: &Style) -> String {
    rendered(&cells(table, style))
}

/// The texts as a `tabular`.
pub(super) fn rendered(cells: &Cells) -> String {
    let columns = cells.header.len();
    let numbers = columns - cells.text_columns.min(columns);
    let mut text = String::from("% needs \\usepackage{booktabs}\n");
    if !cells.notes.is_empty() {
        // One box for table and notes: in \resizebox and in a line of text they stay below each other.
        text.push_str("\\begin{tabular}{@{}c@{}}\n");
    }
    text.push_str(&format!(
        "\\begin{{tabular}}{{{}{}}}\n\\toprule\n",
        "l".repeat(cells.text_columns),
        "c".repeat(numbers)
    ));
    text.push_str(&line(&cells.header));
    text.push_str("\\midrule\n");
    for (index, row) in cells.rows.iter().enumerate() {
        if cells.group_starts.contains(&index) {
            text.push_str("\\midrule\n");
        }
        text.push_str(&line(row));
    }
    text.push_str("\\bottomrule\n\\end{tabular}");
    text.push_str(&notes(cells));
    text.push('\n');
    text
}

fn notes(cells: &Cells) -> String {
    if cells.notes.is_empty() {
        return String::new();
    }
    let notes: Vec<String> = cells.notes.iter().map(|note| escaped(note)).collect();
    format!(
        " \\\\\n\\addlinespace\n\\begin{{minipage}}{{0.9\\linewidth}}\\footnotesize\\raggedright\n{}\n\\end{{minipage}}\n\\end{{tabular}}",
        notes.join(" ")
    )
}

fn line(texts: &[String]) -> String {
    let escaped: Vec<String> = texts.iter().map(|text| escaped(text)).collect();
    // LaTeX would read a bracket after a line end as its argument.
    let guard = if escaped.first().is_some_and(|t| t.starts_with('[')) {
        "{}"
    } else {
        ""
    };
    format!("{guard}{} \\\\\n", escaped.join(" & "))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let (mut before, mut in_math) = (' ', false);
    for c in text.chars() {
        let piece = match c {
            '*' => "$^{*}$".to_owned(),
            // A minus sign of a number, not the hyphen of a name.
            '-' if !before.is_alphanumeric() => "$-$".to_owned(),
            c => set(c),
        };
        // Two formulas in a row are one: `$$` would begin a displayed formula.
        match piece.strip_prefix('$').filter(|_| in_math) {
            Some(rest) => {
                escaped.pop();
                // One base has one exponent.
                escaped.push_str(if rest.starts_with(['^', '_']) {
                    "{}"
                } else {
                    ""
                });
                escaped.push_str(rest);
            }
            None => escaped.push_str(&piece),
        }
        in_math = piece.starts_with('$');
        before = c;
    }
    escaped
}
