//! What a training run is told.

use rsom_nn::Accelerator;
use rsom_nn::ops::ConvolutionMethod;
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
    /// Adam's first learning rate; the paper's is 1e-4.
    pub learning_rate: f64,
    /// When the learning rate falls.
    pub plateau: Plateau,
    /// Passes over the training volumes.
    pub epochs: usize,
    /// Stop when the watched loss has had no new minimum for this many epochs.
    pub early_stopping_epochs: Option<usize>,
    /// B-scans per step, all of one volume.
    pub batch_size: usize,
    /// What the network is computed on.
    pub device: Accelerator,
    /// How convolutions are computed on a CPU.
    pub convolutions: ConvolutionMethod,
    /// Whether blocks are computed a second time for their gradients, to save memory.
    pub recompute: bool,
    /// Seed of first weights, dropout, order and augmentation.
    pub seed: u64,
}

/// The learning rate is multiplied by `factor` when the watched loss has not fallen by the share `threshold` for more
/// than `patience` epochs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plateau {
    /// The paper's training has 0.1.
    pub factor: f64,
    /// The paper's training has 3.
    pub patience: u32,
    /// The paper's training has 1e-4.
    pub threshold: f64,
}

impl TrainSettings {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`LayersegError::Settings`] or [`LayersegError::Network`], naming what cannot be.
    pub fn check(&self) -> Result<(), LayersegError> {
        self.network.check()?;
        let [low, high] = self.augmentation.z_shift;
        let positive = |v: f64| v.is_finite() && v > 0.0;
        let faults = [
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
                positive(self.learning_rate),
                "learning_rate must be positive",
            ),
            (self.epochs > 0, "epochs must be at least 1"),
            (self.batch_size > 0, "batch_size must be at least 1"),
            (
                -1.0 <= low && low <= high && high <= 1.0,
                "z_shift must be two shares of the depth from -1 to 1, the smaller first",
            ),
            (
                self.plateau.factor > 0.0 && self.plateau.factor <= 1.0,
                "plateau_factor must be above 0 and at most 1",
            ),
            (
                self.plateau.threshold >= 0.0 && self.plateau.threshold < 1.0,
                "plateau_threshold must be from 0 to below 1",
            ),
            (
                self.scaling.offset.is_finite() && self.scaling.scale.is_finite(),
                "input_offset and input_scale must be finite",
            ),
            (self.scaling.scale != 0.0, "input_scale must not be 0"),
            (
                self.early_stopping_epochs != Some(0),
                "early_stopping must be at least 1 epoch",
            ),
        ];
        match faults.iter().find(|(fine, _)| !fine) {
            Some((_, fault)) => Err(LayersegError::Settings((*fault).to_owned())),
            None => Ok(()),
        }
    }
}
