//! The settings that every training has.

use rsom_nn::Computing;
use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

use crate::{PlateauConfig, TrainingError};

/// How a network is trained, whatever it learns.
///
/// As parameters of a command it leaves out `epochs`, `batch_size` and `plateau.patience`: their defaults differ between
/// networks, so each stage declares them and fills them in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// First learning rate of Adam.
    #[parameter(default = 1e-4, above = 0)]
    pub learning_rate: f64,
    /// When the learning rate falls.
    #[parameter(flatten, prefix = "plateau")]
    pub plateau: PlateauConfig,
    /// Passes over the training data.
    #[parameter(skip)]
    pub epochs: usize,
    /// Stop after this many epochs without a new lowest validation loss (unset: never).
    ///
    /// Without validation scans the training loss counts.
    #[parameter(name = "early_stopping", min = 1, unit = "epochs")]
    pub early_stopping_epochs: Option<usize>,
    /// Images in each step.
    #[parameter(skip)]
    pub batch_size: usize,
    /// Device and method that compute the network.
    #[parameter(flatten)]
    pub computing: Computing,
    /// Keep only the ends of the network's blocks and compute the rest again for the gradients: less memory, a third more
    /// time, the same weights.
    pub recompute: bool,
    /// Seed of all random numbers: first weights, dropout, order of the data, augmentation.
    #[parameter(default = 0)]
    pub seed: u64,
}

impl RunSettings {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`TrainingError::Parameter`] or [`TrainingError::Settings`], naming the setting.
    pub fn check(&self) -> Result<(), TrainingError> {
        Parameters::check(self)?;
        TrainingError::require(&[
            (self.epochs > 0, "epochs must be at least 1"),
            (self.batch_size > 0, "batch_size must be at least 1"),
        ])
    }
}

impl TrainingError {
    /// Returns the first fault whose condition does not hold.
    ///
    /// # Errors
    /// [`TrainingError::Settings`].
    pub fn require(conditions: &[(bool, &str)]) -> Result<(), Self> {
        match conditions.iter().find(|(holds, _)| !holds) {
            Some((_, fault)) => Err(Self::Settings((*fault).to_owned())),
            None => Ok(()),
        }
    }
}
