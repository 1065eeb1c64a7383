//! Weights files: a network, its weights, and the settings to apply it.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::{InputScaling, NeuralNetwork};
use rsom_weights::Metadata;
use serde::{Deserialize, Serialize};

use crate::{Blocks, Network, NetworkConfig, VesselsegError};

const FORMAT: &str = "rsom-vesselseg 2";
const WHAT: &str = "the weights of a vessel network";
/// The first file format, without input scaling and calibration: such files have unscaled input and are not calibrated.
const FIRST_FORMAT: &str = "rsom-vesselseg 1";
const CALIBRATION: &str = "calibration";
const CHANNELS: &str = "channels";
/// Threshold of the released weights.
const RELEASED_THRESHOLD: f32 = 0.97;

/// A trained network and the settings to apply it.
#[derive(Debug, Clone)]
pub struct Model {
    /// The network.
    pub network: Network,
    /// Probability threshold of vessels, from 0 to 1.
    pub threshold: f32,
    /// Blocks over which group norms take their statistics.
    pub blocks: Blocks,
    /// Scaling of intensities to network input.
    pub scaling: InputScaling,
    /// Names of the channels of the training scans, in the order of the network's input, if known.
    pub channels: Option<Vec<String>>,
    /// Source of the threshold, if it was calibrated.
    pub calibration: Option<Calibration>,
}

/// The scans on which a threshold was calibrated, and the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Name of the split or fold, if the scans come from a manifest.
    pub split: Option<String>,
    /// Names of the scans.
    pub scans: Vec<String>,
    /// Mean Dice score over the scans at the threshold, from 0 to 1.
    pub mean_dice: f64,
    /// Number of candidate thresholds.
    pub thresholds: usize,
}

