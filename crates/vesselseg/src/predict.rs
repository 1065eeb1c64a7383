//! Prediction: segment the vessels of a prepared scan.

use ndarray::{Array3, s};
use rsom_nn::NeuralNetwork;
use rsom_nn::loss::sigmoid;
use rsom_volume::{Mask, Scan};

use crate::blocks::{Blocks, Region};
use crate::sweep::Sweep;
use crate::voxels::{patch, require_finite};
use crate::{Model, VesselsegError};

/// The prediction of a network for a scan.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// Mask of the vessels, on the grid of the scan.
    pub mask: Mask,
    /// Probability of each voxel, of shape (x, y, z); `None` unless [`PredictSettings::probabilities`] is set.
    pub probabilities: Option<Array3<f32>>,
}

/// Settings of prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictSettings {
    /// Probability threshold of vessels, from 0 to 1.
    pub threshold: f32,
    /// Whether to return the probabilities.
    pub probabilities: bool,
    /// Blocks over which group norms take their statistics.
    pub blocks: Blocks,
    /// Largest extents of a tile along x, y, z in voxels. Results do not depend on it except for rounding.
    pub tile: [usize; 3],
}

impl PredictSettings {
    /// Default tile: about a million voxels, which need about 400 MB in the paper's network.
    pub const TILE: [usize; 3] = [128, 128, 64];
}

/// Segments a scan, tile by tile.
///
/// A voxel belongs to a vessel if its probability sigmoid(logit) is at least the threshold. Outside the scan, the input is
/// intensity 0. In addition to one tile in the network, memory holds the scan, the mask, and the probabilities if they are
/// wanted.
///
/// `watch` is called after each tile with the number of finished tiles and the number of all tiles; prediction stops if it
/// returns `false`.
///
/// # Errors
/// Returns an error if
/// - the scan has another number of channels than the network ([`VesselsegError::Channels`]);
/// - there are more blocks than voxels along an axis ([`VesselsegError::Blocks`]);
/// - intensities are NaN or infinite ([`VesselsegError::NonFiniteVoxels`]);
/// - the network returns NaN ([`VesselsegError::NotFinitePrediction`]);
/// - `watch` returns `false` ([`VesselsegError::Stopped`]).
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
    let mut found = PredictionBuilder {
        threshold: settings.threshold,
        mask: Array3::from_elem(shape, false),
        probabilities: settings.probabilities.then(|| Array3::zeros(shape)),
    };
    let input = |region: &Region| patch(&voxels, &kept, region, model.scaling);
    let mut sink = |region: &Region, logits: &[f32]| found.add_tile(region, logits);
    sweep.run(&input, &mut sink, watch)?;
    repeat_edges(&mut found.mask, &kept);
    if let Some(probabilities) = &mut found.probabilities {
        repeat_edges(probabilities, &kept);
    }
    Ok(Prediction {
        mask: Mask::new(scan.grid().clone(), found.mask)?,
        probabilities: found.probabilities,
    })
}

/// Collects the predictions of all tiles.
struct PredictionBuilder {
    threshold: f32,
    mask: Array3<bool>,
    probabilities: Option<Array3<f32>>,
}

impl PredictionBuilder {
    /// Adds a tile from its logits, in the order (z, y, x).
    fn add_tile(&mut self, tile: &Region, logits: &[f32]) {
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

/// Sets each voxel outside `kept` to its nearest voxel inside.
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
