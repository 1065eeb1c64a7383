//! The state of a training run between two epochs, and how to resume it.

use std::collections::BTreeMap;

use candle_core::{DType, Tensor};
use rsom_nn::{Adam, AdamConfig, Optimizer, Parameters};
use serde::{Deserialize, Serialize};

use crate::{Checkpoint, EpochRecord, History, PlateauConfig, ReduceOnPlateau, TrainingError};

/// Optimizer, learning rate, history and best weights of a run between two epochs. The current weights belong to the
/// network.
#[derive(Debug)]
pub struct Run {
    adam: Adam,
    schedule: ReduceOnPlateau,
    history: History,
    best: BTreeMap<String, Tensor>,
}

/// The state in a checkpoint in addition to weights, optimizer and schedule.
#[derive(Serialize, Deserialize)]
struct State {
    fingerprint: String,
    epochs: Vec<EpochRecord>,
}

impl Run {
    /// Creates a run that has not started. `history` must be empty.
    ///
    /// # Errors
    /// Returns an error if a parameter is not `f32`.
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

    /// The optimizer, mutable, to take a step with the learning rate of the schedule times `decay`.
    pub fn adam_mut(&mut self, decay: f64) -> &mut Adam {
        let rate = self.schedule.learning_rate() * decay;
        self.adam.set_learning_rate(rate);
        &mut self.adam
    }

    /// The finished epochs.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The weights of the best epoch by name; empty before the first epoch after the warm-up.
    #[must_use]
    pub fn best_weights(&self) -> &BTreeMap<String, Tensor> {
        &self.best
    }

    /// Whether `epochs` epochs are finished, or the watched loss has had no new minimum for `patience` epochs.
    #[must_use]
    pub fn is_finished(&self, epochs: usize, patience: Option<usize>) -> bool {
        self.history.epochs.len() >= epochs
            || patience.is_some_and(|patience| self.history.is_stale(patience))
    }

    /// Adds a finished epoch: updates the learning rate, and keeps the weights if they are the best so far. During the warm-up
    /// it does neither.
    ///
    /// # Errors
    /// Returns an error if parameters cannot be copied to the CPU.
    pub fn end_epoch(
        &mut self,
        parameters: &Parameters,
        record: EpochRecord,
    ) -> Result<(), TrainingError> {
        if !record.warming_up {
            self.schedule.step(self.history.watched(&record));
        }
        let number = record.epoch;
        self.history.epochs.push(record);
        if self.history.best().map(|best| best.epoch) == Some(number) {
            self.best = parameters.snapshot()?;
        }
        Ok(())
    }

    /// Serializes the run to a checkpoint, as the bytes of a safetensors file.
    ///
    /// `fingerprint` identifies the data and the settings of the run.
    ///
    /// # Errors
    /// Returns an error if parameters cannot be copied to the CPU.
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

    /// Resumes from a checkpoint. The run then ends with the same bytes as an uninterrupted run.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a checkpoint, if the checkpoint is damaged, or if it has another fingerprint.
    /// Then run and parameters are unchanged.
    pub fn resume(
        &mut self,
        parameters: &Parameters,
        bytes: &[u8],
        fingerprint: &str,
    ) -> Result<(), TrainingError> {
        let mut checkpoint = Checkpoint::from_bytes(bytes)?;
        let state: State = serde_json::from_str(&checkpoint.trainer).map_err(|e| corrupt(&e))?;
        if state.fingerprint != fingerprint {
            let other =
                "the checkpoint belongs to a run with other parameters, inputs or program version";
            return Err(TrainingError::Corrupt(other.into()));
        }
        let sound = self.history.accepts(&state.epochs);
        let has_best = state.epochs.iter().any(|epoch| !epoch.warming_up);
        if !sound || has_best == checkpoint.extra.is_empty() {
            let damaged = "the checkpoint is damaged: its epochs and its best weights do not match";
            return Err(TrainingError::Corrupt(damaged.into()));
        }
        // Check everything before changing anything.
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
