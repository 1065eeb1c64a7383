//! What every training run is told.

use rsom_nn::Accelerator;
use rsom_nn::ops::ConvolutionMethod;
use serde::{Deserialize, Serialize};

use crate::{PlateauConfig, TrainingError};

/// How a network is trained, whatever it learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Adam's first learning rate.
    pub learning_rate: f64,
    /// When the learning rate falls.
    pub plateau: PlateauConfig,
    /// Passes over the training data.
    pub epochs: usize,
    /// Stop when the watched loss has had no new minimum for this many epochs.
    pub early_stopping_epochs: Option<usize>,
    /// Images per step.
    pub batch_size: usize,
    /// What the network is computed on.
    pub device: Accelerator,
    /// How convolutions are computed on a CPU.
    pub convolutions: ConvolutionMethod,
    /// Whether blocks of the network are computed a second time for their gradients, to save memory.
    pub recompute: bool,
    /// Seed of everything random: first weights, dropout, order, augmentation.
    pub seed: u64,
}

impl RunSettings {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`TrainingError::Settings`], naming what cannot be.
    pub fn check(&self) -> Result<(), TrainingError> {
        let plateau = self.plateau;
        require(&[
            (
                self.learning_rate.is_finite() && self.learning_rate > 0.0,
                "learning_rate must be positive",
            ),
            (self.epochs > 0, "epochs must be at least 1"),
            (self.batch_size > 0, "batch_size must be at least 1"),
            (
                plateau.factor > 0.0 && plateau.factor <= 1.0,
                "plateau_factor must be above 0 and at most 1",
            ),
            (
                plateau.threshold >= 0.0 && plateau.threshold < 1.0,
                "plateau_threshold must be from 0 to below 1",
            ),
            (
                self.early_stopping_epochs != Some(0),
                "early_stopping must be at least 1 epoch",
            ),
        ])
    }
}

impl TrainingError {
    /// The first fault whose condition does not hold, as an error.
    ///
    /// # Errors
    /// [`TrainingError::Settings`].
    pub fn require(conditions: &[(bool, &str)]) -> Result<(), Self> {
        require(conditions)
    }
}

fn require(conditions: &[(bool, &str)]) -> Result<(), TrainingError> {
    match conditions.iter().find(|(holds, _)| !holds) {
        Some((_, fault)) => Err(TrainingError::Settings((*fault).to_owned())),
        None => Ok(()),
    }
}
