//! The settings of a training.

use rsom_nn::{InputScaling, NeuralNetwork};
use rsom_parameters::Parameters;
use rsom_training::{RunSettings, TrainingError};
use serde::{Deserialize, Serialize};

use super::Tiling;
use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::{Blocks, Network, NetworkConfig, VesselsegError};

/// Everything that the result of a training depends on, except its scans.
///
/// As parameters of a command it leaves out the network and the tiling, which the command chooses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// The network.
    #[parameter(skip)]
    pub network: NetworkConfig,
    /// From intensities to network input.
    #[parameter(flatten, prefix = "input")]
    pub scaling: InputScaling,
    /// The loss.
    #[parameter(flatten)]
    pub loss: LossConfig,
    /// How scans are cut into tiles.
    #[parameter(skip)]
    pub tiling: Tiling,
    /// Random changes of tiles.
    #[parameter(flatten)]
    pub augmentation: Augmentation,
    /// Numbers of blocks along x, y, z of validation scans, and later of scans to predict; group norms take their
    /// statistics from each block separately.
    #[parameter(default = Blocks::WHOLE, min = 1)]
    pub blocks: Blocks,
    /// How the network is trained. The paper: learning rate 1e-4, plateau of patience 4, 25 epochs, batches of 3 tiles.
    #[parameter(flatten)]
    pub run: RunSettings,
}

impl TrainSettings {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`VesselsegError::Network`] or [`VesselsegError::Training`], naming the setting.
    pub fn check(&self) -> Result<(), VesselsegError> {
        Network::check(&self.network)?;
        let loss = &self.loss;
        let weights = [loss.bce_weight, loss.dice_weight, loss.cldice_weight];
        TrainingError::require(&[
            (
                weights.iter().any(|w| *w > 0.0),
                "one of bce_weight, dice_weight and cldice_weight must be above 0",
            ),
            (
                loss.positive_weight.is_finite() && loss.positive_weight > 0.0,
                "positive_weight must be a number above 0",
            ),
        ])?;
        self.tiling.check()?;
        Parameters::check(self).map_err(TrainingError::from)?;
        Ok(self.run.check()?)
    }
}
