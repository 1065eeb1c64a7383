//! Weights files: a network, its weights, and the settings to apply it.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::NeuralNetwork;
use rsom_weights::Metadata;

use crate::postprocess::Postprocess;
use crate::slices::InputScaling;
use crate::{LayersegError, Network, NetworkConfig, OddSlices};

const FORMAT: &str = "rsom-layerseg 1";
const WHAT: &str = "the weights of a layer network";
/// Metadata key of the [`PredictDefaults`].
const DEFAULTS_KEY: &str = "applied";
/// Metadata key of the channel names.
const CHANNELS_KEY: &str = "channels";

/// A trained network and the settings to apply it.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// Scaling of intensities to network input.
    pub scaling: InputScaling,
    /// Names of the channels of the training scans, in the order of the network's input, if known.
    pub channels: Option<Vec<String>>,
    /// Default for the first B-scan of an odd number of B-scans, as in the software that the weights come from.
    pub odd_slices: OddSlices,
    /// Default cleaning of the masks.
    pub postprocess: Postprocess,
}

/// Default settings of prediction for original weights. Files of our own training do not contain them.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PredictDefaults {
    odd_slices: OddSlices,
    postprocess: Postprocess,
}

impl Model {
    /// Reads a weights file: one of [`to_bytes`], or the PyTorch state dict (`.pt`, or converted to safetensors) of the
    /// original networks.
    ///
    /// Without our metadata, the network is inferred from names and shapes, and the settings from the number of classes. The
    /// released weights with two classes: offset 127, [`OddSlices::Repeat`], [`Postprocess::Gerl2019`]. Weights with one
    /// logit: intensities unchanged, [`OddSlices::Predict`], [`Postprocess::None`].
    ///
    /// # Errors
    /// Returns an error if the bytes are not a weights file, if the weights belong to another network, or if weights are NaN
    /// or infinite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LayersegError> {
        let file = rsom_weights::from_bytes(bytes)?;
        rsom_weights::require_finite(&file.tensors)?;
        let metadata = &file.metadata;
        if metadata.require_format(&[FORMAT], WHAT)?.is_none() {
            return Ok(Self::of_original(Network::from_weights(&file.tensors)?));
        }
        let config: NetworkConfig = metadata.get("network")?;
        let defaults = metadata.find(DEFAULTS_KEY)?.unwrap_or(PredictDefaults {
            odd_slices: OddSlices::Predict,
            postprocess: Postprocess::Rsom,
        });
        Ok(Self {
            network: Network::with_weights(&config, &file.tensors)?,
            scaling: metadata.get("input")?,
            channels: metadata.find(CHANNELS_KEY)?,
            odd_slices: defaults.odd_slices,
            postprocess: defaults.postprocess,
        })
    }

    /// Serializes the model to the bytes of a weights file. `provenance` is JSON text, stored in the metadata under `rsom`.
    ///
    /// # Errors
    /// Returns an error if weights cannot be copied to the CPU.
    pub fn to_bytes(&self, provenance: &str) -> Result<Vec<u8>, LayersegError> {
        let defaults = PredictDefaults {
            odd_slices: self.odd_slices,
            postprocess: self.postprocess,
        };
        let metadata = metadata(self.network.config(), self.input(), provenance)?;
        let metadata = metadata.with(DEFAULTS_KEY, &defaults)?;
        let tensors = self.network.parameters().snapshot()?;
        Ok(rsom_weights::to_bytes(&tensors, &metadata)?)
    }

    fn input(&self) -> NetworkInput<'_> {
        NetworkInput {
            scaling: self.scaling,
            channels: self.channels.as_deref(),
        }
    }

    fn of_original(network: Network) -> Self {
        let released = network.config().classes() == 2;
        let two = network.config().in_channels() == 2;
        Self {
            // The original code puts LF into the red channel and HF into the green one.
            channels: two.then(|| vec!["LF".to_owned(), "HF".to_owned()]),
            network,
            scaling: InputScaling {
                offset: if released { 127.0 } else { 0.0 },
                scale: 1.0,
            },
            odd_slices: if released {
                OddSlices::Repeat
            } else {
                OddSlices::Predict
            },
            // The original training code does not clean masks; the released pipeline does.
            postprocess: if released {
                Postprocess::Gerl2019
            } else {
                Postprocess::None
            },
        }
    }
}

/// The input of a network.
#[derive(Debug, Clone, Copy)]
pub struct NetworkInput<'a> {
    /// Scaling of intensities.
    pub scaling: InputScaling,
    /// Names of the channels in order, if known.
    pub channels: Option<&'a [String]>,
}

/// Serializes weights to the bytes of a weights file (safetensors). The metadata hold kind and size of the network, the
/// scaling and the channels of its input, and under `rsom` the `provenance` (JSON text).
///
/// # Errors
/// Returns an error if a weight is not `f32`.
pub fn to_bytes(
    weights: &BTreeMap<String, Tensor>,
    network: &NetworkConfig,
    input: NetworkInput<'_>,
    provenance: &str,
) -> Result<Vec<u8>, LayersegError> {
    let metadata = metadata(network, input, provenance)?;
    Ok(rsom_weights::to_bytes(weights, &metadata)?)
}

