//! The history of a training run as a table.

use rsom_formats::table::{Column, Table, TableError};
use rsom_nn::EpochHistory;

use crate::{EpochRecord, History, Validation};

/// One row for each epoch: learning rate, losses and their terms, validation Dice, status, whether it is the best.
///
/// `validation_…`, and with them `status`, are null without validation scans; clDice losses are null without a weight.
pub(super) fn table(history: &History) -> Result<Table, TableError> {
    let epochs = &history.epochs;
    let loss = &history.loss;
    let train = |name: &str, value: &dyn Fn(&EpochRecord) -> Option<f64>| {
        Column::number(name, epochs.iter().map(value))
    };
    let validation = |name: &str, value: &dyn Fn(&Validation) -> Option<f64>| {
        let value = |e: &EpochRecord| e.validation.as_ref().and_then(value);
        Column::number(name, epochs.iter().map(value))
    };
    let best = history.best().map(|e| e.epoch);
    let status = |e: &EpochRecord| e.validation.map(|v| v.collapse.as_str());
    Table::new(vec![
        Column::integer("epoch", epochs.iter().map(|e| i64::try_from(e.epoch).ok())),
        train("learning_rate", &|e| Some(e.learning_rate)),
        train("train_loss", &|e| Some(e.train.total(loss))),
        train("train_bce", &|e| Some(e.train.bce)),
        train("train_dice_loss", &|e| Some(e.train.dice)),
        train("train_cldice_loss", &|e| e.train.cldice),
        validation("validation_loss", &|v| Some(v.terms.total(loss))),
        validation("validation_bce", &|v| Some(v.terms.bce)),
        validation("validation_dice_loss", &|v| Some(v.terms.dice)),
        validation("validation_cldice_loss", &|v| v.terms.cldice),
        validation("validation_dice", &|v| Some(v.dice)),
        Column::text("status", epochs.iter().map(status)),
        Column::boolean("best", epochs.iter().map(|e| Some(Some(e.epoch) == best))),
    ])
}
