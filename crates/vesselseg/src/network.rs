//! DeepVesselNet (Tetteh et al. 2020), as the paper's authors use it.

mod config;
mod window;

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::layers::{Conv3d, CrossHair3d, GroupNorm};
use rsom_nn::ops::{Conv3dConfig, ConvolutionMethod};
use rsom_nn::{Mode, NeuralNetwork, Parameters, recomputed};

pub use config::{Filter, VesselNetConfig};
pub(crate) use window::Window;

use crate::VesselsegError;

/// The network and its parameters: valid cubic convolutions, each with ReLU, group norm after all but the first if
/// configured, and a 1 × 1 × 1 convolution to one logit.
///
/// Parameters are named as in the authors' PyTorch code: `layers.<n>.block.0` (convolution), `layers.<n>.block.2` (group
/// norm), and `layers.4` for the last of five. Cross-hair filters have `layers.<n>.block.0.zy.weight`, `zx.weight` and
/// `yx.weight` in place of one weight.
#[derive(Debug, Clone)]
pub struct VesselNet {
    config: VesselNetConfig,
    parameters: Parameters,
    layers: Vec<Layer>,
    last: Conv3d,
    recomputing: bool,
}

/// A convolution with ReLU, and the norm after it.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub conv: Window,
    pub norm: Option<GroupNorm>,
}

impl VesselNet {
    /// The convolutions with ReLU and their norms.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The convolution to the logit.
    pub(crate) fn last(&self) -> &Conv3d {
        &self.last
    }
}

impl NeuralNetwork for VesselNet {
    type Config = VesselNetConfig;
    type Error = VesselsegError;

    fn check(config: &VesselNetConfig) -> Result<(), VesselsegError> {
        config.check()
    }

    fn build(
        config: &VesselNetConfig,
        seed: u64,
        mut parameters: Parameters,
    ) -> Result<Self, VesselsegError> {
        let mut builder = parameters.builder(seed);
        let mut layers = Vec::with_capacity(config.channels.len());
        let mut inputs = config.in_channels;
        for (index, (outputs, kernel)) in config.channels.iter().zip(&config.kernels).enumerate() {
            let mut place = builder.at(format_args!("layers.{index}.block"));
            let relu = Conv3dConfig {
                relu: true,
                ..Conv3dConfig::default()
            };
            let pair = [inputs, *outputs];
            let conv = match config.filter {
                Filter::Cubic => {
                    Window::Cubic(Conv3d::new(&mut place.at(0), pair, [*kernel; 3], relu)?)
                }
                Filter::CrossHair => {
                    Window::CrossHair(CrossHair3d::new(&mut place.at(0), pair, *kernel, relu)?)
                }
            };
            let norm = match config.groups {
                Some(groups) if index > 0 => {
                    Some(GroupNorm::new(&mut place.at(2), *outputs, groups)?)
                }
                _ => None,
            };
            layers.push(Layer { conv, norm });
            inputs = *outputs;
        }
        let place = &mut builder.at(format_args!("layers.{}", layers.len()));
        let last = Conv3d::new(place, [inputs, 1], [1; 3], Conv3dConfig::default())?;
        Ok(Self {
            config: config.clone(),
            parameters,
            layers,
            last,
            recomputing: false,
        })
    }

    fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<VesselNetConfig, VesselsegError> {
        VesselNetConfig::infer(shapes)
    }

