//! The networks that find the layer in a B-scan.

mod config;
mod fcn7;
mod unet;

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use rsom_nn::ops::ConvolutionMethod;
use rsom_nn::{Mode, Parameters, loading};

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
    /// A network whose first weights follow from the seed (PyTorch's distribution, not its numbers).
    ///
    /// # Errors
    /// A configuration that makes no network.
    pub fn new(config: &NetworkConfig, seed: u64) -> Result<Self, LayersegError> {
        config.check()?;
        Self::with_parameters(config, seed, Parameters::new())
    }

    fn with_parameters(
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

    /// The network that weights belong to, told from their names and shapes.
    ///
    /// # Errors
    /// Weights of neither network, or missing, unknown or mis-shaped ones.
    pub fn from_weights(weights: &BTreeMap<String, Tensor>) -> Result<Self, LayersegError> {
        let shapes = weights
            .iter()
            .map(|(name, tensor)| (name.clone(), tensor.dims().to_vec()));
        Self::with_weights(&NetworkConfig::infer(&shapes.collect())?, weights)
    }

    /// A network of this configuration with these weights.
    ///
    /// # Errors
    /// Missing, unknown or mis-shaped weights; a configuration that makes no network.
    pub fn with_weights(
        config: &NetworkConfig,
        weights: &BTreeMap<String, Tensor>,
    ) -> Result<Self, LayersegError> {
        config.check()?;
        let build = |to| Self::with_parameters(config, 0, to);
        loading::with_weights(build, Self::parameters, weights)
    }

    /// The same network on another device, with the first settings of how it is computed.
    ///
    /// # Errors
    /// A device without room for it.
    pub fn on(self, device: &Device) -> Result<Self, LayersegError> {
        let config = self.config.clone();
        let build = |to| Self::with_parameters(&config, 0, to);
        loading::moved(self, build, Self::parameters, device)
    }

    /// The same network with convolutions computed in this way (at first [`ConvolutionMethod::Fastest`]).
    #[must_use]
    pub fn with_convolutions(mut self, method: ConvolutionMethod) -> Self {
        match &mut self.layers {
            Layers::Unet(net) => net.set_method(method),
            Layers::Fcn7(net) => net.set_method(method),
        }
        self
    }

    /// The same network which in training keeps only the ends of its blocks and computes what lies between once more for
    /// the gradients: less memory, more time, the same numbers.
    #[must_use]
    pub fn with_recomputing(mut self, recomputing: bool) -> Self {
        match &mut self.layers {
            Layers::Unet(net) => net.set_recomputing(recomputing),
            Layers::Fcn7(net) => net.set_recomputing(recomputing),
        }
        self
    }

    /// Kind and size.
    #[must_use]
    pub fn config(&self) -> &NetworkConfig {
        &self.config
    }

    /// Parameters and running statistics.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// Logits of shape (batch, classes, z, x) for input of shape (batch, channels, z, x), both on the CPU wherever the
    /// network is.
    ///
    /// # Errors
    /// Channels or extents that do not fit the network.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, LayersegError> {
        let x = &x.to_device(self.parameters.device())?;
        let logits = match &self.layers {
            Layers::Unet(net) => net.forward(x, mode)?,
            Layers::Fcn7(net) => net.forward(x, mode)?,
        };
        Ok(logits.to_device(&Device::Cpu)?)
    }
}
