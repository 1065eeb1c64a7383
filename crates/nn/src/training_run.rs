//! What every training run keeps between two epochs, and how it is stopped and goes on.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};
use candle_nn::Optimizer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::{Adam, AdamConfig, Checkpoint, NnError, Parameters, PlateauConfig, ReduceOnPlateau};

/// What is known of the finished epochs of a run, in order.
pub trait EpochHistory {
    /// One finished epoch.
    type Epoch: Clone + Serialize + DeserializeOwned;

    /// All of them.
    fn epochs(&self) -> &[Self::Epoch];

    /// Replaces all of them.
    fn set_epochs(&mut self, epochs: Vec<Self::Epoch>);

    /// The number of an epoch, counted from 1.
    fn number(epoch: &Self::Epoch) -> usize;

    /// The loss that schedule, early stopping and the choice of the best weights watch.
    fn watched(&self, epoch: &Self::Epoch) -> f64;

    /// The epoch with the lowest watched loss, the earliest when several are equal.
    fn best(&self) -> Option<&Self::Epoch> {
        let lower =
            |best: &Self::Epoch, epoch: &Self::Epoch| self.watched(epoch) < self.watched(best);
        self.epochs()
            .iter()
            .reduce(|best, epoch| if lower(best, epoch) { epoch } else { best })
    }

    /// Whether `patience` epochs have passed since the best one.
    fn is_stale(&self, patience: usize) -> bool {
        let last = self.epochs().last().map_or(0, Self::number);
        let best = self.best().map(Self::number);
        best.is_some_and(|best| last - best >= patience)
    }
}

/// Optimizer, learning rate, history and best weights of a run between two epochs; the weights themselves are the
/// network's.
#[derive(Debug)]
pub struct TrainingRun<H> {
    adam: Adam,
    schedule: ReduceOnPlateau,
    history: H,
    best: BTreeMap<String, Tensor>,
}

/// What a checkpoint holds beside weights, optimizer and schedule.
#[derive(Serialize, Deserialize)]
struct State<E> {
    fingerprint: String,
    epochs: Vec<E>,
}

impl<H: EpochHistory> TrainingRun<H> {
    /// A run that has not started, with an empty history.
    ///
    /// # Errors
    /// A parameter that is not `f32`.
    pub fn new(
        parameters: &Parameters,
        learning_rate: f64,
        plateau: PlateauConfig,
        history: H,
    ) -> Result<Self, NnError> {
        let config = AdamConfig {
            learning_rate,
            ..AdamConfig::default()
        };
        Ok(Self {
            adam: Adam::for_parameters(parameters, config)?,
            schedule: ReduceOnPlateau::new(plateau, learning_rate),
            history,
            best: BTreeMap::new(),
        })
    }

    /// The optimizer.
    #[must_use]
    pub fn adam(&self) -> &Adam {
        &self.adam
    }

    /// The optimizer, to take a step.
    pub fn adam_mut(&mut self) -> &mut Adam {
        &mut self.adam
    }

    /// The finished epochs.
    #[must_use]
    pub fn history(&self) -> &H {
        &self.history
    }

    /// The weights of the best epoch; empty before the first.
    #[must_use]
    pub fn best_weights(&self) -> &BTreeMap<String, Tensor> {
        &self.best
    }

    /// Whether `epochs` are done, or the watched loss has had no new minimum for `patience` epochs.
    #[must_use]
    pub fn is_finished(&self, epochs: usize, patience: Option<usize>) -> bool {
        self.history.epochs().len() >= epochs
            || patience.is_some_and(|patience| self.history.is_stale(patience))
    }

    /// Takes a finished epoch: the learning rate follows its loss, and the weights are kept when they are the best so far.
    ///
    /// # Errors
    /// None that a parameter of this crate can cause.
    pub fn end_epoch(&mut self, parameters: &Parameters, epoch: H::Epoch) -> Result<(), NnError> {
        let rate = self.schedule.step(self.history.watched(&epoch));
        self.adam.set_learning_rate(rate);
        let number = H::number(&epoch);
        let mut epochs = self.history.epochs().to_vec();
        epochs.push(epoch);
        self.history.set_epochs(epochs);
        if self.history.best().map(H::number) == Some(number) {
            self.best = parameters.snapshot()?;
        }
        Ok(())
    }

