//! The 3-D U-Net.

use candle_core::Tensor;
use rsom_nn::layers::{BatchNorm2d, Conv3d, ConvTranspose3d};
use rsom_nn::ops::{Conv3dConfig, ConvolutionMethod, concat_channels, max_pool3d};
use rsom_nn::{Builder, Mode, NnError, recomputed_if};
use rsom_parameters::Parameters;
use serde::{Deserialize, Serialize};

use crate::VesselsegError;

/// Size of a 3-D U-Net.
///
/// The parameters of a command do not include the channels, which follow from the scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct Unet3dConfig {
    /// Channels of the scan.
    #[parameter(skip)]
    pub in_channels: usize,
    /// Levels of the U-Net, including the deepest.
    #[parameter(default = 3, min = 1, max = 5)]
    pub depth: usize,
    /// Channels of the first level of the U-Net, doubled at each deeper level.
    #[parameter(default = 16, min = 1, max = 256)]
    pub width: usize,
}

impl Unet3dConfig {
    /// The extents of the input must be multiples of this number, 2^(depth − 1).
    #[must_use]
    pub fn multiple(&self) -> usize {
        1 << (self.depth - 1)
    }

    /// Halo in voxels: the radius of the receptive field, rounded up to a multiple of [`multiple`](Self::multiple). Each block
    /// of two convolutions, on the way down and up, adds two voxels of its level.
    #[must_use]
    pub fn halo(&self) -> usize {
        let (down, up) = (2 * (2 * self.multiple() - 1), 2 * (self.multiple() - 1));
        (down + up).next_multiple_of(self.multiple())
    }

    /// Checks the sizes.
    ///
    /// # Errors
    /// Returns [`VesselsegError::Network`] with the name of the first invalid size.
    pub fn check(&self) -> Result<(), VesselsegError> {
        if !(1..=4096).contains(&self.in_channels) {
            let fault = format!(
                "in_channels must be from 1 to 4096, not {}",
                self.in_channels
            );
            return Err(VesselsegError::Network(fault));
        }
        Parameters::check(self).map_err(|fault| VesselsegError::Network(fault.to_string()))
    }

    /// Number of trainable parameters (running statistics are not counted).
    #[must_use]
    pub fn parameters(&self) -> usize {
        let conv = |from: usize, to: usize, taps: usize| from * to * taps + to;
        let block = |from: usize, to: usize| conv(from, to, 27) + conv(to, to, 27) + 4 * to;
        let width = |level: usize| self.width << level;
        let deeper = (1..self.depth).map(|level| {
            let (above, here) = (width(level - 1), width(level));
            block(above, here) + conv(here, above, 8) + block(here, above)
        });
        block(self.in_channels, self.width) + deeper.sum::<usize>() + conv(self.width, 1, 1)
    }
}

/// 3-D U-Net (Çiçek et al. 2016) with 2 × 2 × 2 max pooling on the way down, transposed convolutions of stride 2 on the way
/// up, and a skip connection (concatenation) at each level. Convolutions are padded, so the output has the size of the input.
///
/// Parameters are named as those of the 2-D U-Net: `down_path.<level>.block.<n>`, `up_path.<n>.up`,
/// `up_path.<n>.conv_block.block.<n>`, `last`.
#[derive(Debug, Clone)]
pub struct Unet3d {
    down: Vec<Block>,
    up: Vec<UpBlock>,
    last: Conv3d,
    recomputing: bool,
}

/// (3 × 3 × 3 convolution, ReLU, batch norm) twice.
#[derive(Debug, Clone)]
struct Block {
    layers: [(Conv3d, BatchNorm2d); 2],
}

#[derive(Debug, Clone)]
struct UpBlock {
    up: ConvTranspose3d,
    block: Block,
}

