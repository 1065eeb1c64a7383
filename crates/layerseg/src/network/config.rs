//! Kind and size of a network, given or inferred from the names and shapes of its weights.

use std::collections::BTreeMap;

use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

use crate::LayersegError;

/// Largest number of parameters of a network; the U-Net of the paper has 31 million.
const MOST_PARAMETERS: usize = 1 << 30;

/// Kind and size of a network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum NetworkConfig {
    /// The U-Net.
    Unet(UnetConfig),
    /// The fully convolutional network, seven layers in the paper.
    Fcn7(Fcn7Config),
}

/// Size of a U-Net.
///
/// The parameters of a command do not include the channels and the classes: they follow from the scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct UnetConfig {
    /// Channels of the scan.
    #[parameter(skip)]
    pub in_channels: usize,
    /// Logits per pixel: 1, or 2 for the released weights.
    #[parameter(skip)]
    pub classes: usize,
    /// Levels of the U-Net, including the deepest; B-scans are cropped to multiples of 2^(depth - 1) (the paper: 5).
    #[parameter(default = 5, min = 1, max = 12)]
    pub depth: usize,
    /// Channels of the first level of the U-Net, doubled at each deeper level (the paper: 64).
    #[parameter(default = 64, min = 1, max = 4096)]
    pub width: usize,
    /// Dropout probability after each concatenation of the U-Net except the deepest (the paper: 0.5).
    #[parameter(default = 0.5, min = 0, below = 1)]
    pub dropout: f32,
}

/// Size of a fully convolutional network.
///
/// The parameters of a command do not include the channels and the classes: they follow from the scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct Fcn7Config {
    /// Channels of the scan.
    #[parameter(skip)]
    pub in_channels: usize,
    /// Logits per pixel.
    #[parameter(skip)]
    pub classes: usize,
    /// Output channels of each 5×5 convolution of the FCN: 1 to 64 numbers (the paper: 8,16,24,32,64,128).
    #[parameter(default = [8, 16, 24, 32, 64, 128], min = 1, max = 4096, check = convolutions)]
    pub channels: Vec<usize>,
}

/// The U-Net of the paper, for scans of one channel.
impl Default for NetworkConfig {
    fn default() -> Self {
        Self::Unet(UnetConfig {
            in_channels: 1,
            classes: 1,
            depth: 5,
            width: 64,
            dropout: 0.5,
        })
    }
}

fn convolutions(channels: &[usize]) -> Result<(), String> {
    match channels.len() {
        1..=64 => Ok(()),
        other => Err(format!(
            "{other} numbers are given; give 1 to 64, one for each convolution"
        )),
    }
}

impl NetworkConfig {
    /// Channels of the scan.
    #[must_use]
    pub fn in_channels(&self) -> usize {
        match self {
            Self::Unet(config) => config.in_channels,
            Self::Fcn7(config) => config.in_channels,
        }
    }

    /// Logits per pixel.
    #[must_use]
    pub fn classes(&self) -> usize {
        match self {
            Self::Unet(config) => config.classes,
            Self::Fcn7(config) => config.classes,
        }
    }

    /// Both extents of the input must be multiples of this number: 2^(depth − 1) for a U-Net, 1 for an FCN.
    #[must_use]
    pub fn multiple(&self) -> usize {
        match self {
            Self::Unet(config) => 1 << (config.depth - 1),
            Self::Fcn7(_) => 1,
        }
    }

