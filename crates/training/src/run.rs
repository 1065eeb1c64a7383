//! What every training run keeps between two epochs, and how it is stopped and resumed.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};
use rsom_nn::{Adam, AdamConfig, Optimizer, Parameters};
use serde::{Deserialize, Serialize};

use crate::{Checkpoint, EpochRecord, History, PlateauConfig, ReduceOnPlateau, TrainingError};

/// Optimizer, learning rate, history and best weights of a run between two epochs; the weights themselves are the
/// network's.
#[derive(Debug)]
pub struct Run {
    adam: Adam,
    schedule: ReduceOnPlateau,
    history: History,
    best: BTreeMap<String, Tensor>,
}

/// What a checkpoint holds next to weights, optimizer and schedule.
#[derive(Serialize, Deserialize)]
struct State {
    fingerprint: String,
    epochs: Vec<EpochRecord>,
}

impl Run {
    /// A run that has not started, with an empty history.
    ///
    /// # Errors
    /// A parameter that is not `f32`.
    pub fn new(
        parameters: &Parameters,
        learning_rate: f64,
        plateau: PlateauConfig,
        history: History,
    ) -> Result<Self, TrainingError> {
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
    pub fn history(&self) -> &History {
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
        self.history.epochs.len() >= epochs
            || patience.is_some_and(|patience| self.history.is_stale(patience))
    }

    /// Takes a finished epoch: the learning rate follows its loss, and the weights are kept when they are the best so far.
    ///
    /// # Errors
    /// None that a parameter of a network can cause.
    pub fn end_epoch(
        &mut self,
        parameters: &Parameters,
        record: EpochRecord,
    ) -> Result<(), TrainingError> {
        let rate = self.schedule.step(self.history.watched(&record));
        self.adam.set_learning_rate(rate);
        let number = record.epoch;
        self.history.epochs.push(record);
        if self.history.best().map(|best| best.epoch) == Some(number) {
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
    ) -> Result<Vec<u8>, TrainingError> {
        let state = State {
            fingerprint: fingerprint.to_owned(),
            epochs: self.history.epochs.clone(),
        };
        let text = serde_json::to_string(&state).map_err(|e| corrupt(&e))?;
        let mut checkpoint = Checkpoint::of(parameters, &self.adam, &self.schedule, text)?;
        checkpoint.extra = self.best.clone();
        checkpoint.to_bytes()
    }

    /// Resumes from a checkpoint; the run then ends in the bytes of one that was never interrupted.
    ///
    /// # Errors
    /// Bytes that are no checkpoint, a damaged one, or one of another run (told by the fingerprint). Run and parameters
    /// are unchanged then.
    pub fn resume(
        &mut self,
        parameters: &Parameters,
        bytes: &[u8],
        fingerprint: &str,
    ) -> Result<(), TrainingError> {
        let mut checkpoint = Checkpoint::from_bytes(bytes)?;
        let state: State = serde_json::from_str(&checkpoint.trainer).map_err(|e| corrupt(&e))?;
        if state.fingerprint != fingerprint {
            let other = "it belongs to a run with other parameters, inputs or version";
            return Err(TrainingError::Corrupt(other.into()));
        }
        let sound = self.history.takes(&state.epochs);
        if !sound || state.epochs.is_empty() != checkpoint.extra.is_empty() {
            let damaged = "it is damaged: its epochs and its best weights do not belong together";
            return Err(TrainingError::Corrupt(damaged.into()));
        }
        // Everything is compared before anything is set.
        parameters.require(&checkpoint.parameters)?;
        let mut best = BTreeMap::new();
        if !checkpoint.extra.is_empty() {
            parameters.require(&checkpoint.extra)?;
            for (name, tensor) in std::mem::take(&mut checkpoint.extra) {
                let tensor = tensor
                    .to_dtype(DType::F32)
                    .map_err(rsom_nn::NnError::from)?;
                best.insert(name, tensor);
            }
        }
        self.adam.restore(&checkpoint.adam)?;
        parameters.load_from(&checkpoint.parameters)?;
        self.best = best;
        self.schedule = checkpoint.schedule;
        self.history.epochs = state.epochs;
        Ok(())
    }
}

fn corrupt(error: &serde_json::Error) -> TrainingError {
    TrainingError::Corrupt(error.to_string())
}
