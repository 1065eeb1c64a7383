//! A pass of a network over a whole scan, tile by tile.

use candle_core::{Device, Tensor};
use rsom_nn::{Mode, NeuralNetwork};

use crate::blocks::{Blocks, Region, grown, tiles_of_multiples};
use crate::network::Layers;
use crate::streamed::StreamedBlock;
use crate::{Network, VesselsegError};

/// A pass of a network over a scan.
pub struct Sweep<'a> {
    pub network: &'a Network,
    /// Blocks over which group norms take their statistics.
    pub blocks: Blocks,
    /// Largest extents of a tile along x, y, z in voxels.
    pub tile: [usize; 3],
    /// Extents of the scan along x, y, z in voxels.
    pub shape: [usize; 3],
}

/// A callback that receives each tile and its logits, in the order (z, y, x).
pub type LogitsSink<'p> = &'p mut dyn FnMut(&Region, &[f32]);

impl Sweep<'_> {
    /// The part of the scan that is predicted, as in [`Blocks::kept`].
    ///
    /// # Errors
    /// Returns [`VesselsegError::Blocks`] if there are more blocks than voxels along an axis.
    pub fn kept(&self) -> Result<Region, VesselsegError> {
        self.blocks.kept(self.shape)
    }

    /// Runs the network on all tiles.
    ///
    /// `patch` returns the network input of a region in the order (channel, z, y, x). `sink` receives the logits of each tile.
    /// `watch` is called after each tile with the number of finished tiles and the number of all tiles; the run stops if it
    /// returns `false`.
    ///
    /// # Errors
    /// Returns [`VesselsegError::Blocks`] if there are more blocks than voxels along an axis,
    /// [`VesselsegError::NotFinitePrediction`] if the network returns NaN, and [`VesselsegError::Stopped`] if `watch` returns
    /// `false`.
    pub fn run(
        &self,
        patch: &dyn Fn(&Region) -> Vec<f32>,
        sink: LogitsSink,
        watch: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<(), VesselsegError> {
        let kept = self.kept()?;
        let config = self.network.config();
        // A tile larger than the scan must not allocate more memory than the scan needs.
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
                    blocks.push(StreamedBlock::new(net, block)?);
                }
            }
            // Its batch norms use running statistics, so blocks have no effect.
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
            sink(region, &logits);
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

/// Cuts logits of shape (1, 1, z, y, x) over `region` to the smaller region `inner`.
fn cut(logits: &Tensor, region: &Region, inner: &Region) -> candle_core::Result<Tensor> {
    let mut logits = logits.clone();
    for axis in 0..3 {
        let start = (inner[axis].start - region[axis].start) as usize;
        logits = logits.narrow(4 - axis, start, inner[axis].len())?;
    }
    Ok(logits)
}
