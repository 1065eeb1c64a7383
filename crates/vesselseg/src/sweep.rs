//! A network's pass over a whole scan.

use candle_core::{Device, Tensor};
use rsom_nn::{Mode, NeuralNetwork};

use crate::blocks::{Blocks, Region, grown, tiles_of_multiples};
use crate::network::Layers;
use crate::streamed::Streamed;
use crate::{Network, VesselsegError};

/// How a network goes over a scan.
pub struct Sweep<'a> {
    pub network: &'a Network,
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
            let shape = (1, config.in_channels(), z, y, x);
            Ok(Tensor::from_vec(patch(region), shape, &Device::Cpu)?.to_device(&device)?)
        };
        let (mut blocks, mut tiles) = (Vec::new(), Vec::new());
        match self.network.layers() {
            Layers::DeepVesselNet(net) => {
                for block in self.blocks.of(&kept) {
                    blocks.push(Streamed::new(net, block)?);
                }
            }
            // Its norms have statistics of their own: blocks mean nothing to it.
            Layers::Unet3d(_) => tiles = tiles_of_multiples(&kept, config.multiple(), tile),
        }
        let streamed = blocks.iter().map(|block| block.steps(tile));
        let steps = streamed.sum::<usize>() + tiles.len();
        let mut done = 0;
        let mut step = || {
            done += 1;
            match watch(done, steps) {
                true => Ok(()),
                false => Err(VesselsegError::Stopped),
            }
        };
        let mut take = |region: &Region, logits: &Tensor| {
            let logits = logits.to_device(&Device::Cpu)?;
            let logits: Vec<f32> = logits.flatten_all()?.to_vec1()?;
            if logits.iter().any(|logit| logit.is_nan()) {
                return Err(VesselsegError::NotFinitePrediction);
            }
            put(region, &logits);
            Ok(())
        };
        for block in blocks {
            block.run(tile, &input, &mut take, &mut step)?;
        }
        for tile in tiles {
            let seen = grown(&tile, config.halo());
            let logits = (self.network).forward(&input(&seen)?, &Mode::Evaluation)?;
            let inner = std::array::from_fn(|a| tile[a].start..tile[a].end.min(kept[a].end));
            take(&inner, &cut(&logits, &seen, &inner)?)?;
            step()?;
        }
        Ok(())
    }
}

/// The part of (1, 1, z, y, x) over a region that lies in a smaller one.
fn cut(logits: &Tensor, region: &Region, inner: &Region) -> candle_core::Result<Tensor> {
    let mut logits = logits.clone();
    for axis in 0..3 {
        let start = (inner[axis].start - region[axis].start) as usize;
        logits = logits.narrow(4 - axis, start, inner[axis].len())?;
    }
    Ok(logits)
}
