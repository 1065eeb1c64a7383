//! Settings of the training of a layer network.

use rsom_nn::InputScaling;
use rsom_parameters::{Choice, Parameters};
use rsom_training::{RunSettings, TrainingError};
use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;
use crate::loss::{LossConfig, Penalty};
use crate::{LayersegError, NetworkConfig};

/// Initial bias of the last layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum OutputBias {
    /// Random, as in PyTorch.
    Random,
    /// ln(f / (1 − f)) for the share f of layer voxels in the training masks, so that the first probabilities are near f.
    Share,
}

/// All settings of a training. Together with the scans they determine its result.
///
/// The parameters of a command do not include the network, which the command sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// Kind and size of the network; it must have one logit.
    #[parameter(skip)]
    pub network: NetworkConfig,
    /// Scaling of intensities to network input.
    #[parameter(flatten, prefix = "input")]
    pub scaling: InputScaling,
    /// Initial bias of the last layer: 'random' as in PyTorch, or 'share' for probabilities near the share of layer voxels
    /// in the training masks.
    #[parameter(default = OutputBias::Random, advanced)]
    pub output_bias: OutputBias,
    /// Settings of the loss.
    #[parameter(flatten)]
    pub loss: LossConfig,
    /// Random placement of each volume in each epoch.
    #[parameter(flatten)]
    pub augmentation: Augmentation,
    /// Settings of the run. The paper: learning rate 1e-4; plateau with factor 0.1, patience 3, threshold 1e-4.
    #[parameter(flatten)]
    pub run: RunSettings,
}

impl TrainSettings {
    /// Checks the bounds of all settings.
    ///
    /// # Errors
    /// Returns [`LayersegError::Network`] or [`LayersegError::Training`] with the name of the first invalid setting.
    pub fn check(&self) -> Result<(), LayersegError> {
        self.network.check()?;
        let one_logit = self.network.classes() == 1;
        TrainingError::require(&[(
            one_logit,
            "training needs a network with one logit: set classes to 1",
        )])?;
        let no_window = self.loss.penalty == Penalty::TotalVariation;
        TrainingError::require(&[(
            !no_window || self.loss.window == LossConfig::default().window,
            "penalty 'total_variation' has no window: leave out smoothness_window",
        )])?;
        let least = self.loss.least_batch();
        TrainingError::require(&[(
            self.run.batch_size >= least,
            &format!("penalty_axes 'xy' needs batch_size of at least {least}"),
        )])?;
        Parameters::check(self).map_err(TrainingError::from)?;
        Ok(self.run.check()?)
    }
}
