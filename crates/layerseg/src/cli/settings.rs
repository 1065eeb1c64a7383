//! The parameters of `train`, and the settings of the library that they stand for.

use rsom_stage::{Invocation, Parameter, StageError};
use rsom_training::cli::{RunParameters, convolutions, device, optimization, recompute};
use serde::Deserialize;
use serde_json::Value;

use crate::augment::Augmentation;
use crate::loss::{LossConfig, Reduction};
use crate::slices::InputScaling;
use crate::{Fcn7Config, NetworkConfig, TrainSettings, UnetConfig};

/// The parameters of `train` beside those that choose its scans.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    network: Kind,
    depth: usize,
    width: usize,
    dropout: f32,
    channels: Vec<usize>,
    s: f64,
    smoothness_window: usize,
    reduction: Reduction,
    z_shift: [f64; 2],
    mirror: bool,
    input_offset: f32,
    input_scale: f32,
    #[serde(flatten)]
    run: RunParameters,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Unet,
    Fcn7,
}

impl Settings {
    /// The settings for scans with `in_channels` channels.
    pub(super) fn for_channels(&self, in_channels: usize) -> TrainSettings {
        let network = match self.network {
            Kind::Unet => NetworkConfig::Unet(UnetConfig {
                in_channels,
                classes: 1,
                depth: self.depth,
                width: self.width,
                dropout: self.dropout,
            }),
            Kind::Fcn7 => NetworkConfig::Fcn7(Fcn7Config {
                in_channels,
                classes: 1,
                channels: self.channels.clone(),
            }),
        };
        TrainSettings {
            network,
            scaling: InputScaling {
                offset: self.input_offset,
                scale: self.input_scale,
            },
            loss: LossConfig {
                s: self.s,
                window: self.smoothness_window,
                reduction: self.reduction,
            },
            augmentation: Augmentation {
                z_shift: self.z_shift,
                mirror: self.mirror,
            },
            run: self.run.settings(),
        }
    }
}

impl Kind {
    /// What the paper trains this network with.
    fn defaults(self) -> [(&'static str, usize); 2] {
        match self {
            Kind::Unet => [("epochs", 40), ("batch_size", 5)],
            Kind::Fcn7 => [("epochs", 80), ("batch_size", 9)],
        }
    }
}

/// The invocation with what is unset and follows from the network, so that outputs state it too.
///
/// # Errors
/// Exit code 2: there is no such network.
pub(super) fn with_defaults_of_network(invocation: &Invocation) -> Result<Invocation, StageError> {
    #[derive(Deserialize)]
    struct Chosen {
        network: Kind,
    }
    let Chosen { network } = invocation.parameters()?;
    let mut parameters = invocation.resolved_parameters().clone();
    for (name, value) in network.defaults() {
        let slot = parameters.entry(name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value.into();
        }
    }
    Ok(invocation.clone().with_parameters(parameters))
}

/// Epochs without improvement that a plateau has at most, in the paper.
const PATIENCE: u32 = 3;

/// Declares the parameters of [`Settings`].
pub(super) fn parameters() -> Vec<Parameter> {
    let mut all = network();
    all.extend(loss_and_run());
    all.extend(optimization(PATIENCE));
    all.extend(input());
    all
}

fn network() -> Vec<Parameter> {
    let kinds = ["unet", "fcn7"];
    vec![
        Parameter::choice(
            "network",
            &kinds,
            "U-Net, or fully convolutional network of seven layers",
        )
        .default("unet"),
        Parameter::integer(
            "depth",
            "Levels of the U-Net; B-scans are cropped to multiples of 2^(depth - 1)",
        )
        .default(5)
        .at_least(1.0)
        .at_most(12.0),
        Parameter::integer(
            "width",
            "Channels of the U-Net's first level, doubled at each deeper one (the paper: 2^6)",
        )
        .default(64)
        .at_least(1.0)
        .at_most(4096.0),
        Parameter::number(
            "dropout",
            "Share of values that the U-Net drops in training, in every up-block but the deepest",
        )
        .default(0.5)
        .at_least(0.0)
        .at_most(0.99),
        Parameter::integers("channels", "Channels after each 5×5 convolution of the FCN")
            .default(vec![8, 16, 24, 32, 64, 128])
            .at_least(1.0)
            .at_most(4096.0),
    ]
}

fn loss_and_run() -> Vec<Parameter> {
    let reductions = ["sum", "mean", "paper"];
    vec![
        Parameter::number("s", "Weight of the smoothness penalty; the paper tries 0 to 2500. What a network survives depends on the geometry: thin layers collapse far earlier")
            .default(0.0)
            .at_least(0.0),
        Parameter::integer("smoothness_window", "Pixels of the moving mean along x that the penalty compares with; odd")
            .default(5)
            .at_least(1.0)
            .at_most(999.0)
            .unit("pixels"),
        Parameter::choice("reduction", &reductions, "Both loss terms summed or averaged over pixels; 'paper' takes equation 1 to the letter: mean cross-entropy + s · summed penalty")
            .default("sum"),
        Parameter::integer("epochs", "Passes over the training scans; unset: as in the paper, 40 for unet, 80 for fcn7")
            .at_least(1.0)
            .at_most(1_000_000.0),
        Parameter::integer("batch_size", "B-scans a step, all of one scan; unset: as in the paper, 5 for unet, 9 for fcn7")
            .at_least(1.0)
            .at_most(4096.0),
        device(),
        convolutions(),
        recompute(),
    ]
}

fn input() -> Vec<Parameter> {
    vec![
        Parameter::numbers("z_shift", "Smallest and largest random shift in depth, as shares of the depth, one for each scan and epoch (the paper: -50 and 200 of 500 voxels)")
            .default(vec![-0.1, 0.4])
            .count(2)
            .at_least(-1.0)
            .at_most(1.0),
        Parameter::flag("mirror", "Mirror each scan along x in every other epoch, by chance"),
        Parameter::number("input_offset", "Subtracted from intensities; the paper's networks take them as they are (0 to 255)").default(0.0),
        Parameter::number("input_scale", "What intensities are then multiplied with").default(1.0),
    ]
}
