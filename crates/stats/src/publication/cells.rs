//! The texts of a publication table, shared by all formats for people.

use rsom_measures::Surface;
use rsom_parameters::Choice;

use super::numbers::{exponent, fixed, vanishes};
use super::printing::Printing;
use super::{
    Entry, Markup, MetricColumn, Outcome, PValues, PublicationTable, Statistic, TableRow, Tested,
};

/// Text of a cell without a value.
pub(super) const NOTHING: &str = "–";
/// Heading of a column of p-values.
const P: &str = "p";
/// Mark of significance.
pub(super) const MARK: &str = "*";

/// Where conditions and metrics stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Layout {
    /// Conditions as rows, metrics as columns.
    Long,
    /// Metrics as rows, conditions as columns.
    Wide,
}

/// Style of a table of conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Where conditions and metrics stand.
    pub layout: Layout,
    /// Content of a cell.
    pub statistic: Statistic,
    /// Display of p-values.
    pub p_values: PValues,
    /// Names and marks.
    pub printing: Printing,
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

/// The table in a language.
#[must_use]
pub fn to_markup(table: &PublicationTable, style: &Style, markup: Markup) -> String {
    markup.written(cells(table, style))
}

/// Mark of a test that cannot reach significance.
const HOPELESS: &str = "†";

/// Formats a table.
pub(super) fn cells(table: &PublicationTable, style: &Style) -> Cells {
    let small: Vec<bool> = (0..table.columns.len())
        .map(|column| is_small(table, column))
        .collect();
    let mut rows = Vec::new();
    let mut group_starts = Vec::new();
    for (index, row) in table.rows.iter().enumerate() {
        if index > 0 && table.rows[index - 1].condition.first() != row.condition.first() {
            group_starts.push(index);
        }
        let levels = row
            .condition
            .iter()
            .map(|l| style.printing.name(&l.to_string()));
        let mut texts: Vec<String> = levels.chain([row.n.to_string()]).collect();
        for (index, (entry, column)) in row.entries.iter().zip(&table.columns).enumerate() {
            let number = |v: f64| match small[index] {
                true => exponent(v),
                false => fixed(v, column.decimals),
            };
            texts.push(value(entry, row, number, style));
            if has_p_column(table, index, style) {
                texts.push(outcome(entry, style));
            }
            if table.is_column_published(index) && table.published.is_some() {
                let published = entry.published.as_deref();
                texts.push(published.unwrap_or(NOTHING).to_owned());
            }
        }
        rows.push(texts);
    }
    let cells = Cells {
        header: header(table, style),
        text_columns: table.factors.len(),
        rows,
        // With groups of one row each, every row would have a rule.
        group_starts: if table.factors.len() > 1 {
            group_starts
        } else {
            Vec::new()
        },
        notes: notes(table, style),
    };
    match style.layout {
        Layout::Long => cells,
        Layout::Wide => cells.transposed(),
    }
}

impl Cells {
    /// The table with its columns as rows: the text columns of a row become the heading of its column.
    fn transposed(self) -> Self {
        let joined = |texts: &[String]| texts[..self.text_columns].join(", ");
        let mut header = vec![joined(&self.header)];
        header.extend(self.rows.iter().map(|row| joined(row)));
        let mut rows: Vec<Vec<String>> = Vec::new();
        for (column, name) in self.header.iter().enumerate().skip(self.text_columns) {
            // A p-value belongs to the metric before it.
            let heading = match name.as_str() {
                P => format!("{P}, {}", self.header[column - 1]),
                name => name.to_owned(),
            };
            let values = self.rows.iter().map(|row| row[column].clone());
            rows.push([heading].into_iter().chain(values).collect());
        }
        Self {
            header,
            text_columns: 1,
            rows,
            group_starts: Vec::new(),
            notes: self.notes,
        }
    }
}

fn has_p_column(table: &PublicationTable, column: usize, style: &Style) -> bool {
    style.p_values == PValues::Column && table.is_column_tested(column)
}

