//! The networks that segment vessels in a scan.

mod config;
mod deep_vessel_net;
mod unet3d;
mod window;

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::ops::ConvolutionMethod;
use rsom_nn::{Mode, NeuralNetwork, Parameters};
use serde::{Deserialize, Serialize};

pub use config::{Filter, VesselNetConfig};
pub use deep_vessel_net::VesselNet;
pub use unet3d::{Unet3d, Unet3dConfig};
pub(crate) use window::Window;

use crate::VesselsegError;

/// Largest number of values of one layer in memory.
const MOST_VALUES: usize = 1 << 28;

/// Kind and size of a network.
///
/// A DeepVesselNet is stored without its kind, as in files from before there was another network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NetworkConfig {
    /// The plain 3-D U-Net.
    Unet3d(Unet3dConfig),
    /// DeepVesselNet.
    #[serde(untagged)]
    DeepVesselNet(VesselNetConfig),
}

/// A network and its parameters.
#[derive(Debug, Clone)]
pub struct Network {
    config: NetworkConfig,
    parameters: Parameters,
    layers: Layers,
}

/// The layers of a network.
#[derive(Debug, Clone)]
pub(crate) enum Layers {
    DeepVesselNet(VesselNet),
    Unet3d(Unet3d),
}

/// The DeepVesselNet of the paper, without norms.
impl Default for NetworkConfig {
    fn default() -> Self {
        VesselNetConfig::gerl2020(false).into()
    }
}

impl From<VesselNetConfig> for NetworkConfig {
    fn from(config: VesselNetConfig) -> Self {
        Self::DeepVesselNet(config)
    }
}

impl From<Unet3dConfig> for NetworkConfig {
    fn from(config: Unet3dConfig) -> Self {
        Self::Unet3d(config)
    }
}

impl NetworkConfig {
    /// Channels of the scan.
    #[must_use]
    pub fn in_channels(&self) -> usize {
        match self {
            Self::DeepVesselNet(config) => config.in_channels,
            Self::Unet3d(config) => config.in_channels,
        }
    }

    /// Halo in voxels: with this many voxels around a tile as input, the logits in the tile are the same as in the whole scan.
    #[must_use]
    pub fn halo(&self) -> usize {
        match self {
            Self::DeepVesselNet(config) => config.halo(),
            Self::Unet3d(config) => config.halo(),
        }
    }

    /// Voxels on each side of a training input for which the network has no logits.
    #[must_use]
    pub fn margin(&self) -> usize {
        match self {
            Self::DeepVesselNet(config) => config.halo(),
            Self::Unet3d(_) => 0,
        }
    }

    /// The extents of the logits are multiples of this number.
    #[must_use]
    pub fn multiple(&self) -> usize {
        match self {
            Self::DeepVesselNet(_) => 1,
            Self::Unet3d(config) => config.multiple(),
        }
    }

    /// Number of trainable parameters (running statistics are not counted).
    #[must_use]
    pub fn parameters(&self) -> usize {
        match self {
            Self::DeepVesselNet(config) => config.parameters(),
            Self::Unet3d(config) => config.parameters(),
        }
    }

    /// Reduces the tile size `wanted` (x, y, z in voxels) until the widest layer has at most 2²⁸ values. The smallest result
    /// is one voxel.
    #[must_use]
    pub fn tile(&self, wanted: [usize; 3]) -> [usize; 3] {
        let widest = match self {
            Self::DeepVesselNet(config) => config.widest(),
            // Skip connections double the channels at each level.
            Self::Unet3d(config) => config.in_channels.max(2 * config.width),
        };
        let grown = |tile: [usize; 3]| {
            let extents = tile.map(|n| n.saturating_add(2 * self.halo()));
            extents.into_iter().fold(widest, usize::saturating_mul)
        };
        let mut tile = wanted;
        while grown(tile) > MOST_VALUES && tile.iter().any(|n| *n > 1) {
            let longest = (0..3).max_by_key(|axis| tile[*axis]).unwrap_or_default();
            tile[longest] = tile[longest].div_ceil(2);
        }
        tile
    }
}

impl Network {
    /// The layers of the network.
    pub(crate) fn layers(&self) -> &Layers {
        &self.layers
    }
}

impl NeuralNetwork for Network {
    type Config = NetworkConfig;
    type Error = VesselsegError;

    fn check(config: &NetworkConfig) -> Result<(), VesselsegError> {
        match config {
            NetworkConfig::DeepVesselNet(config) => config.check(),
            NetworkConfig::Unet3d(config) => config.check(),
        }
    }