    /// Checks the sizes.
    ///
    /// # Errors
    /// Returns [`LayersegError::Network`] with the name of the first invalid size.
    pub fn check(&self) -> Result<(), LayersegError> {
        let refuse = |what: String| Err(LayersegError::Network(what));
        if !(1..=4096).contains(&self.in_channels()) {
            return refuse(format!(
                "in_channels must be from 1 to 4096, not {}",
                self.in_channels()
            ));
        }
        if !(1..=2).contains(&self.classes()) {
            return refuse(format!("classes must be 1 or 2, not {}", self.classes()));
        }
        let sizes = match self {
            Self::Unet(config) => Parameters::check(config),
            Self::Fcn7(config) => Parameters::check(config),
        };
        sizes.map_err(|fault| LayersegError::Network(fault.to_string()))?;
        match self.parameters() {
            most if most > MOST_PARAMETERS => refuse(format!(
                "the network would have {most} parameters, but at most {MOST_PARAMETERS} are allowed; choose a smaller size"
            )),
            _ => Ok(()),
        }
    }

    /// Number of trainable parameters (running statistics are not counted).
    #[must_use]
    pub fn parameters(&self) -> usize {
        let conv = |from: usize, to: usize, taps: usize| from * to * taps + to;
        match self {
            Self::Unet(config) => {
                let norm = |width: usize| 2 * width;
                let block = |from: usize, to: usize| {
                    conv(from, to, 9) + norm(to) + conv(to, to, 9) + norm(to)
                };
                let width = |level: usize| config.width << level;
                let down: usize = (1..config.depth)
                    .map(|level| block(width(level - 1), width(level)))
                    .sum();
                let up: usize = (1..config.depth)
                    .map(|level| {
                        conv(width(level), width(level - 1), 4)
                            + block(width(level), width(level - 1))
                    })
                    .sum();
                block(config.in_channels, config.width)
                    + down
                    + up
                    + conv(config.width, config.classes, 1)
            }
            Self::Fcn7(config) => {
                let mut from = config.in_channels;
                let mut total = 0;
                for (layer, to) in config.channels.iter().enumerate() {
                    total += conv(from, *to, 25) + if layer > 0 { 2 * to } else { 0 };
                    from = *to;
                }
                total + conv(from, config.classes, 1)
            }
        }
    }

    /// Infers kind and size from the names and shapes of weights, as in a PyTorch state dict.
    ///
    /// If weights are missing, their sizes are guessed from the others, so that a later comparison can list the missing
    /// names. Dropout cannot be inferred from weights; it is set to 0.5 as in the paper.
    ///
    /// # Errors
    /// Returns [`LayersegError::Network`] if the weights belong neither to a U-Net nor to an FCN.
    pub fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<Self, LayersegError> {
        let known = Shapes(shapes);
        let unet = known.run("down_path.", ".block.0.weight");
        let layers = known.run("layers.", ".block.0.weight");
        let config = match (unet.first(), layers.first()) {
            (Some((Some(width), Some(in_channels))), _) => Self::Unet(UnetConfig {
                in_channels: *in_channels,
                classes: known.outputs("last").unwrap_or(1),
                depth: unet.len(),
                width: *width,
                dropout: 0.5,
            }),
            (_, Some((_, Some(in_channels)))) => Self::Fcn7(Fcn7Config {
                in_channels: *in_channels,
                classes: known
                    .outputs(&format!("layers.{}", layers.len()))
                    .unwrap_or(1),
                channels: layers.iter().map(|(out, _)| out.unwrap_or(1)).collect(),
            }),
            _ => {
                let found: Vec<&str> = shapes.keys().take(3).map(String::as_str).collect();
                return Err(LayersegError::Network(format!(
                    "these are not the weights of a layer network: there is no tensor down_path.0.block.0.weight (U-Net) or \
                     layers.0.block.0.weight (FCN) with four axes; the file has {} tensors: {found:?} …",
                    shapes.len()
                )));
            }
        };
        config.check()?;
        Ok(config)
    }
}

/// Names and shapes of the tensors in a file.
struct Shapes<'a>(&'a BTreeMap<String, Vec<usize>>);

