//! What a training run is told.

use rsom_nn::{InputScaling, NeuralNetwork};
use rsom_training::{RunSettings, TrainingError};
use serde::{Deserialize, Serialize};

use super::Tiling;
use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::{Blocks, Network, NetworkConfig, VesselsegError};

/// Everything that a training run depends on besides its volumes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// The network.
    pub network: NetworkConfig,
    /// From intensities to network input.
    pub scaling: InputScaling,
    /// The loss.
    pub loss: LossConfig,
    /// How scans are cut into tiles.
    pub tiling: Tiling,
    /// Random changes of tiles.
    pub augmentation: Augmentation,
    /// Blocks of a validation scan that are images of their own to norms, and later of scans to predict.
    pub blocks: Blocks,
    /// How it is trained; the paper has a learning rate of 1e-4, a patience of 4, 25 epochs and batches of 3 tiles.
    pub run: RunSettings,
}

impl TrainSettings {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`TrainingError::Settings`] or [`VesselsegError::Network`], naming what cannot be.
    pub fn check(&self) -> Result<(), VesselsegError> {
        Network::check(&self.network)?;
        TrainingError::require(&self.of_loss())?;
        TrainingError::require(&self.of_tiles())?;
        Ok(self.run.check()?)
    }

    fn of_loss(&self) -> [(bool, &'static str); 4] {
        let positive = |v: f64| v.is_finite() && v > 0.0;
        let loss = &self.loss;
        let weights = [loss.bce_weight, loss.dice_weight, loss.cldice_weight];
        [
            (
                weights.iter().all(|w| w.is_finite() && *w >= 0.0),
                "bce_weight, dice_weight and cldice_weight must be 0 or more",
            ),
            (
                weights.iter().any(|w| *w > 0.0),
                "one of bce_weight, dice_weight and cldice_weight must be above 0",
            ),
            (
                positive(loss.positive_weight),
                "positive_weight must be a number above 0",
            ),
            (
                loss.skeleton_iterations <= 64,
                "skeleton_iterations must be at most 64",
            ),
        ]
    }

    fn of_tiles(&self) -> [(bool, &'static str); 6] {
        let Self {
            scaling,
            augmentation,
            ..
        } = self;
        let [low, high] = augmentation.gain;
        let (extents, count, share) = match self.tiling {
            Tiling::Partition(parts) => (parts, 1, 0.0),
            Tiling::Drawn {
                extents,
                count,
                foreground_share,
            } => (extents, count, foreground_share),
        };
        [
            (
                !extents.contains(&0) && count > 0,
                "tile_vox, tiles and tiles_per_scan must be at least 1",
            ),
            (
                (0.0..=1.0).contains(&share),
                "foreground_share must be from 0 to 1",
            ),
            (
                0.0 < low && low <= high && high.is_finite(),
                "gain must be two factors above 0, the smaller first",
            ),
            (
                (0.0..1.0).contains(&augmentation.knee),
                "knee must be from 0 to below 1",
            ),
            (
                scaling.offset.is_finite() && scaling.scale.is_finite(),
                "input_offset and input_scale must be finite",
            ),
            (scaling.scale != 0.0, "input_scale must not be 0"),
        ]
    }
}
