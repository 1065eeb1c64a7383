//! A network on a block that is larger than memory: tile by tile, with the statistics of norms over the whole block.
//!
//! A group norm needs the mean and the variance of all that its convolution gives on a block. One pass over the block's
//! tiles for each norm adds them up; then the norm is a scale and a shift of each channel, which the convolution behind it
//! takes into its weights. So the result does not depend on the tiles, and memory holds one tile at a time.

use candle_core::Tensor;
use rsom_nn::Mode;
use rsom_nn::layers::{Conv3d, GroupMoments};

use crate::VesselNet;
use crate::blocks::{Region, grown, tiles};

/// The network on one block, its norms folded into the convolutions behind them as their statistics become known.
pub struct Streamed<'a> {
    network: &'a VesselNet,
    block: Region,
    /// The convolutions of the layers, and the one to the logit.
    convs: Vec<Conv3d>,
}

/// What a pass over the tiles of a block is for.
enum Pass {
    /// The statistics of the norm of this layer.
    Norm(usize),
    /// The logits.
    Logits,
}

impl<'a> Streamed<'a> {
    /// The network on a block.
    ///
    /// # Errors
    /// None that a network of this crate can cause.
    pub fn new(network: &'a VesselNet, block: Region) -> candle_core::Result<Self> {
        let convs = network.layers().iter().map(|layer| layer.conv.dense());
        let last = Ok(network.last().clone());
        Ok(Self {
            network,
            block,
            convs: convs.chain([last]).collect::<Result<_, _>>()?,
        })
    }

    /// How many tiles all passes have together.
    pub fn steps(&self, largest: [usize; 3]) -> usize {
        let passes = self.passes();
        passes
            .iter()
            .map(|pass| tiles(&self.domain(pass), largest).len())
            .sum()
    }

    /// Runs all passes: `input` gives the intensities of a region as (1, channels, z, y, x), `logits` takes a tile and
    /// its logits, (1, 1, z, y, x). `step` is called after each tile.
    ///
    /// # Errors
    /// Those of the three functions, and shapes that do not fit.
    pub fn run<E: From<candle_core::Error>>(
        mut self,
        largest: [usize; 3],
        input: &dyn Fn(&Region) -> Result<Tensor, E>,
        mut logits: impl FnMut(&Region, &Tensor) -> Result<(), E>,
        step: &mut dyn FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        for pass in self.passes() {
            let domain = self.domain(&pass);
            match pass {
                Pass::Norm(index) => {
                    let Some(norm) = &self.network.layers()[index].norm else {
                        continue;
                    };
                    let mut moments = GroupMoments::new(norm);
                    for tile in tiles(&domain, largest) {
                        moments.add(&self.upto(index, &tile, input)?)?;
                        step()?;
                    }
                    self.convs[index + 1] = self.convs[index + 1].folded(&moments.lines(norm)?)?;
                }
                Pass::Logits => {
                    for tile in tiles(&domain, largest) {
                        logits(&tile, &self.upto(self.convs.len() - 1, &tile, input)?)?;
                        step()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn passes(&self) -> Vec<Pass> {
        let layers = self.network.layers().iter().enumerate();
        let normed = layers.filter(|(_, layer)| layer.norm.is_some());
        let norms = normed.map(|(index, _)| Pass::Norm(index));
        norms.chain([Pass::Logits]).collect()
    }

    /// Where the results of a pass stand: beyond the block, those of an inner layer that the last one still needs.
    fn domain(&self, pass: &Pass) -> Region {
        match pass {
            Pass::Norm(index) => {
                let halo = self.network.config().halo();
                grown(&self.block, halo - self.reach(*index))
            }
            Pass::Logits => self.block.clone(),
        }
    }

    /// Voxels on each side that the convolutions up to this one need.
    fn reach(&self, index: usize) -> usize {
        let kernels = &self.network.config().kernels;
        kernels.iter().take(index + 1).map(|k| k / 2).sum()
    }

    /// The results of the convolutions up to this one on a tile.
    fn upto<E: From<candle_core::Error>>(
        &self,
        index: usize,
        tile: &Region,
        input: &dyn Fn(&Region) -> Result<Tensor, E>,
    ) -> Result<Tensor, E> {
        let mut x = input(&grown(tile, self.reach(index)))?;
        for conv in &self.convs[..=index] {
            x = conv.forward(&x, &Mode::Evaluation)?;
        }
        Ok(x)
    }
}