    fn build(
        config: &NetworkConfig,
        seed: u64,
        mut parameters: Parameters,
    ) -> Result<Self, VesselsegError> {
        let builder = &mut parameters.builder(seed);
        let layers = match config {
            NetworkConfig::DeepVesselNet(config) => {
                Layers::DeepVesselNet(VesselNet::new(builder, config)?)
            }
            NetworkConfig::Unet3d(config) => Layers::Unet3d(Unet3d::new(builder, config)?),
        };
        Ok(Self {
            config: config.clone(),
            parameters,
            layers,
        })
    }

    /// Weights without our metadata can only be those of a DeepVesselNet.
    fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<NetworkConfig, VesselsegError> {
        VesselNetConfig::infer(shapes).map(NetworkConfig::from)
    }

    fn config(&self) -> &NetworkConfig {
        &self.config
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, VesselsegError> {
        Ok(match &self.layers {
            Layers::DeepVesselNet(net) => net.forward(x, mode)?,
            Layers::Unet3d(net) => net.forward(x, mode)?,
        })
    }

    fn set_convolutions(&mut self, method: ConvolutionMethod) {
        match &mut self.layers {
            Layers::DeepVesselNet(net) => net.set_method(method),
            Layers::Unet3d(net) => net.set_method(method),
        }
    }

    fn set_recomputing(&mut self, recomputing: bool) {
        match &mut self.layers {
            Layers::DeepVesselNet(net) => net.set_recomputing(recomputing),
            Layers::Unet3d(net) => net.set_recomputing(recomputing),
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    /// Numbers of parameters of the authors' network, counted by PyTorch.
    #[test]
    fn the_papers_networks_have_the_published_numbers_of_parameters() {
        for (norm, count) in [(false, 58_656), (true, 58_816)] {
            let config = VesselNetConfig::gerl2020(norm);
            let network = Network::new(&config.clone().into(), 0).unwrap();
            assert_eq!(
                (config.parameters(), network.parameters().count()),
                (count, count)
            );
            assert_eq!(config.halo(), 6);
        }
    }

    /// By hand: windows of 5 have 75 instead of 125 weights, so 58,656 − 50 · (5 · 10 + 10 · 20); windows of 3 have 27 in
    /// both cases.
    #[test]
    fn cross_hair_filters_have_fewer_parameters() {
        for (norm, count) in [(false, 46_156), (true, 46_316)] {
            let config = crossed(norm);
            let network = Network::new(&config.clone().into(), 0).unwrap();
            assert_eq!(config.parameters(), count);
            assert_eq!(network.parameters().count(), count);
        }
    }

    fn crossed(norm: bool) -> VesselNetConfig {
        VesselNetConfig {
            filter: Filter::CrossHair,
            ..VesselNetConfig::gerl2020(norm)
        }
    }

    #[test]
    fn a_network_of_cross_hair_filters_is_inferred_from_its_weights() {
        for norm in [false, true] {
            let network = Network::new(&crossed(norm).into(), 3).unwrap();
            let mut weights = network.parameters().snapshot().unwrap();
            let again = Network::from_weights(&weights).unwrap();
            assert_eq!(again.config(), &crossed(norm).into());
            weights.remove("layers.2.block.0.zx.weight");
            let error = Network::from_weights(&weights).unwrap_err().to_string();
            assert!(
                error.ends_with("missing layers.2.block.0.zx.weight"),
                "{error}"
            );
        }
    }

    /// A whole scan in tiles, with streamed norms, against one pass over the whole scan.
    #[test]
    fn a_scan_in_tiles_is_one_pass_over_it_whatever_the_filters() {
        use crate::blocks::{Blocks, Region};
        use crate::sweep::Sweep;
        for filter in [Filter::Cubic, Filter::CrossHair] {
            let config = VesselNetConfig {
                filter,
                ..VesselNetConfig::gerl2020(true)
            };
            let network = Network::new(&config.into(), 5).unwrap();
            let value = |x: isize, y: isize, z: isize, c: usize| {
                let inside = (0..9).contains(&x) && (0..8).contains(&y) && (0..7).contains(&z);
                let noise = (x * 31 + y * 17 + z * 7 + 5 * c as isize).rem_euclid(101);
                if inside { noise as f32 } else { 0.0 }
            };
            let patch = |region: &Region| {
                let [xs, ys, zs] = region.clone();
                let mut values = Vec::new();
                for c in 0..2 {
                    for z in zs.clone() {
                        for y in ys.clone() {
                            values.extend(xs.clone().map(|x| value(x, y, z, c)));
                        }
                    }
                }
                values
            };
            let whole = patch(&[-6..15, -6..14, -6..13]);
            let x = Tensor::from_vec(whole, (1, 2, 19, 20, 21), &Device::Cpu).unwrap();
            let whole = network.forward(&x, &Mode::Evaluation).unwrap();
            let whole = whole
                .squeeze(0)
                .unwrap()
                .squeeze(0)
                .unwrap()
                .to_vec3::<f32>()
                .unwrap();
            let sweep = Sweep {
                network: &network,
                blocks: Blocks::WHOLE,
                tile: [4, 5, 3],
                shape: [9, 8, 7],
            };
            let mut seen = 0;
            let mut sink = |tile: &Region, logits: &[f32]| {
                let [xs, ys, zs] = tile.clone();
                let places = zs.flat_map(|z| {
                    let xs = xs.clone();
                    ys.clone()
                        .flat_map(move |y| xs.clone().map(move |x| (z, y, x)))
                });
                for ((z, y, x), logit) in places.zip(logits) {
                    let expected = whole[z as usize][y as usize][x as usize];
                    assert!((logit - expected).abs() < 1e-4, "{logit} {expected}");
                    seen += 1;
                }
            };
            sweep.run(&patch, &mut sink, &mut |_, _| true).unwrap();
            assert_eq!(seen, 9 * 8 * 7);
        }
    }

    #[test]
    fn a_network_is_inferred_from_its_weights_and_missing_weights_are_listed() {
        for norm in [false, true] {
            let config = VesselNetConfig::gerl2020(norm);
            let network = Network::new(&config.clone().into(), 3).unwrap();
            let mut weights = network.parameters().snapshot().unwrap();
            let again = Network::from_weights(&weights).unwrap();
            assert_eq!(again.config(), &config.into());
            for lost in ["layers.2.block.0.weight", "layers.4.bias"] {
                weights.remove(lost);
            }
            let error = Network::from_weights(&weights).unwrap_err().to_string();
            assert!(
                error.ends_with("missing layers.2.block.0.weight, layers.4.bias"),
                "{error}"
            );
        }
    }

    #[test]
    fn other_weights_are_refused_by_name() {
        let tensor = Tensor::ones(3, candle_core::DType::F32, &Device::Cpu).unwrap();
        let weights = BTreeMap::from([("down_path.0.block.0.weight".to_owned(), tensor)]);
        let error = Network::from_weights(&weights).unwrap_err().to_string();
        assert!(error.contains("down_path.0.block.0.weight"), "{error}");
    }

    #[test]
    fn tiles_of_wide_networks_shrink_until_they_fit_memory() {
        let paper = VesselNetConfig::gerl2020(false);
        let of = |config: &VesselNetConfig| NetworkConfig::from(config.clone());
        assert_eq!(of(&paper).tile([128, 128, 64]), [128, 128, 64]);
        let wide = VesselNetConfig {
            channels: vec![4096; 4],
            ..paper
        };
        let [x, y, z] = of(&wide).tile([128, 128, 64]);
        assert!((x + 12) * (y + 12) * (z + 12) * 4096 <= 1 << 28);
        assert!(x > 8 && y > 8 && z > 8, "{x} {y} {z}");
    }

    #[test]
    fn invalid_sizes_are_refused() {
        let paper = VesselNetConfig::gerl2020(true);
        let bad = [
            VesselNetConfig {
                in_channels: 0,
                ..paper.clone()
            },
            VesselNetConfig {
                channels: vec![],
                ..paper.clone()
            },
            VesselNetConfig {
                kernels: vec![3, 4, 5, 3],
                ..paper.clone()
            },
            VesselNetConfig {
                kernels: vec![3],
                ..paper.clone()
            },
            VesselNetConfig {
                kernels: vec![31; 4],
                ..paper.clone()
            },
            VesselNetConfig {
                groups: Some(3),
                ..paper.clone()
            },
            VesselNetConfig {
                groups: Some(0),
                ..paper.clone()
            },
            VesselNetConfig {
                channels: vec![4096; 4],
                groups: None,
                ..paper
            },
        ];
        for config in bad {
            assert!(
                Network::new(&config.clone().into(), 0).is_err(),
                "{config:?}"
            );
        }
    }
}
