//! The fully convolutional network (FCN) with seven layers.

use candle_core::{Tensor, Var};
use rsom_nn::layers::{BatchNorm2d, Conv2d};
use rsom_nn::ops::{Conv2dConfig, ConvolutionMethod};
use rsom_nn::{Builder, Mode, NnError, recomputed};

use super::Fcn7Config;

/// 5 × 5 convolutions with ReLU, batch norm after each except the first, and a final 1 × 1 convolution. The output has the
/// size of the input.
///
/// Parameters are named as in the authors' PyTorch code: `layers.<n>.block.0` (convolution), `layers.<n>.block.2`
/// (batch norm), and `layers.6` for the last of seven.
#[derive(Debug, Clone)]
pub struct Fcn7 {
    layers: Vec<(Conv2d, Option<BatchNorm2d>)>,
    last: Conv2d,
    recomputing: bool,
}

impl Fcn7 {
    /// Builds the network of a checked configuration.
    ///
    /// # Errors
    /// Returns an error if names are in use.
    pub fn new(builder: &mut Builder, config: &Fcn7Config) -> Result<Self, NnError> {
        let mut layers = Vec::with_capacity(config.channels.len());
        let mut inputs = config.in_channels;
        for (index, outputs) in config.channels.iter().copied().enumerate() {
            let mut builder = builder.at(format_args!("layers.{index}.block"));
            let same = Conv2dConfig::same(5).with_relu();
            let conv = Conv2d::new(&mut builder.at(0), [inputs, outputs], 5, same)?;
            let norm = match index {
                0 => None,
                _ => Some(BatchNorm2d::new(&mut builder.at(2), outputs)?),
            };
            layers.push((conv, norm));
            inputs = outputs;
        }
        let place = &mut builder.at(format_args!("layers.{}", layers.len()));
        let last = Conv2d::new(place, [inputs, config.classes], 1, Conv2dConfig::valid())?;
        Ok(Self {
            layers,
            last,
            recomputing: false,
        })
    }

    /// Logits of shape (batch, classes, z, x) for an input of shape (batch, channels, z, x).
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let mut x = x.clone();
        for (conv, norm) in &self.layers {
            x = match norm {
                Some(norm) if self.recomputing => {
                    let (conv, norm, mode) = (conv.clone(), norm.clone(), *mode);
                    recomputed(&[&x], move |inputs| {
                        conv.forward_normalized(&inputs[0], &norm, &mode)
                    })?
                }
                Some(norm) => conv.forward_normalized(&x, norm, mode)?,
                None => conv.forward(&x, mode)?,
            };
        }
        self.last.forward(&x, mode)
    }

    /// The bias of the last layer.
    pub(super) fn output_bias(&self) -> &Var {
        self.last.bias()
    }

    /// Turns activation recomputation in training on or off.
    pub(super) fn set_recomputing(&mut self, recomputing: bool) {
        self.recomputing = recomputing;
    }

    /// Sets the method for convolutions.
    pub(super) fn set_method(&mut self, method: ConvolutionMethod) {
        for (conv, _) in &mut self.layers {
            conv.set_method(method);
        }
        self.last.set_method(method);
    }
}
