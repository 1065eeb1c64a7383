//! A network's pass over a whole scan.

use candle_core::{Device, Tensor};
use rsom_nn::NeuralNetwork;

use crate::blocks::{Blocks, Region};
use crate::streamed::Streamed;
use crate::{VesselNet, VesselsegError};

/// How a network goes over a scan.
pub struct Sweep<'a> {
    pub network: &'a VesselNet,
    /// Blocks that are images of their own to norms.
    pub blocks: Blocks,
    /// Largest extents along x, y, z of what is in the network at a time.
    pub tile: [usize; 3],
    /// Extents of the scan.
    pub shape: [usize; 3],
}

/// Takes the logits of a tile, in the order (z, y, x).
pub type Put<'p> = &'p mut dyn FnMut(&Region, &[f32]);

impl Sweep<'_> {
    /// The part of the scan that is seen: what blocks of one size make up.
    ///
    /// # Errors
    /// [`VesselsegError::Blocks`].
    pub fn kept(&self) -> Result<Region, VesselsegError> {
        self.blocks.kept(self.shape)
    }

    /// Runs the network: `patch` gives the scaled input of a region in the order (channel, z, y, x). `watch` is called with
    /// the tiles that are done and all tiles after each, and says whether to go on.
    ///
    /// # Errors
    /// [`VesselsegError::Blocks`], [`VesselsegError::NotFinitePrediction`], [`VesselsegError::Stopped`].
    pub fn run(
        &self,
        patch: &dyn Fn(&Region) -> Vec<f32>,
        put: Put,
        watch: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<(), VesselsegError> {
        let kept = self.kept()?;
        let config = self.network.config();
        // A scan is no larger, so that a wish beyond it asks for nothing.
        let wanted = std::array::from_fn(|a| self.tile[a].min(kept[a].len()));
        let tile = config.tile(wanted);
        let device = self.network.parameters().device().clone();
        let input = |region: &Region| {
            let [x, y, z] = region.clone().map(|range| range.len());
            let shape = (1, config.in_channels, z, y, x);
            Ok(Tensor::from_vec(patch(region), shape, &Device::Cpu)?.to_device(&device)?)
        };
        let mut blocks = Vec::new();
        for block in self.blocks.of(&kept) {
            blocks.push(Streamed::new(self.network, block)?);
        }
        let steps: usize = blocks.iter().map(|block| block.steps(tile)).sum();
        let mut done = 0;
        let mut step = || {
            done += 1;
            match watch(done, steps) {
                true => Ok(()),
                false => Err(VesselsegError::Stopped),
            }
        };
        for block in blocks {
            let take = |region: &Region, logits: &Tensor| {
                let logits = logits.to_device(&Device::Cpu)?;
                let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
                if logits.iter().any(|logit| logit.is_nan()) {
                    return Err(VesselsegError::NotFinitePrediction);
                }
                put(region, &logits);
                Ok(())
            };
            block.run(tile, &input, take, &mut step)?;
        }
        Ok(())
    }
}
