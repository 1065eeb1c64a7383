//! Publication tables as CSV, with full precision.

use rsom_measures::Status;

use super::{Entry, Outcome, PublicationTable};

/// The table as CSV (RFC 4180, LF line ends) for spreadsheets and scripts.
///
/// There is a column for each factor. For each metric follow its mean, sd, median, quartiles, counts and, if tested, the adjusted
/// p. Then, again for each metric, there is its status, such as `3 of 8 empty prediction`, or `ok` if there is nothing to say.
/// The published value follows where there is one, and after a test the number of pairs and the note of the test. Numbers have
/// full precision; a missing number is an empty field.
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
                fields.push(match &entry.outcome {
                    Outcome::Tested(test) => number(Some(test.p)),
                    _ => String::new(),
                });
            }
        }
        for (column, entry) in row.entries.iter().enumerate() {
            let published = table
                .is_column_published(column)
                .then(|| entry.published.clone().unwrap_or_default());
            let is_tested = table.is_column_tested(column);
            fields.extend(remarks(entry, published, is_tested));
        }
        text.push_str(&line(&fields));
    }
    text
}

fn remarks(entry: &Entry, published: Option<String>, is_tested: bool) -> Vec<String> {
    let status = match &entry.status {
        Some(status) => status.clone(),
        None if entry.summary.n == 0 => entry.reason.clone().unwrap_or_default(),
        None => Status::Ok.to_string(),
    };
    let mut fields = vec![status];
    fields.extend(published);
    if is_tested {
        let (pairs, note) = match &entry.outcome {
            Outcome::Tested(test) => (test.n_pairs, test.note.clone()),
            Outcome::Untestable(note) => (Some(0), note.clone()),
            Outcome::Baseline | Outcome::NotTested => (None, None),
        };
        fields.push(pairs.map_or(String::new(), |n| n.to_string()));
        fields.push(note.unwrap_or_default());
    }
    fields
}

fn header(table: &PublicationTable) -> Vec<String> {
    let mut names = table.factors.clone();
    let mut last = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        let q = &column.quantity;
        let label = q.label.as_ref().map(|l| format!("_{l}"));
        let surface = q.surface.as_ref().map(|s| format!("_{s}"));
        let name = [Some(q.metric.clone()), surface, label];
        let name: String = name.into_iter().flatten().collect();
        let numbers = ["mean", "sd", "median", "q1", "q3", "n", "n_missing"];
        names.extend(numbers.map(|number| format!("{name}_{number}")));
        last.push(format!("{name}_status"));
        if table.is_column_published(index) {
            last.push(format!("{name}_published"));
        }
        if table.is_column_tested(index) {
            names.push(format!("{name}_p_adjusted"));
            last.extend(["n_pairs", "note"].map(|of_test| format!("{name}_{of_test}")));
        }
    }
    names.extend(last);
    names
}

pub(super) fn number(value: Option<f64>) -> String {
    // Adding 0 turns −0 into 0.
    value.map_or(String::new(), |v| (v + 0.0).to_string())
}

pub(super) fn line(fields: &[String]) -> String {
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
