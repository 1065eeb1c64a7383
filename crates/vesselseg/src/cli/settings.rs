//! The parameters of `train`.

use rsom_parameters::{Choice, Parameters};
use rsom_stage::StageError;

use super::tiles::TileParameters;
use crate::loss::LossConfig;
use crate::{NetworkConfig, TrainSettings, Unet3dConfig, VesselNetConfig};

/// Value of `positive_weight` for a weight from the training scans.
const BALANCED: &str = "balanced";

/// The parameters of `train`, except those that choose its scans.
#[derive(Debug, Parameters)]
pub(super) struct Settings {
    /// Network to train: 'deepvesselnet' (DeepVesselNet) or 'unet3d' (3-D U-Net).
    #[parameter(default = Kind::Deepvesselnet)]
    network: Kind,
    #[parameter(flatten)]
    unet3d: Unet3dConfig,
    #[parameter(flatten)]
    vessel_net: VesselNetConfig,
    /// Add a group norm after each convolution of DeepVesselNet except the first and the last.
    #[parameter(advanced)]
    group_norm: bool,
    /// Number of groups of --group-norm; it must divide the channels.
    #[parameter(default = 5, min = 1, max = 4096, advanced)]
    groups: usize,
    /// Weight of a vessel voxel in the cross-entropy, relative to other voxels: a number above 0, or 'balanced' for the ratio
    /// of other voxels to vessel voxels in the training scans.
    #[parameter(default = "10", advanced)]
    positive_weight: String,
    #[parameter(flatten)]
    pub(super) tiles: TileParameters,
    /// Passes over the training scans.
    #[parameter(default = 25, min = 1, max = 1_000_000)]
    epochs: usize,
    /// Tiles per batch, all of the same size.
    #[parameter(default = 3, min = 1, max = 4096)]
    batch_size: usize,
    /// Epochs without improvement before a plateau; the learning rate falls after one more.
    #[parameter(default = 4, max = 100_000, unit = "epochs")]
    plateau_patience: u32,
    #[parameter(flatten)]
    train: TrainSettings,
}

#[derive(Debug, Clone, Copy, Choice)]
enum Kind {
    Deepvesselnet,
    Unet3d,
}

impl Settings {
    /// The settings for scans with `in_channels` channels and the weight `positive_weight` of vessel voxels.
    ///
    /// # Errors
    /// Returns an error with exit code 2 if parameters exclude each other.
    pub(super) fn with(
        &self,
        in_channels: usize,
        positive_weight: f64,
    ) -> Result<TrainSettings, StageError> {
        let mut settings = TrainSettings {
            network: self.network(in_channels),
            tiling: self.tiles.tiling()?,
            loss: LossConfig {
                positive_weight,
                ..self.train.loss
            },
            ..self.train.clone()
        };
        settings.run.epochs = self.epochs;
        settings.run.batch_size = self.batch_size;
        settings.run.plateau.patience = self.plateau_patience;
        Ok(settings)
    }

    fn network(&self, in_channels: usize) -> NetworkConfig {
        match self.network {
            Kind::Deepvesselnet => NetworkConfig::DeepVesselNet(VesselNetConfig {
                in_channels,
                groups: self.group_norm.then_some(self.groups),
                ..self.vessel_net.clone()
            }),
            Kind::Unet3d => NetworkConfig::Unet3d(Unet3dConfig {
                in_channels,
                ..self.unet3d
            }),
        }
    }

    /// The weight of a vessel voxel; `None` if it follows from the training scans (`balanced`).
    ///
    /// # Errors
    /// Returns an error with exit code 2 if the value is neither a number above 0 nor `balanced`.
    pub(super) fn positive_weight(&self) -> Result<Option<f64>, StageError> {
        let word = self.positive_weight.trim();
        if word == BALANCED {
            return Ok(None);
        }
        let number: Option<f64> = word.parse().ok();
        match number.filter(|n| n.is_finite() && *n > 0.0) {
            Some(number) => Ok(Some(number)),
            None => Err(StageError::usage(format_args!(
                "positive_weight is '{word}', but must be a number above 0 or '{BALANCED}'"
            ))),
        }
    }
}