impl Model {
    /// Reads a weights file: one of [`to_bytes`](Self::to_bytes), or the PyTorch state dict (`.pt`, or converted to
    /// safetensors) of the original network.
    ///
    /// For a state dict, the network is inferred from names and shapes. Its settings are those of the released pipeline:
    /// two blocks along x, threshold 0.97.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a weights file, if the weights belong to another network, or if weights are NaN
    /// or infinite.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, VesselsegError> {
        let file = rsom_weights::from_bytes(bytes)?;
        rsom_weights::require_finite(&file.tensors)?;
        let metadata = &file.metadata;
        let Some(format) = metadata.require_format(&[FORMAT, FIRST_FORMAT], WHAT)? else {
            let network = Network::from_weights(&file.tensors)?;
            let two = network.config().in_channels() == 2;
            return Ok(Self {
                network,
                // The original code puts LF into the red channel and HF into the green one.
                channels: two.then(|| vec!["LF".to_owned(), "HF".to_owned()]),
                threshold: RELEASED_THRESHOLD,
                blocks: Blocks::GERL2020,
                scaling: InputScaling::IDENTITY,
                calibration: None,
            });
        };
        let config: NetworkConfig = metadata.get("network")?;
        let network = Network::with_weights(&config, &file.tensors)?;
        let scaling = match format {
            FIRST_FORMAT => InputScaling::IDENTITY,
            _ => metadata.get("input")?,
        };
        Ok(Self {
            network,
            threshold: metadata.get("threshold")?,
            blocks: metadata.get("blocks")?,
            scaling,
            channels: metadata.find(CHANNELS)?,
            calibration: metadata.find(CALIBRATION)?,
        })
    }

    /// Serializes the model to the bytes of a weights file (safetensors). The metadata hold kind and size of the network, the
    /// threshold and its calibration, the blocks, the input scaling, and under `rsom` the `provenance` (JSON text).
    ///
    /// # Errors
    /// Returns an error if weights cannot be copied to the CPU.
    pub fn to_bytes(&self, provenance: &str) -> Result<Vec<u8>, VesselsegError> {
        let mut metadata = Metadata::of_format(FORMAT)
            .with("network", self.network.config())?
            .with("threshold", &self.threshold)?
            .with("blocks", &self.blocks)?
            .with("input", &self.scaling)?
            .with_provenance(provenance);
        if let Some(channels) = &self.channels {
            metadata = metadata.with(CHANNELS, channels)?;
        }
        if let Some(calibration) = &self.calibration {
            metadata = metadata.with(CALIBRATION, calibration)?;
        }
        let tensors: BTreeMap<String, Tensor> = self.network.parameters().snapshot()?;
        Ok(rsom_weights::to_bytes(&tensors, &metadata)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Unet3dConfig, VesselNetConfig};

    fn model() -> Model {
        Model {
            network: Network::new(&VesselNetConfig::gerl2020(true).into(), 2).unwrap(),
            threshold: 0.83,
            blocks: Blocks::WHOLE,
            scaling: InputScaling {
                offset: 127.0,
                scale: 0.5,
            },
            channels: Some(vec!["LF".into(), "HF".into()]),
            calibration: None,
        }
    }

    #[test]
    fn a_weights_file_restores_its_network_threshold_and_blocks() {
        let bytes = model().to_bytes("{}").unwrap();
        let again = Model::from_bytes(&bytes).unwrap();
        assert_eq!((again.threshold, again.blocks), (0.83, Blocks::WHOLE));
        assert_eq!(again.scaling, model().scaling);
        assert_eq!(again.channels, model().channels);
        assert_eq!(again.calibration, None);
        assert_eq!(again.to_bytes("{}").unwrap(), bytes);
        let calibrated = Model {
            calibration: Some(Calibration {
                split: Some("validation".into()),
                scans: vec!["a".into(), "b".into()],
                mean_dice: 0.7,
                thresholds: 369,
            }),
            ..model()
        };
        let again = Model::from_bytes(&calibrated.to_bytes("{}").unwrap()).unwrap();
        assert_eq!(again.calibration, calibrated.calibration);
    }

    #[test]
    fn a_weights_file_restores_a_unet_with_its_kind() {
        let config = Unet3dConfig {
            in_channels: 1,
            depth: 2,
            width: 2,
        };
        let unet = Model {
            network: Network::new(&config.clone().into(), 3).unwrap(),
            ..model()
        };
        let bytes = unet.to_bytes("{}").unwrap();
        let again = Model::from_bytes(&bytes).unwrap();
        assert_eq!(again.network.config(), &config.into());
        assert_eq!(again.to_bytes("{}").unwrap(), bytes);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(text.contains(r#"\"kind\":\"unet3d\""#), "{text}");
    }

    #[test]
    fn files_of_the_first_format_are_read_as_they_were_meant() {
        let tensors = model().network.parameters().snapshot().unwrap();
        let network = r#"{"in_channels":2,"channels":[5,10,20,50],"kernels":[3,5,5,3],"groups":5}"#;
        let metadata = [
            ("format", FIRST_FORMAT),
            ("network", network),
            ("threshold", "0.9"),
            ("blocks", "[2,1,1]"),
            ("rsom", "{}"),
        ];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let bytes = rsom_weights::to_bytes(&tensors, &metadata.into_iter().collect()).unwrap();
        let found = Model::from_bytes(&bytes).unwrap();
        assert_eq!((found.threshold, found.blocks), (0.9, Blocks::GERL2020));
        assert_eq!(found.scaling, InputScaling::IDENTITY);
        assert_eq!(
            found.network.config(),
            &VesselNetConfig::gerl2020(true).into()
        );
    }

    #[test]
    fn weights_without_metadata_are_applied_as_the_released_pipeline_does() {
        let tensors = model().network.parameters().snapshot().unwrap();
        let bytes = rsom_weights::to_bytes(&tensors, &Metadata::default()).unwrap();
        let found = Model::from_bytes(&bytes).unwrap();
        assert_eq!((found.threshold, found.blocks), (0.97, Blocks::GERL2020));
    }

    #[test]
    fn weights_of_another_format_and_metadata_that_contradict_them_are_refused() {
        let tensors = model().network.parameters().snapshot().unwrap();
        let with = |key: &str, value: &str| {
            let metadata = Metadata::of_format(FORMAT).with_text(key, value);
            let bytes = rsom_weights::to_bytes(&tensors, &metadata).unwrap();
            Model::from_bytes(&bytes).unwrap_err().to_string()
        };
        let other = with("format", "rsom-layerseg 1");
        assert!(other.contains("rsom-layerseg 1"), "{other}");
        let plain = serde_json::to_string(&VesselNetConfig::gerl2020(false)).unwrap();
        let extra = with("network", &plain);
        assert!(extra.contains("unknown layers.1.block.2.bias"), "{extra}");
        assert!(with("network", "{}").contains("'network' is wrong"));
    }
}
