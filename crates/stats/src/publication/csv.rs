//! Publication tables as CSV, with full precision.

use super::{Outcome, PublicationTable};

/// The table as CSV (RFC 4180, LF line ends) for spreadsheets and scripts: a column for each factor, then for each
/// metric its mean, sd, median, quartiles, counts and, if tested, adjusted p. Numbers have full precision; a missing
/// number is an empty field.
#[must_use]
pub fn to_csv(table: &PublicationTable) -> String {
    let mut text = line(&header(table));
    for row in &table.rows {
        let mut fields: Vec<String> = row.condition.iter().map(ToString::to_string).collect();
        for (column, entry) in row.entries.iter().enumerate() {
            let s = &entry.summary;
            fields.extend([s.mean, s.sd, s.median, s.q1, s.q3].map(number));
            fields.extend([s.n, s.n_missing].map(|n| n.to_string()));
            if table.is_column_tested(column) {
                fields.push(match entry.outcome {
                    Outcome::P(p) => number(Some(p)),
                    _ => String::new(),
                });
            }
        }
        text.push_str(&line(&fields));
    }
    text
}

fn header(table: &PublicationTable) -> Vec<String> {
    let mut names = table.factors.clone();
    for (index, column) in table.columns.iter().enumerate() {
        let q = &column.quantity;
        let label = q.label.as_ref().map(|l| format!("_{l}"));
        let surface = q.surface.as_ref().map(|s| format!("_{s}"));
        let name = [Some(q.metric.clone()), surface, label];
        let name: String = name.into_iter().flatten().collect();
        let numbers = ["mean", "sd", "median", "q1", "q3", "n", "n_missing"];
        names.extend(numbers.map(|number| format!("{name}_{number}")));
        if table.is_column_tested(index) {
            names.push(format!("{name}_p_adjusted"));
        }
    }
    names
}

fn number(value: Option<f64>) -> String {
    value.map_or(String::new(), |v| v.to_string())
}

fn line(fields: &[String]) -> String {
    let quoted: Vec<String> = fields
        .iter()
        .map(|field| {
            if field.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", field.replace('"', "\"\""))
            } else {
                field.clone()
            }
        })
        .collect();
    format!("{}\n", quoted.join(","))
}
