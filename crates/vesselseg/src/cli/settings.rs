//! The parameters of `train`, and the settings of the library that they stand for.

use rsom_nn::InputScaling;
use rsom_stage::{Invocation, Parameter, StageError};
use rsom_training::cli::{RunParameters, optimization, recompute};
use serde::Deserialize;
use serde_json::Value;

use super::computing::{blocks, computing};
use crate::augment::Augmentation;
use crate::loss::LossConfig;
use crate::{Blocks, Filter, NetworkConfig, Tiling, TrainSettings, Unet3dConfig, VesselNetConfig};

/// The word for a positive weight that follows from the training scans.
const BALANCED: &str = "balanced";

/// The parameters of `train` beside those that choose its scans.
#[derive(Debug, Deserialize)]
pub(super) struct Settings {
    network: Kind,
    depth: usize,
    width: usize,
    channels: Vec<usize>,
    kernels: Vec<usize>,
    filter: Filter,
    group_norm: bool,
    groups: usize,
    bce_weight: f64,
    positive_weight: String,
    dice_weight: f64,
    cldice_weight: f64,
    skeleton_iterations: usize,
    tiles: Option<[usize; 3]>,
    tile_vox: Option<[usize; 3]>,
    tiles_per_scan: Option<usize>,
    foreground_share: Option<f64>,
    flip_x: bool,
    flip_y: bool,
    flip_z: bool,
    transpose: bool,
    gain: [f64; 2],
    knee: f64,
    blocks: [usize; 3],
    input_offset: f32,
    input_scale: f32,
    #[serde(flatten)]
    run: RunParameters,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Deepvesselnet,
    Unet3d,
}

impl Settings {
    /// The settings for scans with `in_channels` channels, in which vessels count `positive_weight` times.
    pub(super) fn with(
        &self,
        in_channels: usize,
        positive_weight: f64,
    ) -> Result<TrainSettings, StageError> {
        Ok(TrainSettings {
            network: self.network(in_channels),
            scaling: InputScaling {
                offset: self.input_offset,
                scale: self.input_scale,
            },
            loss: LossConfig {
                bce_weight: self.bce_weight,
                positive_weight,
                dice_weight: self.dice_weight,
                cldice_weight: self.cldice_weight,
                skeleton_iterations: self.skeleton_iterations,
            },
            tiling: self.tiling()?,
            augmentation: Augmentation {
                flip: [self.flip_x, self.flip_y, self.flip_z],
                transpose: self.transpose,
                gain: self.gain,
                knee: self.knee,
            },
            blocks: Blocks(self.blocks),
            run: self.run.settings(),
        })
    }

    fn network(&self, in_channels: usize) -> NetworkConfig {
        match self.network {
            Kind::Deepvesselnet => NetworkConfig::DeepVesselNet(VesselNetConfig {
                in_channels,
                channels: self.channels.clone(),
                kernels: self.kernels.clone(),
                groups: self.group_norm.then_some(self.groups),
                filter: self.filter,
            }),
            Kind::Unet3d => NetworkConfig::Unet3d(Unet3dConfig {
                in_channels,
                depth: self.depth,
                width: self.width,
            }),
        }
    }

    /// How many times a vessel voxel counts, or none where that follows from the training scans.
    ///
    /// # Errors
    /// Exit code 2: neither a number above 0 nor the word.
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

    fn tiling(&self) -> Result<Tiling, StageError> {
        let usage = |text: &str| Err(StageError::usage(text));
        let (count, share) = (self.tiles_per_scan, self.foreground_share);
        match (self.tile_vox, self.tiles) {
            (Some(_), Some(_)) => usage("give --tiles or --tile-vox, not both"),
            (None, _) if count.is_some() || share.is_some() => {
                usage("--tiles-per-scan and --foreground-share go with --tile-vox")
            }
            (None, parts) => Ok(Tiling::Partition(parts.unwrap_or(PARTS))),
            (Some(extents), None) => Ok(Tiling::Drawn {
                extents,
                count: count.unwrap_or(DRAWN),
                foreground_share: share.unwrap_or(0.0),
            }),
        }
    }
}

/// Tiles of a scan along x, y, z in the paper.
const PARTS: [usize; 3] = [3; 3];
/// As many drawn tiles of a scan as the paper has parts.
const DRAWN: usize = 27;

/// The invocation with what is unset and follows from the way in which tiles are cut, so that outputs state it too.
pub(super) fn with_defaults_of_tiles(invocation: &Invocation) -> Invocation {
    let mut parameters = invocation.resolved_parameters().clone();
    let set = |name: &str| parameters.get(name).is_some_and(|value| !value.is_null());
    let defaults: Vec<(&str, Value)> = match (set("tile_vox"), set("tiles")) {
        (true, _) => vec![
            ("tiles_per_scan", DRAWN.into()),
            ("foreground_share", 0.0.into()),
        ],
        (false, true) => Vec::new(),
        (false, false) => vec![("tiles", PARTS.to_vec().into())],
    };
    for (name, value) in defaults {
        let slot = parameters.entry(name).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value;
        }
    }
    invocation.clone().with_parameters(parameters)
}

/// Epochs without improvement that a plateau has at most, in the paper.
const PATIENCE: u32 = 4;

