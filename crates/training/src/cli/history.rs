//! The history of a training run as a table.

use rsom_formats::table::{Column, Table, TableError};

use crate::{EpochRecord, History, NamedValues};

/// One row for each epoch: learning rate, weights of loss terms that have a column (at the last step of the epoch), losses
/// and their terms, validation scores, status, and whether it is the best.
///
/// The losses are those with the final weights, also while a weight grows.
/// Without validation scans, `validation_…` and `status` are null. A term that was not computed is null.
pub(super) fn table(history: &History) -> Result<Table, TableError> {
    let epochs = &history.epochs;
    let number = |name: &str, value: &dyn Fn(&EpochRecord) -> Option<f64>| {
        Column::number(name, epochs.iter().map(value))
    };
    let best = history.best().map(|record| record.epoch);
    let is_best = epochs.iter().map(|e| Some(Some(e.epoch) == best));
    let status = |e: &EpochRecord| Some(e.validation.as_ref()?.collapse.as_str());
    let mut columns = vec![
        Column::integer("epoch", epochs.iter().map(|e| i64::try_from(e.epoch).ok())),
        number("learning_rate", &|e| Some(e.learning_rate)),
    ];
    columns.extend(weights(history));
    columns.extend(losses(history, "train", |e| Some(&e.train)));
    columns.extend(losses(history, "validation", |e| {
        Some(&e.validation.as_ref()?.terms)
    }));
    for name in &history.scores {
        let score = |e: &EpochRecord| e.validation.as_ref()?.scores.get(name);
        columns.push(number(&format!("validation_{name}"), &score));
    }
    columns.push(Column::text("status", epochs.iter().map(status)));
    columns.push(Column::boolean("best", is_best));
    Table::new(columns)
}

/// The columns of the weights of terms.
fn weights(history: &History) -> impl Iterator<Item = Column> + '_ {
    history.terms.iter().filter_map(|term| {
        let weight = |e: &EpochRecord| e.weights.get(term.name);
        let values = history.epochs.iter().map(weight);
        Some(Column::number(term.weight_column?, values))
    })
}

/// The columns of the loss and its terms; `side` is `train` or `validation`.
fn losses(
    history: &History,
    side: &str,
    terms: impl Fn(&EpochRecord) -> Option<&NamedValues>,
) -> Vec<Column> {
    let epochs = &history.epochs;
    let total = |e: &EpochRecord| terms(e).map(|terms| history.total(terms));
    let total = Column::number(&format!("{side}_loss"), epochs.iter().map(total));
    let of_terms = history.terms.iter().map(|term| {
        let value = |e: &EpochRecord| terms(e)?.get(term.name);
        let name = format!("{side}_{}", term.column);
        Column::number(&name, epochs.iter().map(value))
    });
    std::iter::once(total).chain(of_terms).collect()
}
