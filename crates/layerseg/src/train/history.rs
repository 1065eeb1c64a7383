//! What is known of each finished epoch.

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

/// Whether a network gives one and the same answer for every pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Collapse {
    /// Some pixels are in, some out.
    Ok,
    /// No pixel is in the layer.
    EmptyPrediction,
    /// Every pixel is in the layer.
    FullPrediction,
}

impl Collapse {
    /// What `inside` of `all` pixels or voxels in the layer mean.
    #[must_use]
    pub fn of_counts(inside: usize, all: usize) -> Self {
        match inside {
            0 => Self::EmptyPrediction,
            inside if inside == all => Self::FullPrediction,
            _ => Self::Ok,
        }
    }

    /// The word in tables and results.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::EmptyPrediction => "empty_prediction",
            Self::FullPrediction => "full_prediction",
        }
    }
}

/// All finished epochs, and what follows from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// In order.
    pub epochs: Vec<EpochRecord>,
    /// Weight of the smoothness penalty, to tell the losses from the terms.
    pub s: f64,
}

impl History {
    /// The loss that schedule, early stopping and the choice of the best weights watch: that of the validation
    /// volumes, or of the training when there are none.
    #[must_use]
    pub fn watched(&self, record: &EpochRecord) -> f64 {
        match record.validation {
            Some(validation) => validation.terms.total(self.s),
            None => record.train.total(self.s),
        }
    }

    /// The epoch with the lowest watched loss, the earliest when several are equal.
    #[must_use]
    pub fn best(&self) -> Option<&EpochRecord> {
        let lower =
            |best: &EpochRecord, record: &EpochRecord| self.watched(record) < self.watched(best);
        self.epochs
            .iter()
            .reduce(|best, record| if lower(best, record) { record } else { best })
    }

    /// Whether `patience` epochs have passed since the best one.
    pub(super) fn is_stale(&self, patience: usize) -> bool {
        let last = self.epochs.last().map_or(0, |record| record.epoch);
        self.best()
            .is_some_and(|best| last - best.epoch >= patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[f64]) -> History {
        let record = |(i, bce): (usize, &f64)| EpochRecord {
            epoch: i + 1,
            learning_rate: 1e-3,
            train: Terms {
                bce: *bce,
                smoothness: 0.0,
            },
            validation: None,
        };
        History {
            epochs: losses.iter().enumerate().map(record).collect(),
            s: 1.0,
        }
    }

    #[test]
    fn of_equal_losses_the_earliest_is_the_best() {
        assert_eq!(history(&[3.0, 1.0, 2.0, 1.0]).best().unwrap().epoch, 2);
        assert!(history(&[]).best().is_none());
    }

    #[test]
    fn a_run_is_stale_once_patience_epochs_brought_nothing_new() {
        assert!(!history(&[3.0, 1.0, 2.0]).is_stale(2));
        assert!(history(&[3.0, 1.0, 2.0, 1.0]).is_stale(2));
        assert!(!history(&[3.0, 1.0, 2.0, 0.5]).is_stale(2));
    }
}
