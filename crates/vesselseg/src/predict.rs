//! From a prepared scan to its vessels.

use ndarray::{Array3, s};
use rsom_nn::NeuralNetwork;
use rsom_nn::loss::sigmoid;
use rsom_volume::{Mask, Scan};

use crate::blocks::{Blocks, Region};
use crate::sweep::Sweep;
use crate::voxels::{patch, require_finite};
use crate::{Model, VesselsegError};

/// What a network makes of a scan.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// Voxels of vessels, on the scan's grid.
    pub mask: Mask,
    /// Probability of each voxel, of shape (x, y, z), when asked for.
    pub probabilities: Option<Array3<f32>>,
}

/// How a scan is segmented.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictSettings {
    /// Smallest probability of a vessel.
    pub threshold: f32,
    /// Whether the probabilities are kept.
    pub probabilities: bool,
    /// Blocks that are images of their own to norms.
    pub blocks: Blocks,
    /// Largest extents along x, y, z of what is in the network at a time. Results depend on it by rounding alone.
    pub tile: [usize; 3],
}

impl PredictSettings {
    /// Tiles of about a million voxels: some 400 MB in the paper's network.
    pub const TILE: [usize; 3] = [128, 128, 64];
}

/// Segments a scan, tile by tile.
///
/// Beyond the scan the network sees zeros. A voxel belongs to a vessel when its probability sigmoid(logit) is at least the
/// threshold. Beside one tile in the network, memory holds the scan, the mask, and the probabilities if they are wanted.
///
/// `watch` is called with the tiles that are done and all tiles after each, and says whether to go on.
///
/// # Errors
/// A scan with other channels than the network, or with fewer voxels than blocks along an axis, NaN or infinite
/// intensities, [`VesselsegError::NotFinitePrediction`], [`VesselsegError::Stopped`].
pub fn predict(
    model: &Model,
    scan: &Scan,
    settings: &PredictSettings,
    watch: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Prediction, VesselsegError> {
    let (shape, voxels) = (scan.grid().shape(), scan.intensities().view());
    let channels = model.network.config().in_channels();
    if voxels.dim().3 != channels {
        return Err(VesselsegError::Channels {
            scan: voxels.dim().3,
            network: channels,
        });
    }
    require_finite(scan)?;
    let sweep = Sweep {
        network: &model.network,
        blocks: settings.blocks,
        tile: settings.tile,
        shape,
    };
    let kept = sweep.kept()?;
    let mut found = LossValue {
        threshold: settings.threshold,
        mask: Array3::from_elem(shape, false),
        probabilities: settings.probabilities.then(|| Array3::zeros(shape)),
    };
    let input = |region: &Region| patch(&voxels, &kept, region, model.scaling);
    let mut put = |region: &Region, logits: &[f32]| found.put(region, logits);
    sweep.run(&input, &mut put, watch)?;
    repeat_edges(&mut found.mask, &kept);
    if let Some(probabilities) = &mut found.probabilities {
        repeat_edges(probabilities, &kept);
    }
    Ok(Prediction {
        mask: Mask::new(scan.grid().clone(), found.mask)?,
        probabilities: found.probabilities,
    })
}

/// What is known of the scan so far.
struct LossValue {
    threshold: f32,
    mask: Array3<bool>,
    probabilities: Option<Array3<f32>>,
}

impl LossValue {
    /// Takes the logits of a tile, in the order (z, y, x).
    fn put(&mut self, tile: &Region, logits: &[f32]) {
        let [x, y, z] = tile.clone().map(|r| r.start as usize..r.end as usize);
        let (width, rows) = (x.len(), y.len());
        let probability =
            |(i, j, k): (usize, usize, usize)| sigmoid(logits[(k * rows + j) * width + i]);
        let part = s![x, y, z];
        for (at, voxel) in self.mask.slice_mut(&part).indexed_iter_mut() {
            *voxel = probability(at) >= self.threshold;
        }
        if let Some(probabilities) = &mut self.probabilities {
            for (at, voxel) in probabilities.slice_mut(&part).indexed_iter_mut() {
                *voxel = probability(at);
            }
        }
    }
}

/// Voxels beyond what was kept repeat the nearest one of it.
fn repeat_edges<T: Copy>(volume: &mut Array3<T>, kept: &Region) {
    for axis in 0..3 {
        let all = volume.len_of(ndarray::Axis(axis));
        let (start, end) = (kept[axis].start as usize, kept[axis].end as usize);
        for outside in (0..start).chain(end..all) {
            let nearest = outside.clamp(start, end - 1);
            let values = volume.index_axis(ndarray::Axis(axis), nearest).to_owned();
            volume
                .index_axis_mut(ndarray::Axis(axis), outside)
                .assign(&values);
        }
    }
}
