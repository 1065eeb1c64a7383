//! Weights files: a network's weights with all that is needed to apply them.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::NeuralNetwork;
use rsom_weights::Metadata;

use crate::postprocess::Postprocess;
use crate::slices::InputScaling;
use crate::{LayersegError, Network, NetworkConfig, OddSlices};

const FORMAT: &str = "rsom-layerseg 1";
const WHAT: &str = "the weights of a layer network";
/// Key of the metadata that say how original weights are applied.
const APPLIED: &str = "applied";

/// A trained network and the scaling of its input.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// From intensities to network input.
    pub scaling: InputScaling,
    /// How the software that the weights were made for treats the first of an odd number of B-scans.
    pub odd_slices: OddSlices,
    /// How its masks are cleaned, unless told otherwise.
    pub postprocess: Postprocess,
}

/// How original weights are applied; ours have none of this in their metadata.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Applied {
    odd_slices: OddSlices,
    postprocess: Postprocess,
}

impl Model {
    /// Reads a weights file: one of [`to_bytes`], or the PyTorch state dict (`.pt`, or converted to safetensors) of the
    /// original networks.
    ///
    /// Without our metadata the network is told from names and shapes, and the scaling from the number of classes: the
    /// released two-class weights take intensities minus 127 (and repeat the second B-scan in front of an even number),
    /// those with one logit take intensities as they are.
    ///
    /// # Errors
    /// Bytes that are no weights, weights of another network, NaN or infinite weights.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, LayersegError> {
        let file = rsom_weights::from_bytes(bytes)?;
        rsom_weights::require_finite(&file.tensors)?;
        let metadata = &file.metadata;
        if metadata.require_format(&[FORMAT], WHAT)?.is_none() {
            return Ok(Self::of_original(Network::from_weights(&file.tensors)?));
        }
        let config: NetworkConfig = metadata.get("network")?;
        let applied = metadata.find(APPLIED)?.unwrap_or(Applied {
            odd_slices: OddSlices::Predict,
            postprocess: Postprocess::Rsom,
        });
        Ok(Self {
            network: Network::with_weights(&config, &file.tensors)?,
            scaling: metadata.get("input")?,
            odd_slices: applied.odd_slices,
            postprocess: applied.postprocess,
        })
    }

    /// The bytes of a weights file that brings all of this back; as metadata under `rsom` where the weights come from (JSON
    /// text).
    ///
    /// # Errors
    /// None that a model of this crate can cause.
    pub fn to_bytes(&self, provenance: &str) -> Result<Vec<u8>, LayersegError> {
        let applied = Applied {
            odd_slices: self.odd_slices,
            postprocess: self.postprocess,
        };
        let metadata = metadata(self.network.config(), self.scaling, provenance)?;
        let metadata = metadata.with(APPLIED, &applied)?;
        let tensors = self.network.parameters().snapshot()?;
        Ok(rsom_weights::to_bytes(&tensors, &metadata)?)
    }

    fn of_original(network: Network) -> Self {
        let released = network.config().classes() == 2;
        Self {
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
            // The training code evaluates masks as they are, the released pipeline cleans them.
            postprocess: if released {
                Postprocess::Gerl2019
            } else {
                Postprocess::None
            },
        }
    }
}

/// The bytes of a weights file (safetensors): the weights, and as metadata the network's kind and size, the scaling of
/// its input, and under `rsom` where the weights come from (JSON text).
///
/// # Errors
/// None that weights of this crate can cause.
pub fn to_bytes(
    weights: &BTreeMap<String, Tensor>,
    network: &NetworkConfig,
    scaling: InputScaling,
    provenance: &str,
) -> Result<Vec<u8>, LayersegError> {
    let metadata = metadata(network, scaling, provenance)?;
    Ok(rsom_weights::to_bytes(weights, &metadata)?)
}

fn metadata(
    network: &NetworkConfig,
    scaling: InputScaling,
    provenance: &str,
) -> Result<Metadata, LayersegError> {
    let metadata = Metadata::of_format(FORMAT)
        .with("network", network)?
        .with("input", &scaling)?;
    Ok(metadata.with_provenance(provenance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fcn7Config, UnetConfig};

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
    fn a_weights_file_brings_its_network_and_scaling_back() {
        let scaling = InputScaling {
            offset: 3.5,
            scale: 1.0 / 255.0,
        };
        for config in configs() {
            let weights = weights_of(&config);
            let bytes = to_bytes(&weights, &config, scaling, "{}").unwrap();
            let model = Model::from_bytes(&bytes).unwrap();
            assert_eq!(model.network.config(), &config);
            assert_eq!(model.scaling, scaling);
            let again = model.network.parameters().snapshot().unwrap();
            assert_eq!(to_bytes(&again, &config, scaling, "{}").unwrap(), bytes);
        }
    }

    #[test]
    fn without_metadata_the_number_of_classes_tells_the_scaling() {
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
        let ours = to_bytes(
            &weights_of(&configs()[0]),
            &configs()[0],
            InputScaling::IDENTITY,
            "",
        );
        let ours = Model::from_bytes(&ours.unwrap()).unwrap();
        assert_eq!(ours.postprocess, Postprocess::Rsom);
    }

    #[test]
    fn weights_that_are_no_numbers_are_refused_by_name() {
        let [config, _] = configs();
        let mut weights = weights_of(&config);
        let nan = (weights["last.bias"].clone() * f64::NAN).unwrap();
        weights.insert("last.bias".into(), nan);
        let bytes = to_bytes(&weights, &config, InputScaling::IDENTITY, "").unwrap();
        let error = Model::from_bytes(&bytes).unwrap_err().to_string();
        assert!(error.contains("last.bias"), "{error}");
    }

    #[test]
    fn metadata_that_belie_the_weights_are_refused() {
        let [unet, fcn] = configs();
        let bytes = to_bytes(&weights_of(&unet), &fcn, InputScaling::IDENTITY, "").unwrap();
        assert!(Model::from_bytes(&bytes).is_err());
        let with_format = |format: &str| {
            let metadata = Metadata::of_format(format);
            rsom_weights::to_bytes(&weights_of(&unet), &metadata).unwrap()
        };
        let error = Model::from_bytes(&with_format("rsom-other 3"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("rsom-other 3"), "{error}");
        // What the safetensors library writes beside PyTorch's tensors.
        assert!(Model::from_bytes(&with_format("pt")).is_ok());
    }
}
