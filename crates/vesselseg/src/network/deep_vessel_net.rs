//! DeepVesselNet (Tetteh et al. 2020), as used by the authors of the paper.

use candle_core::Tensor;
use rsom_nn::layers::{Conv3d, CrossHair3d, GroupNorm};
use rsom_nn::ops::{Conv3dConfig, ConvolutionMethod};
use rsom_nn::{Builder, Mode, NnError, recomputed_if};

use super::{Filter, VesselNetConfig, Window};

/// 3-D convolutions without padding and with ReLU, an optional group norm after each except the first, and a 1 × 1 × 1
/// convolution to one logit.
///
/// Parameters are named as in the authors' PyTorch code: `layers.<n>.block.0` (convolution), `layers.<n>.block.2` (group
/// norm), and `layers.4` for the last of five. Cross-hair filters have `layers.<n>.block.0.zy.weight`, `zx.weight` and
/// `yx.weight` instead of `weight`.
#[derive(Debug, Clone)]
pub struct VesselNet {
    config: VesselNetConfig,
    layers: Vec<Layer>,
    last: Conv3d,
    recomputing: bool,
}

/// A convolution with ReLU, and the norm after it.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub conv: Window,
    pub norm: Option<GroupNorm>,
}

impl VesselNet {
    /// Builds the network of a checked configuration.
    ///
    /// # Errors
    /// Returns an error if names are in use.
    pub fn new(builder: &mut Builder, config: &VesselNetConfig) -> Result<Self, NnError> {
        let mut layers = Vec::with_capacity(config.channels.len());
        let mut inputs = config.in_channels;
        for (index, (outputs, kernel)) in config.channels.iter().zip(&config.kernels).enumerate() {
            let mut place = builder.at(format_args!("layers.{index}.block"));
            let relu = Conv3dConfig {
                relu: true,
                ..Conv3dConfig::default()
            };
            let pair = [inputs, *outputs];
            let conv = match config.filter {
                Filter::Cubic => {
                    Window::Cubic(Conv3d::new(&mut place.at(0), pair, [*kernel; 3], relu)?)
                }
                Filter::CrossHair => {
                    Window::CrossHair(CrossHair3d::new(&mut place.at(0), pair, *kernel, relu)?)
                }
            };
            let norm = match config.groups {
                Some(groups) if index > 0 => {
                    Some(GroupNorm::new(&mut place.at(2), *outputs, groups)?)
                }
                _ => None,
            };
            layers.push(Layer { conv, norm });
            inputs = *outputs;
        }
        let place = &mut builder.at(format_args!("layers.{}", layers.len()));
        let last = Conv3d::new(place, [inputs, 1], [1; 3], Conv3dConfig::default())?;
        Ok(Self {
            config: config.clone(),
            layers,
            last,
            recomputing: false,
        })
    }

    /// The size of the network.
    pub(crate) fn config(&self) -> &VesselNetConfig {
        &self.config
    }

    /// The convolutions with ReLU and their norms.
    pub(crate) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The convolution to the logit.
    pub(crate) fn last(&self) -> &Conv3d {
        &self.last
    }

    /// Logits of shape (batch, 1, z − 2h, y − 2h, x − 2h) for an input of shape (batch, channels, z, y, x), where h is
    /// [`VesselNetConfig::halo`]. Norms take their statistics from the whole of each image.
    ///
    /// # Errors
    /// Returns an error if channels or extents of the input do not fit the network.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let mut x = x.clone();
        for layer in &self.layers {
            let (layer, mode) = (layer.clone(), *mode);
            let part = move |inputs: &[Tensor]| layer.forward(&inputs[0], &mode);
            x = recomputed_if(self.recomputing, &[&x], part)?;
        }
        self.last.forward(&x, mode)
    }

    /// Sets the method for convolutions.
    pub(super) fn set_method(&mut self, method: ConvolutionMethod) {
        for layer in &mut self.layers {
            layer.conv.set_method(method);
        }
        self.last.set_method(method);
    }

    /// Turns activation recomputation in training on or off.
    pub(super) fn set_recomputing(&mut self, recomputing: bool) {
        self.recomputing = recomputing;
    }
}

impl Layer {
    fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let x = self.conv.forward(x, mode)?;
        match &self.norm {
            Some(norm) => norm.forward(&x, mode),
            None => Ok(x),
        }
    }
}
