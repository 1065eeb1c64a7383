//! The history of a training run as a table.

use rsom_formats::table::{Column, Table, TableError};
use rsom_nn::EpochHistory;

use crate::{EpochRecord, History, Validation};

/// One row for each epoch: learning rate, losses and their terms, validation Dice, status, whether it is the best.
///
/// `validation_…`, and with them `status`, are null without validation scans.
pub(super) fn table(history: &History) -> Result<Table, TableError> {
    let epochs = &history.epochs;
    let s = history.s;
    let number = |name: &str, value: &dyn Fn(&EpochRecord) -> f64| {
        Column::number(name, epochs.iter().map(|e| Some(value(e))))
    };
    let validation = |name: &str, value: &dyn Fn(&Validation) -> f64| {
        let value = |e: &EpochRecord| e.validation.as_ref().map(value);
        Column::number(name, epochs.iter().map(value))
    };
    let best = history.best().map(|e| e.epoch);
    let status = |e: &EpochRecord| e.validation.map(|v| v.collapse.as_str());
    Table::new(vec![
        Column::integer("epoch", epochs.iter().map(|e| i64::try_from(e.epoch).ok())),
        number("learning_rate", &|e| e.learning_rate),
        number("train_loss", &|e| e.train.total(s)),
        number("train_bce", &|e| e.train.bce),
        number("train_smoothness", &|e| e.train.smoothness),
        validation("validation_loss", &|v| v.terms.total(s)),
        validation("validation_bce", &|v| v.terms.bce),
        validation("validation_smoothness", &|v| v.terms.smoothness),
        validation("validation_dice", &|v| v.dice),
        Column::text("status", epochs.iter().map(status)),
        Column::boolean("best", epochs.iter().map(|e| Some(Some(e.epoch) == best))),
    ])
}
