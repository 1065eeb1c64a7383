//! Stopping a run after an epoch and going on later.

use std::collections::BTreeMap;

use rsom_nn::{Checkpoint, NnError};
use serde::{Deserialize, Serialize};

use super::trainer::start;
use super::{EpochRecord, Trainer};
use crate::LayersegError;

/// What a checkpoint holds beside weights, optimizer and schedule.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    fingerprint: String,
    epochs: Vec<EpochRecord>,
}

impl Trainer<'_> {
    /// The run as the bytes of a safetensors file.
    ///
    /// `fingerprint` stands for everything that the run depends on, volumes and settings.
    ///
    /// # Errors
    /// None that a run between two epochs can cause.
    pub fn checkpoint(&self, fingerprint: &str) -> Result<Vec<u8>, LayersegError> {
        let state = State {
            fingerprint: fingerprint.to_owned(),
            epochs: self.history.epochs.clone(),
        };
        let text = serde_json::to_string(&state).map_err(|e| corrupt(&e))?;
        let parameters = self.network.parameters();
        let mut checkpoint = Checkpoint::of(parameters, &self.adam, &self.schedule, text)?;
        checkpoint.extra = self.best.clone();
        Ok(checkpoint.to_bytes()?)
    }

    /// Goes on from a checkpoint; the run then ends in the bytes of one that was never interrupted.
    ///
    /// # Errors
    /// Bytes that are no checkpoint, a damaged one, or one of another run (told by the fingerprint). The trainer is
    /// unchanged then.
    pub fn resume(&mut self, bytes: &[u8], fingerprint: &str) -> Result<(), LayersegError> {
        let checkpoint = Checkpoint::from_bytes(bytes)?;
        let state: State = serde_json::from_str(&checkpoint.trainer).map_err(|e| corrupt(&e))?;
        if state.fingerprint != fingerprint {
            let other = "it belongs to a run with other parameters, inputs or version";
            return Err(LayersegError::Checkpoint(other.into()));
        }
        let numbered = state.epochs.iter().zip(1..).all(|(e, n)| e.epoch == n);
        if !numbered || state.epochs.is_empty() != checkpoint.extra.is_empty() {
            let damaged = "it is damaged: its epochs and its best weights do not belong together";
            return Err(LayersegError::Checkpoint(damaged.into()));
        }
        // Put together apart from the run, which must stay as it is when a part does not fit.
        let (network, mut adam) = start(self.settings)?;
        let mut best = BTreeMap::new();
        if !checkpoint.extra.is_empty() {
            network.parameters().load_from(&checkpoint.extra)?;
            best = network.parameters().snapshot()?;
        }
        checkpoint.restore(network.parameters(), &mut adam)?;
        (self.network, self.adam, self.best) = (network, adam, best);
        self.schedule = checkpoint.schedule;
        self.history.epochs = state.epochs;
        Ok(())
    }
}

fn corrupt(error: &serde_json::Error) -> NnError {
    NnError::Corrupt(error.to_string())
}