impl Shapes<'_> {
    /// Output and input channels of the numbered convolutions `<before><n><after>`; `None` if a tensor is missing.
    fn run(&self, before: &str, after: &str) -> Vec<(Option<usize>, Option<usize>)> {
        let number = |name: &String| -> Option<usize> {
            let (number, _) = name.strip_prefix(before)?.split_once(".block.")?;
            number.parse().ok().filter(|n| *n < 4096)
        };
        let count = self.0.keys().filter_map(number).max().map_or(0, |n| n + 1);
        let channels = |n: usize| match self.0.get(&format!("{before}{n}{after}")) {
            Some(shape) => match shape.as_slice() {
                [out, into, _, _] => (Some(*out), Some(*into)),
                _ => (None, None),
            },
            None => (self.outputs(&format!("{before}{n}.block.0")), None),
        };
        (0..count).map(channels).collect()
    }

    /// Output channels of the convolution with the prefix `place`, from its weight or its bias.
    fn outputs(&self, place: &str) -> Option<usize> {
        let shape = |part: &str| self.0.get(&format!("{place}.{part}"));
        let shape = shape("weight").or_else(|| shape("bias"))?;
        shape.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use rsom_nn::NeuralNetwork;

    use super::*;

    fn unet(depth: usize, width: usize) -> NetworkConfig {
        NetworkConfig::Unet(UnetConfig {
            in_channels: 2,
            classes: 1,
            depth,
            width,
            dropout: 0.5,
        })
    }

    /// Numbers of parameters of the paper's networks, counted by PyTorch.
    #[test]
    fn the_papers_networks_have_the_published_numbers_of_parameters() {
        let counts = |config: &NetworkConfig| {
            let network = crate::Network::new(config, 0).unwrap();
            (config.parameters(), network.parameters().count())
        };
        assert_eq!(counts(&unet(5, 64)), (31_042_945, 31_042_945));
        let fcn = NetworkConfig::Fcn7(Fcn7Config {
            in_channels: 2,
            classes: 1,
            channels: vec![8, 16, 24, 32, 64, 128],
        });
        assert_eq!(counts(&fcn), (289_329, 289_329));
    }

    #[test]
    fn invalid_sizes_are_refused() {
        for bad in [unet(0, 4), unet(20, 4), unet(3, 0), unet(12, 4096)] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
        let none = NetworkConfig::Fcn7(Fcn7Config {
            in_channels: 1,
            classes: 1,
            channels: vec![],
        });
        assert!(none.check().is_err());
    }

    #[test]
    fn missing_weights_are_listed() {
        for (config, lost) in [
            (unet(3, 4), "last.weight"),
            (unet(3, 4), "down_path.2.block.3.bias"),
        ] {
            let network = crate::Network::new(&config, 0).unwrap();
            let mut weights = network.parameters().snapshot().unwrap();
            weights.remove(lost);
            let more = weights["up_path.0.up.bias"].clone();
            weights.insert("one.more".into(), more);
            let error = crate::Network::from_weights(&weights).unwrap_err();
            let expected =
                format!("the weights do not fit the network: missing {lost}; unknown one.more");
            assert_eq!(error.to_string(), expected);
        }
        let config = NetworkConfig::Fcn7(Fcn7Config {
            in_channels: 2,
            classes: 1,
            channels: vec![3, 4],
        });
        let network = crate::Network::new(&config, 0).unwrap();
        let mut weights = network.parameters().snapshot().unwrap();
        weights.remove("layers.1.block.0.weight");
        weights.remove("layers.2.bias");
        let error = crate::Network::from_weights(&weights)
            .unwrap_err()
            .to_string();
        assert!(
            error.ends_with("missing layers.1.block.0.weight, layers.2.bias"),
            "{error}"
        );
    }

    #[test]
    fn other_weights_are_refused_by_name() {
        let shapes = BTreeMap::from([("conv1.weight".to_owned(), vec![8, 1, 3, 3])]);
        let error = NetworkConfig::infer(&shapes).unwrap_err().to_string();
        assert!(error.contains("down_path.0.block.0.weight"), "{error}");
    }
}
