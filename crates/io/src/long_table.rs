//! What a long table of measures contains, for the specification of a command.

use rsom_measures::{Metric, column};
use rsom_stage::TableContents;

/// The contents of a long table with these metrics. The names of the parameters `factor` and `attributes` are
/// columns, too.
#[must_use]
pub fn contents(metrics: &[Metric]) -> TableContents {
    TableContents {
        metrics: names(metrics),
        columns: column::ALL.map(str::to_owned).to_vec(),
        columns_of: vec!["factor".to_owned(), "attributes".to_owned()],
        ..TableContents::default()
    }
}

/// The names of metrics.
#[must_use]
pub fn names(metrics: &[Metric]) -> Vec<String> {
    metrics
        .iter()
        .map(|metric| metric.name.to_owned())
        .collect()
}
