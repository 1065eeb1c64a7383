//! DeepVesselNet on a block that does not fit into memory: tile by tile, with the statistics of norms over the whole block.
//!
//! A group norm needs the mean and the variance of its input over the whole block. For each norm, one pass over all tiles
//! accumulates them. Then the norm is a scale and a shift of each channel, which is folded into the weights of the next
//! convolution. So the result does not depend on the tiles, and memory holds only one tile.

use candle_core::Tensor;
use rsom_nn::Mode;
use rsom_nn::layers::{Conv3d, GroupMoments};

use crate::VesselNet;
use crate::blocks::{Region, grown, tiles};

/// The network on one block. Each norm is folded into the next convolution once its statistics are known.
pub struct StreamedBlock<'a> {
    network: &'a VesselNet,
    block: Region,
    /// The convolutions of the layers, and the last one to the logit.
    convs: Vec<Conv3d>,
}

/// The purpose of a pass over the tiles of a block.
enum Pass {
    /// Accumulate the statistics of the norm of this layer.
    Norm(usize),
    /// Compute the logits.
    Logits,
}

impl<'a> StreamedBlock<'a> {
    /// Prepares the network for a block.
    ///
    /// # Errors
    /// Returns an error if a dense kernel cannot be computed, which does not happen for a valid network.
    pub fn new(network: &'a VesselNet, block: Region) -> candle_core::Result<Self> {
        let convs = network.layers().iter().map(|layer| layer.conv.dense());
        let last = Ok(network.last().clone());
        Ok(Self {
            network,
            block,
            convs: convs.chain([last]).collect::<Result<_, _>>()?,
        })
    }

    /// Number of tiles of all passes together.
    pub fn steps(&self, largest: [usize; 3]) -> usize {
        let passes = self.passes();
        passes
            .iter()
            .map(|pass| tiles(&self.domain(pass), largest).len())
            .sum()
    }

    /// Runs all passes.
    ///
    /// `largest` is the largest tile along x, y, z in voxels. `input` returns the network input of a region, of shape
    /// (1, channels, z, y, x). `logits` receives each tile and its logits, of shape (1, 1, z, y, x). `step` is called after
    /// each tile.
    ///
    /// # Errors
    /// Returns the errors of the three functions, and an error if shapes do not fit.
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
                        moments.add(&self.run_until(index, &tile, input)?)?;
                        step()?;
                    }
                    self.convs[index + 1] = self.convs[index + 1].folded(&moments.lines(norm)?)?;
                }
                Pass::Logits => {
                    for tile in tiles(&domain, largest) {
                        logits(&tile, &self.run_until(self.convs.len() - 1, &tile, input)?)?;
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

    /// The region in which a pass needs results. For an inner layer, it includes the voxels outside the block that the later
    /// layers need.
    fn domain(&self, pass: &Pass) -> Region {
        match pass {
            Pass::Norm(index) => {
                let halo = self.network.config().halo();
                grown(&self.block, halo - self.reach(*index))
            }
            Pass::Logits => self.block.clone(),
        }
    }

    /// Halo in voxels of the convolutions up to and including this one.
    fn reach(&self, index: usize) -> usize {
        let kernels = &self.network.config().kernels;
        kernels.iter().take(index + 1).map(|k| k / 2).sum()
    }

    /// The results on a tile of the convolutions up to and including this one.
    fn run_until<E: From<candle_core::Error>>(
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
