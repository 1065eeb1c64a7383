//! What the geometry of the training masks says about the weight s.

use candle_core::{DType, Tensor};

use super::{Example, TrainSettings};
use crate::LayersegError;
use crate::augment::Placement;
use crate::slices::{InputScaling, View};

/// Logit of a pixel inside the layer, for a probability of 1 in double precision; the negative is outside.
const CERTAIN: f64 = 40.0;

/// The share f of layer pixels in B-scans, strictly between 0 and 1.
pub(super) fn share(examples: &[Example]) -> f64 {
    let layer: usize = examples.iter().map(|example| example.layer_voxels).sum();
    let pixels =
        |example: &Example| example.count() * example.image.rows() * example.image.columns();
    let all: usize = examples.iter().map(pixels).sum();
    // Half a pixel at least, so that the logarithms are finite.
    (layer as f64).clamp(0.5, all as f64 - 0.5) / all as f64
}

/// The weight s at which an empty mask costs as little as the reference itself: N · (−ln f) / S, with N layer pixels, their
/// share f, and the penalty S of the reference masks; `None` if the masks have no penalty.
///
/// To leave the layer out costs about −ln f of cross-entropy per layer pixel; to draw it as crisp as the reference costs
/// s · S. Soft edges cost less, so a network that has found the layer can bear a larger s.
///
/// # Errors
/// Returns an error if an example does not fit the network.
pub fn balance_of_s(
    settings: &TrainSettings,
    examples: &[Example],
) -> Result<Option<f64>, LayersegError> {
    let mut penalty = 0.0;
    for example in examples {
        let view = View {
            crop: example.crop(&settings.network)?,
            placement: Placement::NONE,
            scaling: InputScaling::IDENTITY,
        };
        let ys: Vec<usize> = (0..example.count()).collect();
        // B-scans in pieces, to bound the memory.
        for ys in ys.chunks(settings.loss.least_batch().max(16)) {
            let mask = example.mask.batch(ys, &view)?.to_dtype(DType::F64)?;
            let logits: Tensor = mask.affine(2.0 * CERTAIN, -CERTAIN)?;
            let loss = &settings.loss;
            let of_masks = loss.penalty.of(&logits, loss.window, loss.penalty_axes)?;
            penalty += of_masks.to_scalar::<f64>()?;
        }
    }
    let layer: usize = examples.iter().map(|example| example.layer_voxels).sum();
    let absent = layer as f64 * -share(examples).ln();
    Ok((penalty > 1e-9).then(|| absent / penalty))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};
    use rsom_volume::{Grid, Mask, Scan, Spacing};

    use super::*;
    use crate::{NetworkConfig, UnetConfig};
    use rsom_parameters::Parameters;

    /// A layer of 6 voxels in 20 columns of 24 voxels; it steps down by one voxel after every `period` columns.
    fn example(period: usize) -> Example {
        let shape = [20, 1, 24];
        let grid = Grid::new(shape, Spacing::RSOM).unwrap();
        let voxels = Array3::from_shape_fn((20, 1, 24), |(x, _, z)| {
            let top = 4 + x / period;
            (top..top + 6).contains(&z)
        });
        let scan = Scan::new(
            grid.clone(),
            vec!["LF".into()],
            Array4::zeros((20, 1, 24, 1)),
        );
        Example::new(&scan.unwrap(), &Mask::new(grid, voxels).unwrap()).unwrap()
    }

    #[test]
    fn a_step_of_one_voxel_costs_nine_tenths_of_s_at_each_surface() {
        let mut settings = TrainSettings::from_map(&serde_json::Map::new()).unwrap();
        settings.network = NetworkConfig::Unet(UnetConfig {
            in_channels: 1,
            classes: 1,
            depth: 1,
            width: 1,
            dropout: 0.0,
        });
        let flat = balance_of_s(&settings, &[example(20)]).unwrap();
        assert_eq!(flat, None);
        let stepped = balance_of_s(&settings, &[example(10)]).unwrap().unwrap();
        // Terms |m − p| / (1 + p) around a step: 0.2 + 0.4 outside, (0.4 + 0.2) / 2 inside; two surfaces.
        let by_hand = 120.0 * -(0.25_f64.ln()) / (2.0 * 0.9);
        assert!((stepped - by_hand).abs() < 1e-9, "{stepped} {by_hand}");
    }
}
