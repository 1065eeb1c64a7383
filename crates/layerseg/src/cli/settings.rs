//! The parameters of `train`.

use rsom_parameters::{Choice, Parameters};
use rsom_stage::Invocation;

use crate::{Fcn7Config, NetworkConfig, TrainSettings, UnetConfig};

/// The parameters of `train`, except those that choose its scans.
#[derive(Debug, Parameters)]
pub(super) struct Settings {
    /// Network to train: 'unet' (U-Net) or 'fcn7' (fully convolutional network with seven layers).
    #[parameter(default = Kind::Unet)]
    network: Kind,
    #[parameter(flatten)]
    unet: UnetConfig,
    #[parameter(flatten)]
    fcn7: Fcn7Config,
    /// Passes over the training scans (unset: as in the paper, 40 for unet, 80 for fcn7).
    #[parameter(min = 1, max = 1_000_000)]
    epochs: Option<usize>,
    /// B-scans per batch, all from the same scan (unset: as in the paper, 5 for unet, 9 for fcn7).
    #[parameter(min = 1, max = 4096)]
    batch_size: Option<usize>,
    /// Epochs without improvement before a plateau; the learning rate falls after one more.
    #[parameter(default = 3, max = 100_000, unit = "epochs", advanced)]
    plateau_patience: u32,
    #[parameter(flatten)]
    train: TrainSettings,
}

#[derive(Debug, Clone, Copy, Choice)]
enum Kind {
    Unet,
    Fcn7,
}

impl Kind {
    /// Epochs and batch size of the paper.
    fn defaults(self) -> (usize, usize) {
        match self {
            Kind::Unet => (40, 5),
            Kind::Fcn7 => (80, 9),
        }
    }
}

impl Settings {
    /// The settings for scans with `in_channels` channels.
    pub(super) fn for_channels(&self, in_channels: usize) -> TrainSettings {
        let mut settings = self.train.clone();
        settings.network = match self.network {
            Kind::Unet => NetworkConfig::Unet(UnetConfig {
                in_channels,
                classes: 1,
                ..self.unet.clone()
            }),
            Kind::Fcn7 => NetworkConfig::Fcn7(Fcn7Config {
                in_channels,
                classes: 1,
                ..self.fcn7.clone()
            }),
        };
        let (epochs, batch_size) = self.network.defaults();
        settings.run.epochs = self.epochs.unwrap_or(epochs);
        settings.run.batch_size = self.batch_size.unwrap_or(batch_size);
        settings.run.plateau.patience = self.plateau_patience;
        settings
    }

    /// The invocation with the resolved epochs and batch size, for the provenance of the outputs.
    pub(super) fn stated(&self, invocation: &Invocation) -> Invocation {
        let run = self.for_channels(1).run;
        let mut parameters = invocation.resolved_parameters().clone();
        parameters.insert("epochs".into(), run.epochs.into());
        parameters.insert("batch_size".into(), run.batch_size.into());
        invocation.clone().with_parameters(parameters)
    }
}
