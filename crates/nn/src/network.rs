//! What a network is: built from a configuration, filled with weights, moved to a device, run.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};

use crate::ops::ConvolutionMethod;
use crate::{Mode, NnError, Parameters};

/// A network whose configuration and weights say all about it.
pub trait NeuralNetwork: Sized {
    /// Kind and size.
    type Config: Clone;
    /// Why a network cannot be built or run.
    type Error: From<NnError> + From<candle_core::Error>;

    /// Checks a configuration.
    ///
    /// # Errors
    /// A configuration that makes no network.
    fn check(config: &Self::Config) -> Result<(), Self::Error>;

    /// The network of a checked configuration on parameters, filled from streams of the seed.
    ///
    /// # Errors
    /// A device without room for it.
    fn build(config: &Self::Config, seed: u64, parameters: Parameters)
    -> Result<Self, Self::Error>;

    /// Tells the configuration from the names and shapes of weights.
    ///
    /// # Errors
    /// Weights of another network.
    fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<Self::Config, Self::Error>;

    /// Kind and size.
    fn config(&self) -> &Self::Config;

    /// Parameters and running statistics.
    fn parameters(&self) -> &Parameters;

    /// Logits for an input of shape (batch, channels, …), both on the network's device.
    ///
    /// # Errors
    /// Channels or extents that do not fit the network.
    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, Self::Error>;

    /// Sets how convolutions are computed (at first [`ConvolutionMethod::Fastest`]).
    fn set_convolutions(&mut self, method: ConvolutionMethod);

    /// Sets whether training keeps only the ends of blocks and computes what lies between once more for the gradients:
    /// less memory, more time, the same numbers.
    fn set_recomputing(&mut self, recomputing: bool);

    /// A network whose first weights follow from the seed (PyTorch's distribution, not its numbers).
    ///
    /// # Errors
    /// A configuration that makes no network.
    fn new(config: &Self::Config, seed: u64) -> Result<Self, Self::Error> {
        Self::check(config)?;
        Self::build(config, seed, Parameters::new())
    }

    /// The network that weights belong to, told from their names and shapes.
    ///
    /// # Errors
    /// Weights of another network, or missing, unknown or mis-shaped ones.
    fn from_weights(weights: &BTreeMap<String, Tensor>) -> Result<Self, Self::Error> {
        let shape = |(name, tensor): (&String, &Tensor)| (name.clone(), tensor.dims().to_vec());
        let shapes = weights.iter().map(shape).collect();
        Self::with_weights(&Self::infer(&shapes)?, weights)
    }

    /// A network of this configuration with these weights.
    ///
    /// # Errors
    /// Missing, unknown or mis-shaped weights; a configuration that makes no network.
    fn with_weights(
        config: &Self::Config,
        weights: &BTreeMap<String, Tensor>,
    ) -> Result<Self, Self::Error> {
        Self::check(config)?;
        // A small file must not make a large network before its weights are compared by name.
        let outline = Self::build(config, 0, Parameters::outline())?;
        outline.parameters().require(weights)?;
        let network = Self::build(config, 0, Parameters::new())?;
        network.parameters().load_from(weights)?;
        Ok(network)
    }

    /// [`forward`](Self::forward) of an input on the CPU, with logits on the CPU, wherever the network is.
    ///
    /// # Errors
    /// Those of [`forward`](Self::forward).
    fn run(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, Self::Error> {
        let logits = self.forward(&x.to_device(self.parameters().device())?, mode)?;
        Ok(logits.to_device(&Device::Cpu)?)
    }

    /// The same network on another device, with the first settings of how it is computed.
    ///
    /// # Errors
    /// A device without room for it.
    fn on(self, device: &Device) -> Result<Self, Self::Error> {
        if self.parameters().device().same_device(device) {
            return Ok(self);
        }
        let there = Self::build(self.config(), 0, Parameters::on(device.clone()))?;
        there
            .parameters()
            .load_from(&self.parameters().snapshot()?)?;
        Ok(there)
    }

    /// The same network with convolutions computed in this way.
    #[must_use]
    fn with_convolutions(mut self, method: ConvolutionMethod) -> Self {
        self.set_convolutions(method);
        self
    }

    /// The same network with or without recomputing.
    #[must_use]
    fn with_recomputing(mut self, recomputing: bool) -> Self {
        self.set_recomputing(recomputing);
        self
    }
}
