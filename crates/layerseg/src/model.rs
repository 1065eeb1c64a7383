//! Weights files: a network's weights with all that is needed to apply them.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::weights;

use crate::slices::InputScaling;
use crate::{LayersegError, Network, NetworkConfig, OddSlices};

const FORMAT: &str = "rsom-layerseg 1";

/// A trained network and the scaling of its input.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// From intensities to network input.
    pub scaling: InputScaling,
    /// How the software that the weights were made for treats the first of an odd number of B-scans.
    pub odd_slices: OddSlices,
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
        let file = weights::from_bytes(bytes)?;
        for (name, tensor) in &file.tensors {
            refuse_non_finite(name, tensor)?;
        }
        match file.metadata.get("format").map(String::as_str) {
            Some(FORMAT) => {}
            Some(other) if other.starts_with("rsom") => {
                return Err(LayersegError::Network(format!(
                    "this is a file of format '{other}', not the weights of a layer network ('{FORMAT}')"
                )));
            }
            _ => return Ok(Self::of_original(Network::from_weights(&file.tensors)?)),
        }
        let config: NetworkConfig = parse(&file.metadata, "network")?;
        Ok(Self {
            network: Network::with_weights(&config, &file.tensors)?,
            scaling: parse(&file.metadata, "input")?,
            odd_slices: OddSlices::Predict,
        })
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
    let json = |value: serde_json::Result<String>| {
        value.map_err(|e| LayersegError::Network(format!("metadata: {e}")))
    };
    let metadata = [
        ("format", FORMAT.to_owned()),
        ("network", json(serde_json::to_string(network))?),
        ("input", json(serde_json::to_string(&scaling))?),
        ("rsom", provenance.to_owned()),
    ];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value));
    Ok(weights::to_bytes(weights, &metadata.into())?)
}

fn refuse_non_finite(name: &str, tensor: &Tensor) -> Result<(), LayersegError> {
    if !tensor.dtype().is_float() {
        return Ok(());
    }
    let values: Vec<f64> = tensor
        .to_dtype(candle_core::DType::F64)?
        .flatten_all()?
        .to_vec1()?;
    match values.iter().filter(|v| !v.is_finite()).count() {
        0 => Ok(()),
        count => Err(LayersegError::Network(format!(
            "{count} of the weights '{name}' are NaN or infinite"
        ))),
    }
}

fn parse<T: serde::de::DeserializeOwned>(
    metadata: &BTreeMap<String, String>,
    key: &str,
) -> Result<T, LayersegError> {
    let text = metadata.get(key).map_or("", String::as_str);
    serde_json::from_str(text)
        .map_err(|e| LayersegError::Network(format!("the metadata '{key}' is wrong: {e}")))
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
            let bytes = weights::to_bytes(&weights_of(config), &BTreeMap::new()).unwrap();
            let model = Model::from_bytes(&bytes).unwrap();
            assert_eq!(model.scaling, InputScaling { offset, scale: 1.0 });
            assert_eq!(model.network.config().multiple(), config.multiple());
        }
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
            let metadata = BTreeMap::from([("format".to_owned(), format.to_owned())]);
            weights::to_bytes(&weights_of(&unet), &metadata).unwrap()
        };
        let error = Model::from_bytes(&with_format("rsom-other 3"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("rsom-other 3"), "{error}");
        // What the safetensors library writes beside PyTorch's tensors.
        assert!(Model::from_bytes(&with_format("pt")).is_ok());
    }
}
