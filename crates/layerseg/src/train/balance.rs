//! The share of the layer in the training masks, and the weight s that their geometry can bear.

use candle_core::{DType, Tensor};

use super::{Example, TrainSettings};
use crate::LayersegError;
use crate::augment::Placement;
use crate::loss::Reduction;
use crate::slices::{InputScaling, View};

/// Logit of a pixel inside the layer, for a probability of 1 in double precision; the negative is outside.
const CERTAIN: f64 = 40.0;

/// The number of pixels of all B-scans, at least 1.
fn pixels(examples: &[Example]) -> f64 {
    let of = |example: &Example| example.count() * example.image.rows() * example.image.columns();
    examples.iter().map(of).sum::<usize>().max(1) as f64
}

/// The share f of layer pixels in B-scans, strictly between 0 and 1.
pub(super) fn share(examples: &[Example]) -> f64 {
    let layer: usize = examples.iter().map(|example| example.layer_voxels).sum();
    let all = pixels(examples);
    // Half a pixel at least, so that the logarithms are finite.
    (layer as f64).min(all - 0.5).max(0.5) / all
}

/// The weight s at which one probability for all pixels costs as little as the reference itself: M · H(f) / S, with M pixels, the
/// share f of the layer, H(f) = −f ln f − (1 − f) ln(1 − f), and the penalty S of the reference masks; `None` if the masks have no
/// penalty, or if the loss takes a mean and a sum ([`Reduction::Paper`]).
///
/// The best constant probability is f. It costs M · H(f) of cross-entropy and no penalty; the reference costs s · S and no
/// cross-entropy. Soft edges cost less than the crisp ones of the reference, so a network that has found the layer can bear a
/// larger s.
///
/// # Errors
/// Returns an error if an example does not fit the network.
pub fn balance_of_s(
    settings: &TrainSettings,
    examples: &[Example],
) -> Result<Option<f64>, LayersegError> {
    if settings.loss.reduction == Reduction::Paper {
        return Ok(None);
    }
    let mut penalty = 0.0;
    for example in examples {
        let view = View {
            crop: example.crop(&settings.network)?,
            placement: Placement::NONE,
            scaling: InputScaling::IDENTITY,
        };
        let ys: Vec<usize> = (0..example.count()).collect();
        // In batches, as in training: across their borders there is no penalty along y.
        for ys in ys.chunks(settings.run.batch_size.max(1)) {
            let mask = example.mask.batch(ys, &view)?.to_dtype(DType::F64)?;
            let logits: Tensor = mask.affine(2.0 * CERTAIN, -CERTAIN)?;
            let loss = &settings.loss;
            let of_masks = loss.penalty.of(&logits, loss.window, loss.penalty_axes)?;
            penalty += of_masks.to_scalar::<f64>()?;
        }
    }
    let f = share(examples);
    let entropy = -f * libm::log(f) - (1.0 - f) * libm::log(1.0 - f);
    Ok((penalty > 1e-9).then(|| pixels(examples) * entropy / penalty))
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
        // The entropy of a share of one quarter is 0.562335 (in nats).
        let by_hand = 480.0 * 0.562_335_144_618_808 / (2.0 * 0.9);
        assert!((stepped - by_hand).abs() < 1e-9, "{stepped} {by_hand}");
    }
}
