//! The trait of a network: build it from a configuration, load weights, move it to a device, run it.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};

use crate::ops::ConvolutionMethod;
use crate::{Mode, NnError, Parameters};

/// A network that is fully described by its configuration and its weights.
pub trait NeuralNetwork: Sized {
    /// Kind and size of the network.
    type Config: Clone;
    /// Error type of building and running the network.
    type Error: From<NnError> + From<candle_core::Error>;

    /// Checks a configuration.
    ///
    /// # Errors
    /// Returns an error if the configuration is invalid.
    fn check(config: &Self::Config) -> Result<(), Self::Error>;

    /// Builds the network of a checked configuration. Adds its parameters to `parameters`, with initial values from the
    /// random streams of the seed.
    ///
    /// # Errors
    /// Returns an error if the device does not have enough memory.
    fn build(config: &Self::Config, seed: u64, parameters: Parameters)
    -> Result<Self, Self::Error>;

    /// Infers the configuration from the names and shapes of weights.
    ///
    /// # Errors
    /// Returns an error if the weights do not belong to a network of this type.
    fn infer(shapes: &BTreeMap<String, Vec<usize>>) -> Result<Self::Config, Self::Error>;

    /// Kind and size of the network.
    fn config(&self) -> &Self::Config;

    /// Parameters and running statistics of the network.
    fn parameters(&self) -> &Parameters;

    /// Computes logits for an input of shape (batch, channels, …); both are on the device of the network.
    ///
    /// # Errors
    /// Returns an error if channels or extents of the input do not fit the network.
    fn forward(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, Self::Error>;

    /// Sets the method for convolutions; the default is [`ConvolutionMethod::Fastest`].
    fn set_convolutions(&mut self, method: ConvolutionMethod);

    /// Turns activation recomputation on or off: training keeps only the outputs of blocks and recomputes the results
    /// inside them in the backward pass. This takes less memory and more time; the gradients are the same.
    fn set_recomputing(&mut self, recomputing: bool);

    /// Creates a network with random initial weights from the seed, in the distribution of PyTorch.
    ///
    /// # Errors
    /// Returns an error if the configuration is invalid.
    fn new(config: &Self::Config, seed: u64) -> Result<Self, Self::Error> {
        Self::check(config)?;
        Self::build(config, seed, Parameters::new())
    }

    /// Creates a network from weights; infers its configuration from their names and shapes.
    ///
    /// # Errors
    /// Returns an error if the weights belong to another type of network, or if weights are missing, unknown or of the
    /// wrong shape.
    fn from_weights(weights: &BTreeMap<String, Tensor>) -> Result<Self, Self::Error> {
        let shape = |(name, tensor): (&String, &Tensor)| (name.clone(), tensor.dims().to_vec());
        let shapes = weights.iter().map(shape).collect();
        Self::with_weights(&Self::infer(&shapes)?, weights)
    }

    /// Creates a network with this configuration and these weights.
    ///
    /// # Errors
    /// Returns an error if the configuration is invalid, or if weights are missing, unknown or of the wrong shape.
    fn with_weights(
        config: &Self::Config,
        weights: &BTreeMap<String, Tensor>,
    ) -> Result<Self, Self::Error> {
        Self::check(config)?;
        // Compare names and shapes first, so that a small file cannot make us allocate a large network.
        let outline = Self::build(config, 0, Parameters::outline())?;
        outline.parameters().require(weights)?;
        let network = Self::build(config, 0, Parameters::new())?;
        network.parameters().load_from(weights)?;
        Ok(network)
    }

    /// Runs [`forward`](Self::forward) with input and logits on the CPU; the network may be on any device.
    ///
    /// # Errors
    /// Returns the errors of [`forward`](Self::forward).
    fn run(&self, x: &Tensor, mode: &Mode) -> Result<Tensor, Self::Error> {
        let logits = self.forward(&x.to_device(self.parameters().device())?, mode)?;
        Ok(logits.to_device(&Device::Cpu)?)
    }

    /// Moves the network to a device. On another device, the method for convolutions and recomputation are reset to
    /// their defaults.
    ///
    /// # Errors
    /// Returns an error if the device does not have enough memory.
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

    /// The network with this method for convolutions.
    #[must_use]
    fn with_convolutions(mut self, method: ConvolutionMethod) -> Self {
        self.set_convolutions(method);
        self
    }

    /// The network with activation recomputation on or off; see [`set_recomputing`](Self::set_recomputing).
    #[must_use]
    fn with_recomputing(mut self, recomputing: bool) -> Self {
        self.set_recomputing(recomputing);
        self
    }
}
