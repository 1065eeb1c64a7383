//! Settings of the training of a vessel network.

use rsom_nn::{InputScaling, NeuralNetwork};
use rsom_parameters::Parameters;
use rsom_training::{RunSettings, TrainingError};
use serde::{Deserialize, Serialize};

use super::Tiling;
use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::{Blocks, Network, NetworkConfig, VesselsegError};

/// All settings of a training. Together with the scans they determine its result.
///
/// The parameters of a command do not include the network and the tiling, which the command sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// Kind and size of the network.
    #[parameter(skip)]
    pub network: NetworkConfig,
    /// Scaling of intensities to network input.
    #[parameter(flatten, prefix = "input")]
    pub scaling: InputScaling,
    /// Settings of the loss.
    #[parameter(flatten)]
    pub loss: LossConfig,
    /// Cutting of scans into tiles.
    #[parameter(skip)]
    pub tiling: Tiling,
    /// Ranges of the random changes of tiles.
    #[parameter(flatten)]
    pub augmentation: Augmentation,
    /// Numbers of blocks along x, y, z of validation scans, and later of scans to predict; group norms take their
    /// statistics from each block separately.
    #[parameter(default = Blocks::WHOLE, min = 1, advanced)]
    pub blocks: Blocks,
    /// Settings of the run. The paper: learning rate 1e-4, plateau with patience 4, 25 epochs, batches of 3 tiles.
    #[parameter(flatten)]
    pub run: RunSettings,
}

impl TrainSettings {
    /// Checks the bounds of all settings.
    ///
    /// # Errors
    /// Returns [`VesselsegError::Network`] or [`VesselsegError::Training`] with the name of the first invalid setting.
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