fn metadata(
    network: &NetworkConfig,
    input: NetworkInput<'_>,
    provenance: &str,
) -> Result<Metadata, LayersegError> {
    let mut metadata = Metadata::of_format(FORMAT)
        .with("network", network)?
        .with("input", &input.scaling)?;
    if let Some(channels) = input.channels {
        metadata = metadata.with(CHANNELS_KEY, &channels)?;
    }
    Ok(metadata.with_provenance(provenance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fcn7Config, UnetConfig};

    const PLAIN: NetworkInput<'_> = NetworkInput {
        scaling: InputScaling::IDENTITY,
        channels: None,
    };

    fn configs() -> [NetworkConfig; 2] {
        let unet = UnetConfig {
            in_channels: 2,
            classes: 1,
            depth: 3,
            width: 3,
            dropout: 0.1,
        };
        let fcn = Fcn7Config {
            in_channels: 1,
            classes: 2,
            channels: vec![3, 5],
        };
        [NetworkConfig::Unet(unet), NetworkConfig::Fcn7(fcn)]
    }

    fn weights_of(config: &NetworkConfig) -> BTreeMap<String, Tensor> {
        let network = Network::new(config, 5).unwrap();
        network.parameters().snapshot().unwrap()
    }

    #[test]
    fn a_weights_file_restores_its_network_and_scaling() {
        let scaling = InputScaling {
            offset: 3.5,
            scale: 1.0 / 255.0,
        };
        let names = ["LF".to_owned(), "HF".to_owned()];
        for (config, channels) in configs().iter().zip([Some(&names[..]), None]) {
            let input = NetworkInput { scaling, channels };
            let weights = weights_of(config);
            let bytes = to_bytes(&weights, config, input, "{}").unwrap();
            let model = Model::from_bytes(&bytes).unwrap();
            assert_eq!(model.network.config(), config);
            assert_eq!(model.scaling, scaling);
            assert_eq!(model.channels.as_deref(), channels);
            let again = model.network.parameters().snapshot().unwrap();
            assert_eq!(to_bytes(&again, config, input, "{}").unwrap(), bytes);
        }
    }

    #[test]
    fn without_metadata_the_number_of_classes_determines_the_scaling() {
        for (config, offset) in configs().iter().zip([0.0, 127.0]) {
            let bytes = rsom_weights::to_bytes(&weights_of(config), &Metadata::default()).unwrap();
            let model = Model::from_bytes(&bytes).unwrap();
            assert_eq!(model.scaling, InputScaling { offset, scale: 1.0 });
            assert_eq!(model.network.config().multiple(), config.multiple());
        }
    }

    #[test]
    fn imported_weights_are_applied_as_the_original_ones() {
        for (config, postprocess) in configs()
            .iter()
            .zip([Postprocess::None, Postprocess::Gerl2019])
        {
            let original =
                rsom_weights::to_bytes(&weights_of(config), &Metadata::default()).unwrap();
            let original = Model::from_bytes(&original).unwrap();
            assert_eq!(original.postprocess, postprocess);
            let imported = Model::from_bytes(&original.to_bytes("{}").unwrap()).unwrap();
            assert_eq!(imported.postprocess, original.postprocess);
            assert_eq!(imported.odd_slices, original.odd_slices);
            assert_eq!(imported.scaling, original.scaling);
        }
        let ours = to_bytes(&weights_of(&configs()[0]), &configs()[0], PLAIN, "");
        let ours = Model::from_bytes(&ours.unwrap()).unwrap();
        assert_eq!(ours.postprocess, Postprocess::Rsom);
    }

    #[test]
    fn weights_that_are_no_numbers_are_refused_by_name() {
        let [config, _] = configs();
        let mut weights = weights_of(&config);
        let nan = (weights["last.bias"].clone() * f64::NAN).unwrap();
        weights.insert("last.bias".into(), nan);
        let bytes = to_bytes(&weights, &config, PLAIN, "").unwrap();
        let error = Model::from_bytes(&bytes).unwrap_err().to_string();
        assert!(error.contains("last.bias"), "{error}");
    }

    #[test]
    fn metadata_that_contradict_the_weights_are_refused() {
        let [unet, fcn] = configs();
        let bytes = to_bytes(&weights_of(&unet), &fcn, PLAIN, "").unwrap();
        assert!(Model::from_bytes(&bytes).is_err());
        let with_format = |format: &str| {
            let metadata = Metadata::of_format(format);
            rsom_weights::to_bytes(&weights_of(&unet), &metadata).unwrap()
        };
        let error = Model::from_bytes(&with_format("rsom-other 3"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("rsom-other 3"), "{error}");
        // The format that the safetensors library writes for PyTorch's tensors.
        assert!(Model::from_bytes(&with_format("pt")).is_ok());
    }
}
