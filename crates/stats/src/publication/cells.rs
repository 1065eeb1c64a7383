//! The texts of a publication table, shared by all formats for people.

use std::collections::BTreeMap;

use rsom_measures::{Metric, Surface, column};

use super::numbers::{fixed, p_value};
use super::{Entry, MetricColumn, Outcome, PValues, PublicationTable, Statistic, TableRow};

/// Text of a cell without a value.
const NOTHING: &str = "–";
/// Mark of significance.
const MARK: &str = "*";

/// Style of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Content of a cell.
    pub statistic: Statistic,
    /// Display of p-values.
    pub p_values: PValues,
    /// Significance level: adjusted p-values below it are marked.
    pub alpha: f64,
    /// Printed names of metrics, factors and levels: `ra_vox` → `Ra`.
    pub names: BTreeMap<String, String>,
}

/// The texts of all cells.
pub(super) struct Cells {
    pub header: Vec<String>,
    /// Number of leading text columns, which are left-aligned; the others are centered.
    pub text_columns: usize,
    pub rows: Vec<Vec<String>>,
    /// Indices of the rows where the first factor changes.
    pub group_starts: Vec<usize>,
    pub notes: Vec<String>,
}

/// Printed names of factors and networks; those of metrics come from `measures`.
const KNOWN_NAMES: [(&str, &str); 6] = [
    ("net", "Network"),
    ("loss", "Loss"),
    ("unet", "U-Net"),
    ("fcn7", "7FCN"),
    (column::SUBJECT, "Subject"),
    (column::SURFACE, "Surface"),
];

/// Formats a table.
pub(super) fn cells(table: &PublicationTable, style: &Style) -> Cells {
    let has_p_column =
        |column: usize| style.p_values == PValues::Column && table.is_column_tested(column);
    let mut header: Vec<String> = table.factors.iter().map(|f| style.name(f)).collect();
    let text_columns = header.len();
    header.push("n".to_owned());
    let first_label = table.columns.first().map(|c| &c.quantity.label);
    // With only one structure, the caption of the table names it.
    let has_labels = table
        .columns
        .iter()
        .any(|c| Some(&c.quantity.label) != first_label);
    for (index, column) in table.columns.iter().enumerate() {
        header.push(heading(column, has_labels, style));
        if has_p_column(index) {
            header.push("p".to_owned());
        }
    }
    let mut rows = Vec::new();
    let mut group_starts = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        if index > 0 && table.rows[index - 1].condition.first() != row.condition.first() {
            group_starts.push(index);
        }
        let levels = row.condition.iter().map(|l| style.name(&l.to_string()));
        let mut texts: Vec<String> = levels.chain([row.n.to_string()]).collect();
        for (index, (entry, column)) in row.entries.iter().zip(&table.columns).enumerate() {
            texts.push(value(entry, row, column, style));
            if has_p_column(index) {
                texts.push(outcome(entry, style));
            }
        }
        rows.push(texts);
    }
    Cells {
        header,
        text_columns,
        rows,
        // With groups of one row each, every row would have a rule.
        group_starts: if table.factors.len() > 1 {
            group_starts
        } else {
            Vec::new()
        },
        notes: notes(table, style),
    }
}

impl Style {
    fn name(&self, name: &str) -> String {
        let known = || KNOWN_NAMES.iter().find(|(k, _)| *k == name);
        let known = || known().map(|(_, v)| *v).or_else(|| heading_of(name));
        let declared = self.names.get(name).map(String::as_str);
        declared.or_else(known).unwrap_or(name).to_owned()
    }
}

fn heading_of(metric: &str) -> Option<&'static str> {
    Metric::named(metric).map(|known| known.heading)
}

fn heading(column: &MetricColumn, has_labels: bool, style: &Style) -> String {
    let mut text = style.name(&column.quantity.metric);
    if let Some(surface) = column
        .quantity
        .surface
        .as_ref()
        .filter(|s| *s != Surface::Both.as_str())
    {
        text = format!("{text} {}", style.name(surface));
    }
    if let Some(label) = column.quantity.label.as_ref().filter(|_| has_labels) {
        text = format!("{text} {}", style.name(&label.to_string()));
    }
    match &column.unit {
        Some(unit) => format!("{text} ({unit})"),
        None => text,
    }
}

fn value(entry: &Entry, row: &TableRow, column: &MetricColumn, style: &Style) -> String {
    let s = &entry.summary;
    let print = |v: Option<f64>| v.map_or(NOTHING.to_owned(), |v| fixed(v, column.decimals));
    if s.n == 0 {
        return match &entry.reason {
            Some(reason) => format!("{NOTHING} ({})", reason.replace('_', " ")),
            None => NOTHING.to_owned(),
        };
    }
    let mut text = match style.statistic {
        Statistic::MeanSd => format!("{} ± {}", print(s.mean), print(s.sd)),
        Statistic::MedianIqr => {
            format!("{} [{}, {}]", print(s.median), print(s.q1), print(s.q3))
        }
    };
    if style.p_values == PValues::Mark && is_significant(entry, style) {
        text.push_str(MARK);
    }
    if let Some(status) = &entry.status {
        text.push_str(&format!(" ({})", status.replace('_', " ")));
    }
    if s.n < row.n {
        text.push_str(&format!(" (n = {})", s.n));
    }
    text
}

fn outcome(entry: &Entry, style: &Style) -> String {
    match entry.outcome {
        Outcome::NotTested => String::new(),
        Outcome::Baseline | Outcome::Untestable => NOTHING.to_owned(),
        Outcome::P(p) if is_significant(entry, style) => format!("{}{MARK}", p_value(p)),
        Outcome::P(p) => p_value(p),
    }
}

fn is_significant(entry: &Entry, style: &Style) -> bool {
    matches!(entry.outcome, Outcome::P(p) if p < style.alpha)
}

fn notes(table: &PublicationTable, style: &Style) -> Vec<String> {
    let mut notes = table.notes.clone();
    if style.p_values != PValues::None && table.is_tested() {
        notes.push(format!("{MARK} p < {}.", style.alpha));
    }
    notes
}
