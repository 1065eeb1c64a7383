//! Size of a DeepVesselNet, given or inferred from the names and shapes of its weights.

use std::collections::BTreeMap;

use rsom_parameters::{Choice, Parameters};
use serde::{Deserialize, Serialize};

use crate::VesselsegError;

/// Largest number of parameters of a network; the network of the paper has 58,656.
const MOST_PARAMETERS: usize = 1 << 28;
/// Largest halo in voxels; the network of the paper has a halo of 6.
const LARGEST_HALO: usize = 32;
/// Groups of the group norm of the original networks.
const GROUPS: usize = 5;

/// Kernels of the convolutions of a DeepVesselNet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Cubes with k³ weights, as in the authors' network.
    #[default]
    Cubic,
    /// Sums of three orthogonal planes with k² weights each: the cross-hair filters of the original DeepVesselNet (Tetteh et
    /// al. 2020).
    CrossHair,
}

/// Size of a DeepVesselNet: 3-D convolutions without padding and with ReLU, and a 1 × 1 × 1 convolution to the logit.
///
/// The parameters of a command do not include the channels of the scan and the groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct VesselNetConfig {
    /// Channels of the scan.
    #[parameter(skip)]
    pub in_channels: usize,
    /// Output channels of each convolution of DeepVesselNet except the last, which has one logit (the paper: 5,10,20,50).
    #[parameter(default = [5, 10, 20, 50], min = 1, max = 4096)]
    pub channels: Vec<usize>,
    /// Kernel size of each of these convolutions, odd (the paper: 3,5,5,3).
    #[parameter(default = [3, 5, 5, 3], min = 1, max = 31, unit = "voxels", advanced)]
    pub kernels: Vec<usize>,
    /// Groups of the group norm after each of these convolutions except the first; `None` without norms.
    #[parameter(skip)]
    pub groups: Option<usize>,
    /// Kernels of these convolutions: 'cubic' (cubes with k³ weights) or 'cross_hair' (three orthogonal planes with k²
    /// weights each, as in the original DeepVesselNet).
    ///
    /// Weights files without this key have cubic kernels.
    #[serde(default)]
    #[parameter(default = Filter::Cubic, advanced)]
    pub filter: Filter,
}

impl VesselNetConfig {
    /// The network of the paper, for scans with the two channels LF and HF.
    #[must_use]
    pub fn gerl2020(group_norm: bool) -> Self {
        Self {
            in_channels: 2,
            channels: vec![5, 10, 20, 50],
            kernels: vec![3, 5, 5, 3],
            groups: group_norm.then_some(GROUPS),
            filter: Filter::Cubic,
        }
    }

    /// Halo in voxels: the logits are smaller than the input by this much on each side. 6 in the paper.
    #[must_use]
    pub fn halo(&self) -> usize {
        self.kernels.iter().map(|kernel| kernel / 2).sum()
    }

    /// Largest number of channels of a layer.
    pub(super) fn widest(&self) -> usize {
        let channels = self.channels.iter().copied();
        channels.fold(self.in_channels, usize::max)
    }

