//! What a training run is told.

use rsom_training::{RunSettings, TrainingError};
use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::slices::InputScaling;
use crate::{LayersegError, NetworkConfig};

/// Everything that a training run depends on besides its volumes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// The network, with one logit.
    pub network: NetworkConfig,
    /// From intensities to network input.
    pub scaling: InputScaling,
    /// The loss.
    pub loss: LossConfig,
    /// Random placement of each volume in each epoch.
    pub augmentation: Augmentation,
    /// How it is trained; the paper has a learning rate of 1e-4, and a plateau of factor 0.1, patience 3, threshold 1e-4.
    pub run: RunSettings,
}

impl TrainSettings {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] or [`LayersegError::Network`], naming what cannot be.
    pub fn check(&self) -> Result<(), LayersegError> {
        self.network.check()?;
        let [low, high] = self.augmentation.z_shift;
        TrainingError::require(&[
            (
                self.network.classes() == 1,
                "training needs a network with one logit",
            ),
            (
                !self.loss.window.is_multiple_of(2),
                "smoothness_window must be odd",
            ),
            (
                self.loss.s.is_finite() && self.loss.s >= 0.0,
                "s must be 0 or more",
            ),
            (
                -1.0 <= low && low <= high && high <= 1.0,
                "z_shift must be two shares of the depth from -1 to 1, the smaller first",
            ),
            (
                self.scaling.offset.is_finite() && self.scaling.scale.is_finite(),
                "input_offset and input_scale must be finite",
            ),
            (self.scaling.scale != 0.0, "input_scale must not be 0"),
        ])?;
        Ok(self.run.check()?)
    }
}