    /// The run as the bytes of a safetensors file.
    ///
    /// `fingerprint` stands for everything that the run depends on, data and settings.
    ///
    /// # Errors
    /// None that a run between two epochs can cause.
    pub fn checkpoint(
        &self,
        parameters: &Parameters,
        fingerprint: &str,
    ) -> Result<Vec<u8>, NnError> {
        let state = State {
            fingerprint: fingerprint.to_owned(),
            epochs: self.history.epochs().to_vec(),
        };
        let text = serde_json::to_string(&state).map_err(|e| corrupt(&e))?;
        let mut checkpoint = Checkpoint::of(parameters, &self.adam, &self.schedule, text)?;
        checkpoint.extra = self.best.clone();
        checkpoint.to_bytes()
    }

    /// Goes on from a checkpoint; the run then ends in the bytes of one that was never interrupted.
    ///
    /// # Errors
    /// Bytes that are no checkpoint, a damaged one, or one of another run (told by the fingerprint). Run and parameters
    /// are unchanged then.
    pub fn resume(
        &mut self,
        parameters: &Parameters,
        bytes: &[u8],
        fingerprint: &str,
    ) -> Result<(), NnError> {
        let mut checkpoint = Checkpoint::from_bytes(bytes)?;
        let state: State<H::Epoch> =
            serde_json::from_str(&checkpoint.trainer).map_err(|e| corrupt(&e))?;
        if state.fingerprint != fingerprint {
            let other = "it belongs to a run with other parameters, inputs or version";
            return Err(NnError::Corrupt(other.into()));
        }
        let numbered = state.epochs.iter().zip(1..).all(|(e, n)| H::number(e) == n);
        if !numbered || state.epochs.is_empty() != checkpoint.extra.is_empty() {
            let damaged = "it is damaged: its epochs and its best weights do not belong together";
            return Err(NnError::Corrupt(damaged.into()));
        }
        // Everything is compared before anything is set.
        parameters.require(&checkpoint.parameters)?;
        let mut best = BTreeMap::new();
        if !checkpoint.extra.is_empty() {
            parameters.require(&checkpoint.extra)?;
            for (name, tensor) in std::mem::take(&mut checkpoint.extra) {
                best.insert(name, tensor.to_dtype(DType::F32)?);
            }
        }
        self.adam.restore(&checkpoint.adam)?;
        parameters.load_from(&checkpoint.parameters)?;
        self.best = best;
        self.schedule = checkpoint.schedule;
        self.history.set_epochs(state.epochs);
        Ok(())
    }
}

fn corrupt(error: &serde_json::Error) -> NnError {
    NnError::Corrupt(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Losses(Vec<(usize, f64)>);

    impl EpochHistory for Losses {
        type Epoch = (usize, f64);

        fn epochs(&self) -> &[(usize, f64)] {
            &self.0
        }

        fn set_epochs(&mut self, epochs: Vec<(usize, f64)>) {
            self.0 = epochs;
        }

        fn number(epoch: &(usize, f64)) -> usize {
            epoch.0
        }

        fn watched(&self, epoch: &(usize, f64)) -> f64 {
            epoch.1
        }
    }

    fn history(losses: &[f64]) -> Losses {
        Losses((1..).zip(losses.iter().copied()).collect())
    }

    #[test]
    fn of_equal_losses_the_earliest_is_the_best() {
        assert_eq!(history(&[3.0, 1.0, 2.0, 1.0]).best().unwrap().0, 2);
        assert!(history(&[]).best().is_none());
    }

    #[test]
    fn a_run_is_stale_once_patience_epochs_brought_nothing_new() {
        assert!(!history(&[3.0, 1.0, 2.0]).is_stale(2));
        assert!(history(&[3.0, 1.0, 2.0, 1.0]).is_stale(2));
        assert!(!history(&[3.0, 1.0, 2.0, 0.5]).is_stale(2));
    }
}
