//! Publication tables in LaTeX.

use super::cells::{Cells, cells};
use super::{PublicationTable, Style};

/// The table as a LaTeX `tabular` with booktabs rules; the notes are a last line over the full width.
///
/// It compiles in any document that loads booktabs, with pdfLaTeX and XeLaTeX; LaTeX's special characters are escaped.
#[must_use]
pub fn to_latex(table: &PublicationTable, style: &Style) -> String {
    let cells = cells(table, style);
    let columns = cells.header.len();
    let numbers = columns - cells.text_columns.min(columns);
    let mut text = format!(
        "% needs \\usepackage{{booktabs}}\n\\begin{{tabular}}{{{}{}}}\n\\toprule\n",
        "l".repeat(cells.text_columns),
        "c".repeat(numbers)
    );
    text.push_str(&line(&cells.header));
    text.push_str("\\midrule\n");
    for (index, row) in cells.rows.iter().enumerate() {
        if cells.group_starts.contains(&index) {
            text.push_str("\\midrule\n");
        }
        text.push_str(&line(row));
    }
    text.push_str("\\bottomrule\n");
    text.push_str(&notes(&cells, columns));
    text.push_str("\\end{tabular}\n");
    text
}

fn notes(cells: &Cells, columns: usize) -> String {
    if cells.notes.is_empty() {
        return String::new();
    }
    let notes: Vec<String> = cells.notes.iter().map(|note| escaped(note)).collect();
    format!(
        "\\multicolumn{{{columns}}}{{p{{0.9\\linewidth}}}}{{\\footnotesize {}}} \\\\\n",
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
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => escaped.extend(['\\', c]),
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '<' | '>' | '|' => escaped.extend(['$', c, '$']),
            '*' => escaped.push_str("$^{*}$"),
            '±' => escaped.push_str("$\\pm$"),
            '×' => escaped.push_str("$\\times$"),
            '–' => escaped.push_str("--"),
            'µ' | 'μ' => escaped.push_str("$\\mu$"),
            // A minus sign of a number, not the hyphen of a name.
            '-' if !before.is_alphanumeric() => escaped.push_str("$-$"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
        before = c;
    }
    escaped
}
