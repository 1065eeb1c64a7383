//! The history of a training run: losses and scores of each epoch.

use serde::{Deserialize, Serialize};

use crate::{Collapse, NamedValues, Term};

/// Losses and scores of one epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Number of the epoch, counted from 1.
    pub epoch: usize,
    /// Learning rate at the last step of the epoch.
    pub learning_rate: f64,
    /// Weights of the loss terms at the last step of the epoch.
    pub weights: NamedValues,
    /// Whether weights of loss terms still grow after this epoch. Such an epoch is never the best one, and it counts neither
    /// for early stopping nor for the learning rate: its network has been trained for another loss.
    pub warming_up: bool,
    /// Training loss terms, averaged over the images of the epoch, each computed before its step.
    pub train: NamedValues,
    /// Validation at the end of the epoch; `None` without validation data.
    pub validation: Option<Validation>,
}

/// Validation at the end of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Validation {
    /// Loss terms, averaged over images.
    pub terms: NamedValues,
    /// Mean scores over images, such as Dice.
    #[serde(flatten)]
    pub scores: NamedValues,
    /// Whether all masks are empty, all are full, or neither.
    pub collapse: Collapse,
}

/// The finished epochs of a run; best epoch and early stopping follow from them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    /// Finished epochs, in order.
    pub epochs: Vec<EpochRecord>,
    /// Names and weights of the loss terms.
    pub terms: Vec<Term>,
    /// Names of the validation scores.
    pub scores: Vec<&'static str>,
}

impl History {
    /// Creates a history without epochs.
    #[must_use]
    pub fn new(terms: Vec<Term>, scores: Vec<&'static str>) -> Self {
        Self {
            epochs: Vec::new(),
            terms,
            scores,
        }
    }

    /// The loss with the final weights: the weighted sum of the terms. Terms without a value count as 0.
    #[must_use]
    pub fn total(&self, terms: &NamedValues) -> f64 {
        let weighted = |term: &Term| terms.get(term.name).map(|value| term.weight * value);
        let terms = self.terms.iter().filter_map(weighted);
        terms.fold(0.0, |sum, term| sum + term)
    }

    /// The loss that determines schedule, early stopping and best weights: the validation loss or, without validation data,
    /// the training loss, both with the final weights of their terms. So epochs can be compared even if weights grow.
    #[must_use]
    pub fn watched(&self, record: &EpochRecord) -> f64 {
        match &record.validation {
            Some(validation) => self.total(&validation.terms),
            None => self.total(&record.train),
        }
    }

    /// The epoch after the warm-up with the lowest [`watched`](Self::watched) loss; the earliest if several are equal.
    #[must_use]
    pub fn best(&self) -> Option<&EpochRecord> {
        let lower = |best, epoch| self.watched(epoch) < self.watched(best);
        let epochs = self.epochs.iter().filter(|epoch| !epoch.warming_up);
        epochs.reduce(|best, epoch| if lower(best, epoch) { epoch } else { best })
    }

    /// Whether at least `patience` epochs have passed since the best one.
    #[must_use]
    pub fn is_stale(&self, patience: usize) -> bool {
        let last = self.epochs.last().map_or(0, |record| record.epoch);
        let best = self.best().map(|record| record.epoch);
        best.is_some_and(|best| last - best >= patience)
    }

    /// Whether these epochs are valid for this history: numbered from 1, each with the terms of the loss.
    pub(crate) fn accepts(&self, epochs: &[EpochRecord]) -> bool {
        let known = |terms: &NamedValues| terms.iter().map(|(name, _)| name).eq(self.names());
        let fits = |(record, number): (&EpochRecord, usize)| {
            let validation = record.validation.as_ref();
            let validated = validation.is_none_or(|found| known(&found.terms));
            record.epoch == number && known(&record.weights) && known(&record.train) && validated
        };
        epochs.iter().zip(1..).all(fits)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(losses: &[f64]) -> History {
        let record = |(epoch, loss): (usize, &f64)| EpochRecord {
            epoch,
            learning_rate: 0.1,
            weights: NamedValues::from([("bce", 1.0)]),
            warming_up: false,
            train: NamedValues::from([("bce", *loss)]),
            validation: None,
        };
        History {
            epochs: (1..).zip(losses).map(record).collect(),
            terms: vec![Term::new("bce", 1.0)],
            scores: vec!["dice"],
        }
    }

    #[test]
    fn of_equal_losses_the_earliest_is_the_best() {
        assert_eq!(history(&[3.0, 1.0, 2.0, 1.0]).best().unwrap().epoch, 2);
        assert!(history(&[]).best().is_none());
    }

    #[test]
    fn a_run_is_stale_after_patience_epochs_without_a_new_minimum() {
        assert!(!history(&[3.0, 1.0, 2.0]).is_stale(2));
        assert!(history(&[3.0, 1.0, 2.0, 1.0]).is_stale(2));
        assert!(!history(&[3.0, 1.0, 2.0, 0.5]).is_stale(2));
    }

    #[test]
    fn epochs_of_the_warm_up_are_neither_best_nor_stale() {
        let mut history = history(&[1.0, 0.5, 3.0, 2.0]);
        history.epochs[0].warming_up = true;
        history.epochs[1].warming_up = true;
        assert_eq!(history.best().unwrap().epoch, 4);
        assert!(!history.is_stale(1));
        history.epochs.truncate(2);
        assert!(history.best().is_none() && !history.is_stale(1));
    }

    #[test]
    fn the_loss_is_the_weighted_sum_of_the_terms_that_were_computed() {
        let mut history = history(&[]);
        history.terms = vec![Term::new("bce", 2.0), Term::new("cldice", 3.0)];
        let with = |cldice| NamedValues::from_iter([("bce", Some(0.5)), ("cldice", cldice)]);
        assert_eq!(history.total(&with(None)), 1.0);
        assert_eq!(history.total(&with(Some(0.25))), 1.75);
    }

    #[test]
    fn records_survive_serialization_in_the_order_of_their_fields() {
        let record = EpochRecord {
            epoch: 1,
            learning_rate: 0.1 + 0.2,
            weights: NamedValues::from([("bce", 2.0)]),
            warming_up: true,
            train: NamedValues::from([("bce", 1.0 / 3.0)]),
            validation: Some(Validation {
                terms: NamedValues::from_iter([("bce", Some(2.0)), ("cldice", None)]),
                scores: NamedValues::from([("dice", 0.7)]),
                collapse: Collapse::Ok,
            }),
        };
        let text = serde_json::to_string(&record).unwrap();
        let validation = r#"{"terms":{"bce":2.0,"cldice":null},"dice":0.7,"collapse":"ok"}"#;
        assert!(
            text.ends_with(&format!("\"validation\":{validation}}}")),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<EpochRecord>(&text).unwrap(), record);
    }
}
