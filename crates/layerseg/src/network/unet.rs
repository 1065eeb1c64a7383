//! The 2-D U-Net.

use candle_core::{Tensor, Var};
use rsom_nn::layers::{BatchNorm2d, Conv2d, ConvTranspose2d, Dropout};
use rsom_nn::ops::{Conv2dConfig, ConvolutionMethod, concat_channels, max_pool2d};
use rsom_nn::{Builder, Mode, NnError, recomputed_if};

use super::UnetConfig;

/// U-Net with 2 × 2 max pooling on the way down, 2 × 2 transposed convolutions of stride 2 on the way up, and a skip
/// connection (concatenation) at each level.
///
/// Parameters are named as in the authors' PyTorch code: `down_path.<level>.block.<n>`, `up_path.<n>.up`,
/// `up_path.<n>.conv_block.block.<n>`, `last`.
#[derive(Debug, Clone)]
pub struct Unet {
    down: Vec<Block>,
    up: Vec<UpBlock>,
    last: Conv2d,
    recomputing: bool,
}

/// (3 × 3 convolution, ReLU, batch norm) twice; the output has the size of the input.
#[derive(Debug, Clone)]
struct Block {
    layers: [(Conv2d, BatchNorm2d); 2],
}

#[derive(Debug, Clone)]
struct UpBlock {
    up: ConvTranspose2d,
    dropout: Dropout,
    block: Block,
}

impl Unet {
    /// Builds the network of a checked configuration.
    ///
    /// # Errors
    /// Returns an error if the dropout probability is outside [0, 1), or if names are in use.
    pub fn new(builder: &mut Builder, config: &UnetConfig) -> Result<Self, NnError> {
        let width = |level: usize| config.width << level;
        let mut down = Vec::with_capacity(config.depth);
        for level in 0..config.depth {
            let inputs = if level == 0 {
                config.in_channels
            } else {
                width(level - 1)
            };
            let place = &mut builder.at(format_args!("down_path.{level}"));
            down.push(Block::new(place, [inputs, width(level)])?);
        }
        let mut up = Vec::with_capacity(config.depth - 1);
        for (index, level) in (0..config.depth - 1).rev().enumerate() {
            // There is no dropout after the deepest concatenation.
            let dropout = if index == 0 {
                0.0
            } else {
                f64::from(config.dropout)
            };
            let place = &mut builder.at(format_args!("up_path.{index}"));
            up.push(UpBlock::new(
                place,
                [width(level + 1), width(level)],
                dropout,
            )?);
        }
        let ends = [config.width, config.classes];
        let last = Conv2d::new(&mut builder.at("last"), ends, 1, Conv2dConfig::valid())?;
        Ok(Self {
            down,
            up,
            last,
            recomputing: false,
        })
    }

    /// Logits of shape (batch, classes, z, x) for an input of shape (batch, channels, z, x). The extents along z and x must
    /// be multiples of 2^(depth − 1).
    ///
    /// # Errors
    /// Returns an error if the shape does not fit.
    pub fn forward(&self, x: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let mut skips: Vec<Tensor> = Vec::with_capacity(self.up.len());
        let mut x = x.clone();
        for block in &self.down {
            if let Some(skip) = skips.last() {
                x = max_pool2d(skip)?;
            }
            let (block, mode) = (block.clone(), *mode);
            let part = move |inputs: &[Tensor]| block.forward(&inputs[0], &mode);
            skips.push(recomputed_if(self.recomputing, &[&x], part)?);
        }
        // The output of the deepest level is the input of the way up, not a skip connection.
        if let Some(deepest) = skips.pop() {
            x = deepest;
        }
        for block in &self.up {
            let Some(skip) = skips.pop() else { break };
            let (block, mode) = (block.clone(), *mode);
            let part = move |inputs: &[Tensor]| block.forward(&inputs[0], &inputs[1], &mode);
            x = recomputed_if(self.recomputing, &[&x, &skip], part)?;
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
            let config = Conv2dConfig::same(3).with_relu();
            let place = &mut builder.at(format_args!("block.{first}"));
            let conv = Conv2d::new(place, [inputs, outputs], 3, config)?;
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
            x = conv.forward_normalized(&x, norm, mode)?;
        }
        Ok(x)
    }
}

impl UpBlock {
    fn new(builder: &mut Builder, ends: [usize; 2], dropout: f64) -> Result<Self, NnError> {
        Ok(Self {
            up: ConvTranspose2d::new(&mut builder.at("up"), ends, 2)?,
            dropout: Dropout::new(&builder.at("dropout"), dropout)?,
            block: Block::new(&mut builder.at("conv_block"), ends)?,
        })
    }

    fn forward(&self, x: &Tensor, skip: &Tensor, mode: &Mode) -> candle_core::Result<Tensor> {
        let up = self.up.forward(x, mode)?;
        if !mode.is_training() && !up.track_op() && !skip.track_op() {
            let [(first, norm), (second, last)] = &self.block.layers;
            let x = first.evaluate_joined([&up, skip], norm)?;
            drop(up);
            return second.forward_normalized(&x, last, mode);
        }
        let joined = self.dropout.forward(&concat_channels(&up, skip)?, mode)?;
        drop(up);
        self.block.forward(&joined, mode)
    }
}
