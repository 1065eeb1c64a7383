//! Settings of a training run, the same for all networks.

use rsom_nn::Computing;
use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

use crate::{DecayConfig, PlateauConfig, TrainingError};

/// Settings of a training run, the same for all networks.
///
/// The parameters of a command do not include `epochs`, `batch_size` and `plateau.patience`: their defaults differ between
/// networks, so each stage declares them itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Initial learning rate of Adam.
    #[parameter(default = 1e-4, above = 0)]
    pub learning_rate: f64,
    /// Schedule of the learning rate.
    #[parameter(flatten, prefix = "plateau")]
    pub plateau: PlateauConfig,
    /// Decay of the learning rate.
    #[parameter(flatten)]
    pub decay: DecayConfig,
    /// Passes over the training data.
    #[parameter(skip)]
    pub epochs: usize,
    /// Stop after this many epochs without a new minimum of the validation loss (unset: never).
    ///
    /// Without validation scans, the training loss is used.
    #[parameter(name = "early_stopping", min = 1, unit = "epochs", advanced)]
    pub early_stopping_epochs: Option<usize>,
    /// Images in each step.
    #[parameter(skip)]
    pub batch_size: usize,
    /// Device and method for the computation of the network.
    #[parameter(flatten)]
    pub computing: Computing,
    /// Recompute activations in the backward pass instead of keeping them: the same weights, up to a third more time, less
    /// memory for wide U-Nets (28 % in 2-D, 10 % in 3-D); small networks gain nothing.
    ///
    /// Measured: docs/results/house.md.
    #[parameter(advanced)]
    pub recompute: bool,
    /// Seed of all random numbers: initial weights, dropout, order of the data, augmentation.
    #[parameter(default = 0)]
    pub seed: u64,
}

impl RunSettings {
    /// Checks the bounds of all settings.
    ///
    /// # Errors
    /// Returns [`TrainingError::Parameter`] or [`TrainingError::Settings`] with the name of the first invalid setting.
    pub fn check(&self) -> Result<(), TrainingError> {
        Parameters::check(self)?;
        TrainingError::require(&[
            (self.epochs > 0, "epochs must be at least 1"),
            (self.batch_size > 0, "batch_size must be at least 1"),
        ])
    }
}

impl TrainingError {
    /// Checks conditions, each given with the error message for the case that it is false.
    ///
    /// # Errors
    /// Returns [`TrainingError::Settings`] with the message of the first false condition.
    pub fn require(conditions: &[(bool, &str)]) -> Result<(), Self> {
        match conditions.iter().find(|(holds, _)| !holds) {
            Some((_, fault)) => Err(Self::Settings((*fault).to_owned())),
            None => Ok(()),
        }
    }
}