    fn config(&self) -> &VesselNetConfig {
        &self.config
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Logits of shape (batch, 1, z − 2h, y − 2h, x − 2h) for input of shape (batch, channels, z, y, x), h being
    /// [`VesselNetConfig::halo`]. Norms take their statistics from each image of the batch as a whole.
    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, VesselsegError> {
        let mut x = x.clone();
        for layer in &self.layers {
            x = match self.recomputing {
                true => {
                    let (layer, mode) = (layer.clone(), *mode);
                    recomputed(&[&x], move |inputs| layer.forward(&inputs[0], &mode))?
                }
                false => layer.forward(&x, mode)?,
            };
        }
        Ok(self.last.forward(&x, mode)?)
    }

    fn set_convolutions(&mut self, method: ConvolutionMethod) {
        for layer in &mut self.layers {
            layer.conv.set_method(method);
        }
        self.last.set_method(method);
    }

    fn set_recomputing(&mut self, recomputing: bool) {
        self.recomputing = recomputing;
    }
}

impl Layer {
    fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let x = self.conv.forward(x, mode)?;
        match &self.norm {
            Some(norm) => norm.forward(&x, mode),
            None => Ok(x),
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    /// Counts of the authors' network as PyTorch gives them.
    #[test]
    fn the_papers_networks_have_the_published_numbers_of_parameters() {
        for (norm, count) in [(false, 58_656), (true, 58_816)] {
            let config = VesselNetConfig::gerl2020(norm);
            let network = VesselNet::new(&config, 0).unwrap();
            assert_eq!(
                (config.parameters(), network.parameters().count()),
                (count, count)
            );
            assert_eq!(config.halo(), 6);
        }
    }

    /// By hand: windows of 5 have 75 weights in place of 125, so 58,656 less 50 · (5 · 10 + 10 · 20); those of 3 have 27 either way.
    #[test]
    fn cross_hair_filters_have_fewer_parameters() {
        for (norm, count) in [(false, 46_156), (true, 46_316)] {
            let config = crossed(norm);
            let network = VesselNet::new(&config, 0).unwrap();
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
    fn a_network_of_cross_hair_filters_is_told_from_its_weights() {
        for norm in [false, true] {
            let network = VesselNet::new(&crossed(norm), 3).unwrap();
            let mut weights = network.parameters().snapshot().unwrap();
            let again = VesselNet::from_weights(&weights).unwrap();
            assert_eq!(again.config(), &crossed(norm));
            weights.remove("layers.2.block.0.zx.weight");
            let error = VesselNet::from_weights(&weights).unwrap_err().to_string();
            assert!(
                error.ends_with("missing layers.2.block.0.zx.weight"),
                "{error}"
            );
        }
    }

    /// A whole scan in tiles, with streamed norms, against one pass over all of it.
    #[test]
    fn a_scan_in_tiles_is_one_pass_over_it_whatever_the_filters() {
        use crate::blocks::{Blocks, Region};
        use crate::sweep::Sweep;
        for filter in [Filter::Cubic, Filter::CrossHair] {
            let config = VesselNetConfig {
                filter,
                ..VesselNetConfig::gerl2020(true)
            };
            let network = VesselNet::new(&config, 5).unwrap();
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
            let mut put = |tile: &Region, logits: &[f32]| {
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
            sweep.run(&patch, &mut put, &mut |_, _| true).unwrap();
            assert_eq!(seen, 9 * 8 * 7);
        }
    }

    #[test]
    fn a_network_is_told_from_its_weights_and_a_partial_file_is_compared_by_name() {
        for norm in [false, true] {
            let config = VesselNetConfig::gerl2020(norm);
            let network = VesselNet::new(&config, 3).unwrap();
            let mut weights = network.parameters().snapshot().unwrap();
            let again = VesselNet::from_weights(&weights).unwrap();
            assert_eq!(again.config(), &config);
            for lost in ["layers.2.block.0.weight", "layers.4.bias"] {
                weights.remove(lost);
            }
            let error = VesselNet::from_weights(&weights).unwrap_err().to_string();
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
        let error = VesselNet::from_weights(&weights).unwrap_err().to_string();
        assert!(error.contains("down_path.0.block.0.weight"), "{error}");
    }

    #[test]
    fn tiles_of_wide_networks_shrink_until_they_fit_memory() {
        let paper = VesselNetConfig::gerl2020(false);
        assert_eq!(paper.tile([128, 128, 64]), [128, 128, 64]);
        let wide = VesselNetConfig {
            channels: vec![4096; 4],
            ..paper
        };
        let [x, y, z] = wide.tile([128, 128, 64]);
        assert!((x + 12) * (y + 12) * (z + 12) * 4096 <= 1 << 28);
        assert!(x > 8 && y > 8 && z > 8, "{x} {y} {z}");
    }

    #[test]
    fn sizes_that_make_no_network_are_refused() {
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
            assert!(VesselNet::new(&config, 0).is_err(), "{config:?}");
        }
    }
}