    /// Checks the sizes.
    ///
    /// # Errors
    /// Returns [`VesselsegError::Network`] with the name of the first invalid size.
    pub fn check(&self) -> Result<(), VesselsegError> {
        let refuse = |what: String| Err(VesselsegError::Network(what));
        let widths = std::iter::once(&self.in_channels).chain(&self.channels);
        if self.channels.is_empty() || self.channels.len() > 64 {
            return refuse(format!(
                "channels must have 1 to 64 numbers, one for each convolution except the last, not {}",
                self.channels.len()
            ));
        }
        if let Some(width) = widths.clone().find(|w| !(1..=4096).contains(*w)) {
            return refuse(format!("channels must be from 1 to 4096, not {width}"));
        }
        if self.kernels.len() != self.channels.len() {
            return refuse(format!(
                "there are {} kernels but {} channels; give one of each for each convolution except the last",
                self.kernels.len(),
                self.channels.len()
            ));
        }
        if self.halo() > LARGEST_HALO {
            return refuse(format!(
                "the network would have a halo of {} voxels, but at most {LARGEST_HALO} are allowed; choose smaller kernels",
                self.halo()
            ));
        }
        if let Some(kernel) = self.kernels.iter().find(|k| *k % 2 == 0 || **k > 31) {
            return refuse(format!("kernels must be odd and at most 31, not {kernel}"));
        }
        let normed = self.channels.iter().skip(1);
        if let Some(groups) = self.groups
            && let Some(width) = normed.clone().find(|w| groups == 0 || *w % groups != 0)
        {
            return refuse(format!(
                "{width} channels cannot be divided into {groups} groups; choose groups that divide all channels except the first"
            ));
        }
        if self.parameters() > MOST_PARAMETERS {
            return refuse(format!(
                "the network would have {} parameters, but at most {MOST_PARAMETERS} are allowed; choose fewer channels or smaller kernels",
                self.parameters()
            ));
        }
        Ok(())
    }

    /// Number of trainable parameters: 58,656 for the network of the paper, 46,156 with cross-hair filters.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let mut inputs = self.in_channels;
        let mut total = 0;
        for (index, (outputs, kernel)) in self.channels.iter().zip(&self.kernels).enumerate() {
            let window = match self.filter {
                Filter::Cubic => kernel.pow(3),
                Filter::CrossHair => 3 * kernel.pow(2),
            };
            total += inputs * outputs * window + outputs;
            if index > 0 && self.groups.is_some() {
                total += 2 * outputs;
            }
            inputs = *outputs;
        }
        total + inputs + 1
    }

    /// Infers the size from the names and shapes of weights, as in a PyTorch state dict. For cross-hair filters, the shape of
    /// `layers.<n>.block.0.yx.weight` is used. The number of groups cannot be inferred from weights; it is set to 5, as in
    /// the original networks.
    ///
    /// If weights are missing, their sizes are guessed from the others, so that a later comparison can list the missing
    /// names.
    ///
    /// # Errors
    /// Returns [`VesselsegError::Network`] if the weights do not belong to a DeepVesselNet.
    pub fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<Self, VesselsegError> {
        let number = |name: &String| -> Option<usize> {
            let (number, _) = name.strip_prefix("layers.")?.split_once(".block.")?;
            number.parse().ok().filter(|n| *n < 4096)
        };
        let count = shapes.keys().filter_map(number).max().map_or(0, |n| n + 1);
        let crossed = shapes.contains_key("layers.0.block.0.yx.weight");
        let (name, filter) = match crossed {
            true => ("yx.weight", Filter::CrossHair),
            false => ("weight", Filter::Cubic),
        };
        let weight = |n: usize| shapes.get(&format!("layers.{n}.block.0.{name}"));
        let Some([_, in_channels, _, _, _]) = weight(0).map(Vec::as_slice) else {
            let found: Vec<&str> = shapes.keys().take(3).map(String::as_str).collect();
            return Err(VesselsegError::Network(format!(
                "these are not the weights of a vessel network: there is no tensor layers.0.block.0.weight with five axes; the \
                 file has {} tensors: {found:?} …",
                shapes.len()
            )));
        };
        let paper = Self::gerl2020(true);
        let layer = |n: usize| match weight(n).map(Vec::as_slice) {
            Some([outputs, _, _, _, kernel]) => (*outputs, *kernel),
            _ => {
                let bias = shapes.get(&format!("layers.{n}.block.0.bias"));
                let outputs = bias.and_then(|shape| shape.first()).copied();
                (
                    outputs.unwrap_or(1),
                    paper.kernels.get(n).copied().unwrap_or(3),
                )
            }
        };
        let (channels, kernels) = (0..count).map(layer).unzip();
        let normed = shapes.keys().any(|name| name.contains(".block.2."));
        let config = Self {
            in_channels: *in_channels,
            channels,
            kernels,
            groups: normed.then_some(GROUPS),
            filter,
        };
        config.check()?;
        Ok(config)
    }
}
