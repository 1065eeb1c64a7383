//! What a training run is told.

use rsom_nn::ops::ConvolutionMethod;
use rsom_nn::{Accelerator, InputScaling, PlateauConfig};
use serde::{Deserialize, Serialize};

use super::Tiling;
use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::{Blocks, VesselNetConfig, VesselsegError};

/// Everything that a training run depends on besides its volumes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainSettings {
    /// The network.
    pub network: VesselNetConfig,
    /// From intensities to network input.
    pub scaling: InputScaling,
    /// The loss.
    pub loss: LossConfig,
    /// How scans are cut into tiles.
    pub tiling: Tiling,
    /// Random changes of tiles.
    pub augmentation: Augmentation,
    /// Adam's first learning rate; the paper's is 1e-4.
    pub learning_rate: f64,
    /// When the learning rate falls; the paper's patience is 4.
    pub plateau: PlateauConfig,
    /// Passes over the training volumes; 25 in the paper.
    pub epochs: usize,
    /// Stop when the watched loss has had no new minimum for this many epochs.
    pub early_stopping_epochs: Option<usize>,
    /// Tiles per step, all of one size; 3 in the paper.
    pub batch_size: usize,
    /// Blocks of a validation scan that are images of their own to norms, and later of scans to predict.
    pub blocks: Blocks,
    /// What the network is computed on.
    pub device: Accelerator,
    /// How convolutions are computed on a CPU.
    pub convolutions: ConvolutionMethod,
    /// Seed of first weights, tiles, order and changes.
    pub seed: u64,
}

impl TrainSettings {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`VesselsegError::Settings`] or [`VesselsegError::Network`], naming what cannot be.
    pub fn check(&self) -> Result<(), VesselsegError> {
        self.network.check()?;
        let faults = self.loss_and_schedule().into_iter().chain(self.tiles());
        let mut faults = faults.filter(|(fine, _)| !fine);
        match faults.next() {
            Some((_, fault)) => Err(VesselsegError::Settings(fault.to_owned())),
            None => Ok(()),
        }
    }

    fn loss_and_schedule(&self) -> [(bool, &'static str); 10] {
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
                positive(self.learning_rate),
                "learning_rate must be positive",
            ),
            (self.epochs > 0, "epochs must be at least 1"),
            (self.batch_size > 0, "batch_size must be at least 1"),
            (
                self.plateau.factor > 0.0 && self.plateau.factor <= 1.0,
                "plateau_factor must be above 0 and at most 1",
            ),
            (
                self.plateau.threshold >= 0.0 && self.plateau.threshold < 1.0,
                "plateau_threshold must be from 0 to below 1",
            ),
            (
                self.early_stopping_epochs != Some(0),
                "early_stopping must be at least 1 epoch",
            ),
            (
                loss.skeleton_iterations <= 64,
                "skeleton_iterations must be at most 64",
            ),
        ]
    }

    fn tiles(&self) -> [(bool, &'static str); 6] {
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