/// Declares the parameters of [`Settings`].
pub(super) fn parameters() -> Vec<Parameter> {
    let mut all = network();
    all.extend(loss());
    all.extend(tiles());
    all.extend(augmentation());
    all.extend(epochs());
    all.extend(optimization(PATIENCE));
    all.extend(computing());
    all.push(recompute());
    all
}

fn network() -> Vec<Parameter> {
    vec![
        Parameter::choice("network", &["deepvesselnet", "unet3d"], "DeepVesselNet, or a plain 3-D U-Net")
            .default("deepvesselnet"),
        Parameter::integer("depth", "Levels of the U-Net")
            .default(3)
            .at_least(1.0)
            .at_most(5.0),
        Parameter::integer("width", "Channels of the U-Net's first level, doubled at each deeper one")
            .default(16)
            .at_least(1.0)
            .at_most(256.0),
        Parameter::integers("channels", "Channels after each convolution of DeepVesselNet but the last, which gives one logit")
            .default(vec![5, 10, 20, 50])
            .at_least(1.0)
            .at_most(4096.0),
        Parameter::integers("kernels", "Extents of the windows of these convolutions; odd")
            .default(vec![3, 5, 5, 3])
            .at_least(1.0)
            .at_most(31.0)
            .unit("voxels"),
        Parameter::choice("filter", &["cubic", "cross_hair"], "Windows are cubes of k³ weights, or three crossed planes of k² weights each as in the original DeepVesselNet")
            .default("cubic"),
        Parameter::flag("group_norm", "Normalize groups of channels after each of these convolutions but the first"),
        Parameter::integer("groups", "Groups of --group-norm; they divide the channels")
            .default(5)
            .at_least(1.0)
            .at_most(4096.0),
        blocks("of validation scans, and later of those to predict").default(vec![1, 1, 1]),
        Parameter::number("input_offset", "Subtracted from intensities; the paper's network takes them as they are (0 to 255)").default(0.0),
        Parameter::number("input_scale", "What intensities are then multiplied with; beyond the scan intensities are 0").default(1.0),
    ]
}

fn loss() -> Vec<Parameter> {
    vec![
        Parameter::number("bce_weight", "Weight of the cross-entropy, the mean over voxels")
            .default(1.0)
            .at_least(0.0),
        Parameter::text("positive_weight", "How many times a vessel voxel counts in the cross-entropy: a number, or 'balanced' for the ratio of other voxels to vessel voxels in the training scans")
            .default("10"),
        Parameter::number("dice_weight", "Weight of the soft Dice loss")
            .default(0.0)
            .at_least(0.0),
        Parameter::number("cldice_weight", "Weight of the soft clDice loss, which asks that vessels hang together")
            .default(0.0)
            .at_least(0.0),
        Parameter::integer("skeleton_iterations", "Erosions of clDice's soft skeleton: half the width of the widest vessels")
            .default(5)
            .at_least(0.0)
            .at_most(64.0)
            .unit("voxels"),
    ]
}

fn tiles() -> Vec<Parameter> {
    vec![
        Parameter::integers("tiles", "Parts along x, y, z of a training scan, all of them seen in every epoch; unset: 3,3,3 as in the paper, or --tile-vox")
            .count(3)
            .at_least(1.0)
            .at_most(4096.0),
        Parameter::integers("tile_vox", "Extents along x, y, z of training tiles in random places, instead of --tiles")
            .count(3)
            .at_least(1.0)
            .at_most(4096.0)
            .unit("voxels"),
        Parameter::integer("tiles_per_scan", "Tiles of --tile-vox that are drawn from each scan in an epoch; unset: 27")
            .at_least(1.0)
            .at_most(1_000_000.0),
        Parameter::number("foreground_share", "Share of the tiles of --tile-vox that are drawn around a vessel voxel; unset: 0")
            .at_least(0.0)
            .at_most(1.0),
    ]
}

fn augmentation() -> Vec<Parameter> {
    vec![
        Parameter::flag("flip_x", "Reverse every other tile along x, by chance"),
        Parameter::flag("flip_y", "Reverse every other tile along y, by chance"),
        Parameter::flag("flip_z", "Reverse every other tile along z, by chance"),
        Parameter::flag("transpose", "Exchange x and y of every other tile, by chance; voxels must be square"),
        Parameter::numbers("gain", "Smallest and largest factor of the intensities, drawn for each tile and channel")
            .default(vec![1.0, 1.0])
            .count(2)
            .at_least(0.0)
            .at_most(1000.0),
        Parameter::number("knee", "How far the curve of intensities, which are taken to lie from 0 to 255, may bend at a random knee, drawn for each tile and channel: from 0, a straight line, to below 1")
            .default(0.0)
            .at_least(0.0)
            .at_most(0.999),
    ]
}

fn epochs() -> [Parameter; 2] {
    [
        Parameter::integer("epochs", "Passes over the training scans")
            .default(25)
            .at_least(1.0)
            .at_most(1_000_000.0),
        Parameter::integer("batch_size", "Tiles a step, all of one size")
            .default(3)
            .at_least(1.0)
            .at_most(4096.0),
    ]
}
