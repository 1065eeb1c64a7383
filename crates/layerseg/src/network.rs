//! The networks that segment the layer in a B-scan.

mod config;
mod fcn7;
mod unet;

use std::collections::BTreeMap;

use candle_core::Tensor;
use rsom_nn::ops::ConvolutionMethod;
use rsom_nn::{Mode, NeuralNetwork, Parameters};

pub use config::{Fcn7Config, NetworkConfig, UnetConfig};
pub use fcn7::Fcn7;
pub use unet::Unet;

use crate::LayersegError;

/// A network and its parameters.
#[derive(Debug, Clone)]
pub struct Network {
    config: NetworkConfig,
    parameters: Parameters,
    layers: Layers,
}

#[derive(Debug, Clone)]
enum Layers {
    Unet(Unet),
    Fcn7(Fcn7),
}

impl Network {
    /// Sets the bias of the last layer, which all logits share, to `value`.
    ///
    /// # Errors
    /// Returns an error if the network has more than one logit.
    pub fn set_output_bias(&self, value: f32) -> Result<(), LayersegError> {
        let bias = match &self.layers {
            Layers::Unet(net) => net.output_bias(),
            Layers::Fcn7(net) => net.output_bias(),
        };
        let one = Tensor::from_slice(&[value], 1, bias.device())?;
        Ok(bias.set(&one.to_dtype(bias.dtype())?)?)
    }
}

impl NeuralNetwork for Network {
    type Config = NetworkConfig;
    type Error = LayersegError;

    fn check(config: &NetworkConfig) -> Result<(), LayersegError> {
        config.check()
    }

    fn build(
        config: &NetworkConfig,
        seed: u64,
        mut parameters: Parameters,
    ) -> Result<Self, LayersegError> {
        let builder = &mut parameters.builder(seed);
        let layers = match config {
            NetworkConfig::Unet(config) => Layers::Unet(Unet::new(builder, config)?),
            NetworkConfig::Fcn7(config) => Layers::Fcn7(Fcn7::new(builder, config)?),
        };
        Ok(Self {
            config: config.clone(),
            parameters,
            layers,
        })
    }

    fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<NetworkConfig, LayersegError> {
        NetworkConfig::infer(shapes)
    }

    fn config(&self) -> &NetworkConfig {
        &self.config
    }

    fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Logits of shape (batch, classes, z, x) for input of shape (batch, channels, z, x).
    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, LayersegError> {
        Ok(match &self.layers {
            Layers::Unet(net) => net.forward(x, mode)?,
            Layers::Fcn7(net) => net.forward(x, mode)?,
        })
    }

    fn set_convolutions(&mut self, method: ConvolutionMethod) {
        match &mut self.layers {
            Layers::Unet(net) => net.set_method(method),
            Layers::Fcn7(net) => net.set_method(method),
        }
    }

    fn set_recomputing(&mut self, recomputing: bool) {
        match &mut self.layers {
            Layers::Unet(net) => net.set_recomputing(recomputing),
            Layers::Fcn7(net) => net.set_recomputing(recomputing),
        }
    }
}