fn header(table: &PublicationTable, style: &Style) -> Vec<String> {
    let factors = table.factors.iter();
    let mut header: Vec<String> = factors.map(|f| style.printing.name(f)).collect();
    header.push("n".to_owned());
    let first_label = table.columns.first().map(|c| &c.quantity.label);
    // With only one structure, the caption of the table names it.
    let has_labels = table
        .columns
        .iter()
        .any(|c| Some(&c.quantity.label) != first_label);
    for (index, column) in table.columns.iter().enumerate() {
        header.push(heading(column, has_labels, &style.printing));
        if has_p_column(table, index, style) {
            header.push(P.to_owned());
        }
        if table.is_column_published(index) {
            header.extend(table.published.clone());
        }
    }
    header
}

/// `Ra lower (µm)`, with the structure if there are several.
pub(super) fn heading(column: &MetricColumn, has_labels: bool, printing: &Printing) -> String {
    let mut text = printing.name(&column.quantity.metric);
    if let Some(surface) = column
        .quantity
        .surface
        .as_ref()
        .filter(|s| *s != Surface::Both.as_str())
    {
        text = format!("{text} {}", printing.name(surface));
    }
    if let Some(label) = column.quantity.label.as_ref().filter(|_| has_labels) {
        text = format!("{text} {}", printing.name(&label.to_string()));
    }
    match &column.unit {
        Some(unit) => format!("{text} ({unit})"),
        None => text,
    }
}

/// Whether the decimals of a column show next to nothing of any of its means and medians.
fn is_small(table: &PublicationTable, column: usize) -> bool {
    let Some(MetricColumn { decimals, .. }) = table.columns.get(column) else {
        return false;
    };
    let entries = table.rows.iter().filter_map(|row| row.entries.get(column));
    let numbers = entries.flat_map(|e| {
        let s = &e.summary;
        [s.mean, s.sd, s.median, s.q1, s.q3]
    });
    let largest = numbers.flatten().fold(0.0, |m: f64, v| m.max(v.abs()));
    vanishes(largest, *decimals)
}

fn value(entry: &Entry, row: &TableRow, number: impl Fn(f64) -> String, style: &Style) -> String {
    let s = &entry.summary;
    let print = |v: Option<f64>| v.map_or(NOTHING.to_owned(), &number);
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
    let mut remarks = Vec::new();
    remarks.extend(entry.status.clone());
    if s.n < row.n {
        remarks.push(format!("n = {}", s.n));
    }
    if style.p_values == PValues::Mark
        && let Outcome::Tested(test) = &entry.outcome
    {
        text.push_str(marks(test, style));
        remarks.extend(pairs(entry, test));
    }
    with_remarks(text, &remarks)
}

fn outcome(entry: &Entry, style: &Style) -> String {
    match &entry.outcome {
        Outcome::NotTested => String::new(),
        Outcome::Baseline | Outcome::Untestable(_) => NOTHING.to_owned(),
        Outcome::Tested(test) => {
            let text = format!("{}{}", style.printing.p(test.p), marks(test, style));
            with_remarks(text, pairs(entry, test).as_slice())
        }
    }
}

fn with_remarks(text: String, remarks: &[String]) -> String {
    match remarks.is_empty() {
        true => text,
        false => format!("{text} ({})", remarks.join(", ")),
    }
}

/// The number of pairs, where it is not that of the units in the cell.
fn pairs(entry: &Entry, test: &Tested) -> Option<String> {
    let pairs = test.n_pairs.filter(|n| *n != entry.summary.n)?;
    Some(format!("{pairs} pairs"))
}

fn marks(test: &Tested, style: &Style) -> &'static str {
    if test.p < style.printing.alpha {
        MARK
    } else if is_hopeless(test, style) {
        HOPELESS
    } else {
        ""
    }
}

/// Whether the test cannot reach significance, whatever the signs of its differences are.
fn is_hopeless(test: &Tested, style: &Style) -> bool {
    test.smallest_p.is_some_and(|p| p >= style.printing.alpha)
}

fn notes(table: &PublicationTable, style: &Style) -> Vec<String> {
    let mut notes = table.notes.clone();
    if style.p_values != PValues::None && table.is_tested() {
        notes.push(format!("{MARK} p < {}.", style.printing.alpha));
        let entries = table.rows.iter().flat_map(|row| &row.entries);
        let hopeless =
            |e: &Entry| matches!(&e.outcome, Outcome::Tested(t) if is_hopeless(t, style));
        if entries.into_iter().any(hopeless) {
            notes.push(format!(
                "{HOPELESS} cannot reach p < {}: too few pairs with a difference.",
                style.printing.alpha
            ));
        }
    }
    notes
}
