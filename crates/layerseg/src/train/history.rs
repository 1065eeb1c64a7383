//! What is known of each finished epoch.

use rsom_nn::{Collapse, EpochHistory};
use serde::{Deserialize, Serialize};

use crate::loss::Terms;

/// One finished epoch.
///
/// Losses are averages over B-scans: under `sum` the mean over B-scans of each one's sum over pixels, under `mean` the
/// mean over pixels, weighted by B-scans when these differ in size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Counted from 1.
    pub epoch: usize,
    /// Learning rate that the epoch was trained with.
    pub learning_rate: f64,
    /// Training loss terms, averaged over the epoch while the weights changed.
    pub train: Terms,
    /// Validation at the end of the epoch; `None` when there are no validation volumes.
    pub validation: Option<Validation>,
}

/// Validation at the end of an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Loss terms.
    pub terms: Terms,
    /// Mean over B-scans of the Dice score at probability 0.5; 1 where prediction and reference are both empty.
    pub dice: f64,
    /// Whether the masks say anything at all.
    pub collapse: Collapse,
}

/// All finished epochs, and what follows from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// In order.
    pub epochs: Vec<EpochRecord>,
    /// Weight of the smoothness penalty, to tell the losses from the terms.
    pub s: f64,
}

impl EpochHistory for History {
    type Epoch = EpochRecord;

    fn epochs(&self) -> &[EpochRecord] {
        &self.epochs
    }

    fn set_epochs(&mut self, epochs: Vec<EpochRecord>) {
        self.epochs = epochs;
    }

    fn number(epoch: &EpochRecord) -> usize {
        epoch.epoch
    }

    /// The loss of the validation volumes, or of the training when there are none.
    fn watched(&self, record: &EpochRecord) -> f64 {
        match record.validation {
            Some(validation) => validation.terms.total(self.s),
            None => record.train.total(self.s),
        }
    }
}