impl Unet3d {
    /// Builds the network of a checked configuration.
    ///
    /// # Errors
    /// Returns an error if names are in use.
    pub fn new(builder: &mut Builder, config: &Unet3dConfig) -> Result<Self, NnError> {
        let width = |level: usize| config.width << level;
        let down = |level: usize| {
            let inputs = match level {
                0 => config.in_channels,
                _ => width(level - 1),
            };
            [inputs, width(level)]
        };
        let mut net = Self {
            down: Vec::with_capacity(config.depth),
            up: Vec::with_capacity(config.depth - 1),
            last: {
                let place = &mut builder.at("last");
                Conv3d::new(place, [config.width, 1], [1; 3], Conv3dConfig::default())?
            },
            recomputing: false,
        };
        for level in 0..config.depth {
            let place = &mut builder.at(format_args!("down_path.{level}"));
            net.down.push(Block::new(place, down(level))?);
        }
        for (index, level) in (0..config.depth - 1).rev().enumerate() {
            let place = &mut builder.at(format_args!("up_path.{index}"));
            let ends = [width(level + 1), width(level)];
            net.up.push(UpBlock {
                up: ConvTranspose3d::new(&mut place.at("up"), ends, 2)?,
                block: Block::new(&mut place.at("conv_block"), ends)?,
            });
        }
        Ok(net)
    }

    /// Logits of shape (batch, 1, z, y, x) for an input of shape (batch, channels, z, y, x). The extents must be multiples of
    /// [`Unet3dConfig::multiple`].
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let mut skips: Vec<Tensor> = Vec::with_capacity(self.down.len());
        for block in &self.down {
            let x = match skips.last() {
                Some(skip) => max_pool3d(skip)?,
                None => x.clone(),
            };
            let (block, mode) = (block.clone(), *mode);
            let part = move |x: &[Tensor]| block.forward(&x[0], &mode);
            skips.push(recomputed_if(self.recomputing, &[&x], part)?);
        }
        // The output of the deepest level is the input of the way up, not a skip connection.
        let mut x = skips.pop().unwrap_or_else(|| x.clone());
        for (block, skip) in self.up.iter().zip(skips.iter().rev()) {
            let (block, mode) = (block.clone(), *mode);
            let part = move |x: &[Tensor]| block.forward(&x[0], &x[1], &mode);
            x = recomputed_if(self.recomputing, &[&x, skip], part)?;
        }
        self.last.forward(&x, mode)
    }

    /// Turns activation recomputation in training on or off.
    pub(super) fn set_recomputing(&mut self, recomputing: bool) {
        self.recomputing = recomputing;
    }

    /// Sets the method for convolutions.
    pub(super) fn set_method(&mut self, method: ConvolutionMethod) {
        let down = self.down.iter_mut();
        let blocks = down.chain(self.up.iter_mut().map(|up| &mut up.block));
        for (conv, _) in blocks.flat_map(|block| &mut block.layers) {
            conv.set_method(method);
        }
        self.last.set_method(method);
    }
}

impl Block {
    fn new(builder: &mut Builder, [inputs, outputs]: [usize; 2]) -> Result<Self, NnError> {
        let mut layer = |first: usize, inputs: usize| -> Result<_, NnError> {
            let config = Conv3dConfig {
                padding: [1; 3],
                relu: true,
                ..Conv3dConfig::default()
            };
            let place = &mut builder.at(format_args!("block.{first}"));
            let conv = Conv3d::new(place, [inputs, outputs], [3; 3], config)?;
            // PyTorch counts the ReLU between them, which has no parameters.
            let place = &mut builder.at(format_args!("block.{}", first + 2));
            Ok((conv, BatchNorm2d::new(place, outputs)?))
        };
        Ok(Self {
            layers: [layer(0, inputs)?, layer(3, outputs)?],
        })
    }

    fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let mut x = x.clone();
        for (conv, norm) in &self.layers {
            x = norm.forward(&conv.forward(&x, mode)?, mode)?;
        }
        Ok(x)
    }
}

impl UpBlock {
    fn forward(&self, x: &Tensor, skip: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let joined = concat_channels(&self.up.forward(x, mode)?, skip)?;
        self.block.forward(&joined, mode)
    }
}
