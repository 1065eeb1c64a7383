//! What is known of each finished epoch.

use rsom_nn::{Collapse, EpochHistory};
use serde::{Deserialize, Serialize};

use crate::loss::{LossConfig, Terms};

/// One finished epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Counted from 1.
    pub epoch: usize,
    /// Learning rate that the epoch was trained with.
    pub learning_rate: f64,
    /// Training loss terms, averaged over tiles while the weights changed.
    pub train: Terms,
    /// Validation at the end of the epoch; `None` when there are no validation scans.
    pub validation: Option<Validation>,
}

/// Validation at the end of an epoch, on whole scans as they are predicted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Loss terms of whole scans, averaged over scans.
    pub terms: Terms,
    /// Mean over scans of the Dice score at probability 0.5; 1 where prediction and reference are both empty.
    pub dice: f64,
    /// Whether the masks say anything at all.
    pub collapse: Collapse,
}

/// All finished epochs, and what follows from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// In order.
    pub epochs: Vec<EpochRecord>,
    /// Weights of the terms, to tell the losses.
    pub loss: LossConfig,
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

    /// The loss of the validation scans, or of the training when there are none.
    fn watched(&self, record: &EpochRecord) -> f64 {
        match record.validation {
            Some(validation) => validation.terms.total(&self.loss),
            None => record.train.total(&self.loss),
        }
    }
}
