//! Prediction: segment the layer of a scan.

use candle_core::{D, Tensor};
use ndarray::{Array3, Axis, s};
use rsom_nn::{Mode, NeuralNetwork, loss::sigmoid};
use rsom_parameters::Choice;
use rsom_volume::{Mask, Scan};

use crate::augment::Placement;
use crate::slices::{SliceStack, View};
use crate::{Crop, LayersegError, Model};

/// The prediction of a network for a scan.
#[derive(Debug, Clone)]
pub struct Prediction {
    /// Mask of the layer, on the grid of the scan.
    pub mask: Mask,
    /// Probability of each voxel, of shape (x, y, z); `None` unless [`PredictSettings::probabilities`] is set.
    pub probabilities: Option<Array3<f32>>,
}

/// Handling of the first B-scan of an odd number of B-scans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum OddSlices {
    /// Segment it like the others.
    Predict,
    /// Repeat the mask of the second B-scan, as in the released pipeline, which drops the first index of each odd extent of a
    /// volume.
    Repeat,
}

/// Settings of prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PredictSettings {
    /// Probability threshold of the layer, from 0 to 1; 0.5 in the paper.
    pub threshold: f32,
    /// Whether to return the probabilities.
    pub probabilities: bool,
    /// Handling of the first B-scan of an odd number of B-scans.
    pub odd_slices: OddSlices,
}

/// Segments a scan, B-scan by B-scan.
///
/// With one logit, a voxel belongs to the layer if its probability sigmoid(logit) is at least the threshold. With two
/// logits, the probability is that of class 1 under softmax, and it must be above the threshold: at 0.5, the class with the
/// greater logit wins. Pixels that were cropped from a B-scan repeat the nearest predicted pixel.
///
/// The network processes one B-scan at a time. In addition to the network, memory holds the intensities once (one byte per
/// voxel if they are whole numbers from 0 to 255), the mask, and the probabilities if they are wanted. The scan is freed
/// before the network runs.
///
/// `watch` is called after each B-scan; prediction stops if it returns `false`.
///
/// # Errors
/// Returns an error if
/// - the scan has another number of channels than the network ([`LayersegError::Channels`]);
/// - the B-scans are too small for the network ([`LayersegError::SliceTooSmall`]);
/// - intensities are NaN or infinite ([`LayersegError::NonFiniteVoxels`]);
/// - the network returns NaN ([`LayersegError::NotFinitePrediction`]);
/// - `watch` returns `false` ([`LayersegError::Stopped`]).
pub fn predict(
    model: &Model,
    scan: Scan,
    settings: &PredictSettings,
    watch: &mut dyn FnMut() -> bool,
) -> Result<Prediction, LayersegError> {
    let config = model.network.config();
    let slices = SliceStack::from_scan(&scan)?;
    let (grid, ..) = scan.into_parts();
    if slices.channels() != config.in_channels() {
        return Err(LayersegError::Channels {
            scan: slices.channels(),
            network: config.in_channels(),
        });
    }
    let crop = Crop::to_multiple(slices.rows(), slices.columns(), config.multiple())?;
    let view = View {
        crop,
        placement: Placement::NONE,
        scaling: model.scaling,
    };
    let shape = grid.shape();
    let mut voxels = Array3::from_elem(shape, false);
    let mut probabilities = settings.probabilities.then(|| Array3::zeros(shape));
    let count = slices.count();
    let repeats = settings.odd_slices == OddSlices::Repeat && count % 2 == 1 && count > 1;
    for y in usize::from(repeats)..count {
        let logits = model
            .network
            .run(&slices.batch(&[y], &view)?, &Mode::Evaluation)?;
        let pixels = Pixels::of(&logits, settings.threshold)?;
        if pixels.probability.iter().any(|p| p.is_nan()) {
            return Err(LayersegError::NotFinitePrediction { y });
        }
        let place = |(x, z): (usize, usize)| z * crop.columns.full + x;
        let inside = crop.pad_edge(&pixels.inside);
        voxels
            .slice_mut(s![.., y, ..])
            .indexed_iter_mut()
            .for_each(|(at, v)| *v = inside[place(at)]);
        if let Some(probabilities) = &mut probabilities {
            let p = crop.pad_edge(&pixels.probability);
            let mut slice = probabilities.slice_mut(s![.., y, ..]);
            slice
                .indexed_iter_mut()
                .for_each(|(at, v)| *v = p[place(at)]);
        }
        if !watch() {
            return Err(LayersegError::Stopped);
        }
    }
    if repeats {
        repeat_second(&mut voxels);
        if let Some(probabilities) = &mut probabilities {
            repeat_second(probabilities);
        }
    }
    Ok(Prediction {
        mask: Mask::new(grid, voxels)?,
        probabilities,
    })
}

fn repeat_second<T: Clone>(volume: &mut Array3<T>) {
    let (mut first, rest) = volume.view_mut().split_at(Axis(1), 1);
    first.assign(&rest.slice(s![.., ..1, ..]));
}

/// Probability and decision of each pixel of one B-scan, in row-major order.
struct Pixels {
    probability: Vec<f32>,
    inside: Vec<bool>,
}

impl Pixels {
    /// `logits` has shape (1, classes, z, x) with one or two classes.
    fn of(logits: &Tensor, threshold: f32) -> Result<Self, LayersegError> {
        let values = |class: usize| -> candle_core::Result<Vec<f32>> {
            logits.narrow(1, class, 1)?.flatten_all()?.to_vec1()
        };
        if logits.dim(D::Minus(3))? == 1 {
            let probability: Vec<f32> = values(0)?.into_iter().map(sigmoid).collect();
            let inside = probability.iter().map(|p| *p >= threshold).collect();
            return Ok(Self {
                probability,
                inside,
            });
        }
        // In double precision, two distinct logits never round to a probability of exactly 0.5.
        let of_one = values(1)?;
        let probability: Vec<f64> = values(0)?
            .into_iter()
            .zip(of_one)
            .map(|(zero, one)| sigmoid(f64::from(one) - f64::from(zero)))
            .collect();
        Ok(Self {
            inside: probability
                .iter()
                .map(|p| *p > f64::from(threshold))
                .collect(),
            probability: probability.iter().map(|p| *p as f32).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use candle_core::Device;

    use super::*;

    fn pixels(logits: Vec<f32>, classes: usize) -> Pixels {
        let columns = logits.len() / classes;
        let logits = Tensor::from_vec(logits, (1, classes, 1, columns), &Device::Cpu).unwrap();
        Pixels::of(&logits, 0.5).unwrap()
    }

    #[test]
    fn one_logit_is_inside_from_a_probability_of_one_half() {
        let pixels = pixels(vec![0.0, -0.01, 3.0], 1);
        assert_eq!(pixels.inside, [true, false, true]);
        assert!((pixels.probability[2] - 0.952_574_1).abs() < 1e-6);
    }

    #[test]
    fn of_two_logits_the_greater_decides_and_a_tie_is_outside() {
        let pixels = pixels(vec![1.0, 1.0, 1.0, 1.0, 1.000_000_1, 0.9], 2);
        assert_eq!(pixels.inside, [false, true, false]);
    }
}
