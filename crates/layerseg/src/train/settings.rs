//! The settings of a training.

use rsom_nn::InputScaling;
use rsom_parameters::Parameters;
use rsom_training::{RunSettings, TrainingError};
use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::{LayersegError, NetworkConfig};

/// Everything that the result of a training depends on, except its scans.
///
/// As parameters of a command it leaves out the network, which the command chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// The network, with one logit.
    #[parameter(skip)]
    pub network: NetworkConfig,
    /// From intensities to network input.
    #[parameter(flatten, prefix = "input")]
    pub scaling: InputScaling,
    /// The loss.
    #[parameter(flatten)]
    pub loss: LossConfig,
    /// Random placement of each volume in each epoch.
    #[parameter(flatten)]
    pub augmentation: Augmentation,
    /// How the network is trained. The paper: learning rate 1e-4; plateau of factor 0.1, patience 3, threshold 1e-4.
    #[parameter(flatten)]
    pub run: RunSettings,
}

impl TrainSettings {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`LayersegError::Network`] or [`LayersegError::Training`], naming the setting.
    pub fn check(&self) -> Result<(), LayersegError> {
        self.network.check()?;
        let one_logit = self.network.classes() == 1;
        TrainingError::require(&[(one_logit, "training needs a network with one logit")])?;
        Parameters::check(self).map_err(TrainingError::from)?;
        Ok(self.run.check()?)
    }
}
