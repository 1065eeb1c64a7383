//! The loss of the paper: cross-entropy plus s times a smoothness penalty.

mod penalty;
mod rows;
mod smoothness;
mod total_variation;

use candle_core::Tensor;
use rsom_nn::loss::bce_with_logits;
use rsom_parameters::{Choice, Parameters};
use rsom_training::{Loss, NamedValues, Term, WarmUp};
use serde::{Deserialize, Serialize};

pub use penalty::{Penalty, PenaltyAxes};
pub use smoothness::smoothness;
pub use total_variation::total_variation;

use crate::LayersegError;

/// Reduction of the loss terms over the pixels.
///
/// Equation 1 of the paper takes the mean of the cross-entropy H and the sum of the penalty S. But training with the paper's
/// values of s, up to 2500, works only if both terms have the same reduction. The meaning of s is the same for `Sum` and
/// `Mean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Reduction {
    /// Both terms summed over all pixels of the batch, as in the authors' training code.
    Sum,
    /// Both terms divided by the number of pixels of the batch.
    Mean,
    /// Equation 1 as written, averaged over the B-scans of the batch: mean of H over pixels + s · sum of S over pixels.
    Paper,
}

/// Settings of the loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Parameters)]
#[serde(deny_unknown_fields)]
pub struct LossConfig {
    /// Weight of the smoothness penalty; the paper uses 0 to 2500. For thin layers use smaller values: a large s gives empty
    /// masks.
    #[parameter(default = 0.0, min = 0)]
    pub s: f64,
    /// Width of the moving mean in the smoothness penalty, in pixels along each of its axes; odd. Total variation has none.
    #[parameter(name = "smoothness_window", default = 5, min = 1, max = 999, unit = "pixels", check = odd, advanced)]
    pub window: usize,
    /// Penalty: 'moving_mean' as in the paper (distance of the probability to its moving mean along x), or 'total_variation'
    /// (distance to the next pixel).
    #[parameter(default = Penalty::MovingMean)]
    pub penalty: Penalty,
    /// Axes of the penalty: 'x' within a B-scan, as in the paper, or 'xy', also through neighboring B-scans; then each batch
    /// holds neighbors, and batch_size must be at least the smoothness window (2 with total_variation).
    #[parameter(default = PenaltyAxes::X, advanced)]
    pub penalty_axes: PenaltyAxes,
    /// Share of the training steps in which s grows geometrically from s_first to s (warm-up); 0: s from the start, as in the
    /// paper.
    ///
    /// At the start of a training the probabilities are noise. A large s then outweighs the cross-entropy, and the network
    /// collapses to an empty mask. Once the layer is found, its soft, smooth edges cost little.
    #[parameter(default = 0.0, min = 0, max = 1)]
    pub s_warm_up: f64,
    /// Weight of the smoothness penalty at the first step of the warm-up.
    #[parameter(default = 1.0, above = 0, advanced)]
    pub s_first: f64,
    /// Reduction of both loss terms over the pixels: 'sum', 'mean', or 'paper' for equation 1 of the paper (mean
    /// cross-entropy + s · summed penalty).
    #[parameter(default = Reduction::Sum, advanced)]
    pub reduction: Reduction,
}

fn odd(window: &usize) -> Result<(), String> {
    match window % 2 {
        1 => Ok(()),
        _ => Err(format!("{window} is even; give an odd number")),
    }
}

/// Names of the terms: cross-entropy, and smoothness penalty without the factor s.
const TERMS: [&str; 2] = ["bce", "smoothness"];

/// The cross-entropy alone, summed; the window of the paper.
impl Default for LossConfig {
    fn default() -> Self {
        Self {
            s: 0.0,
            window: 5,
            penalty: Penalty::MovingMean,
            penalty_axes: PenaltyAxes::X,
            s_warm_up: 0.0,
            s_first: 1.0,
            reduction: Reduction::Sum,
        }
    }
}

impl LossConfig {
    /// The least number of neighboring B-scans in a batch that the penalty needs.
    #[must_use]
    pub fn least_batch(&self) -> usize {
        match (self.penalty_axes, self.penalty) {
            (PenaltyAxes::X, _) => 1,
            (PenaltyAxes::Xy, Penalty::MovingMean) => self.window,
            (PenaltyAxes::Xy, Penalty::TotalVariation) => 2,
        }
    }

    /// Names and weights of the terms.
    #[must_use]
    pub fn terms(&self) -> Vec<Term> {
        let [bce, smoothness] = TERMS;
        let warm_up = WarmUp {
            share: self.s_warm_up,
            first: self.s_first,
        };
        let smoothness = Term::new(smoothness, self.s).with_warm_up(warm_up);
        vec![Term::new(bce, 1.0), smoothness.with_weight_column("s")]
    }
}

/// The loss of `logits` for a `target` of 0 and 1, both of shape (batch, 1, z, x), with the weight `s` of this step.
///
/// # Errors
/// Returns an error if the shapes or types differ, or if the window is even.
pub fn combined(
    logits: &Tensor,
    target: &Tensor,
    config: &LossConfig,
    s: f64,
) -> Result<Loss, LayersegError> {
    let pixels = logits.elem_count().max(1) as f64;
    let slices = logits.dims().first().copied().unwrap_or(1).max(1) as f64;
    let (bce_by, smoothness_by) = match config.reduction {
        Reduction::Sum => (1.0, 1.0),
        Reduction::Mean => (pixels, pixels),
        Reduction::Paper => (pixels, slices),
    };
    let bce =
        bce_with_logits(logits, target, rsom_nn::Reduction::Sum)?.affine(1.0 / bce_by, 0.0)?;
    // With weight 0 the penalty is only reported, so it is computed without a gradient.
    let watched = s == 0.0;
    let input = if watched {
        logits.detach()
    } else {
        logits.clone()
    };
    let penalty = config
        .penalty
        .of(&input, config.window, config.penalty_axes)?
        .affine(1.0 / smoothness_by, 0.0)?;
    let [of_bce, of_penalty] = TERMS;
    let terms = NamedValues::from([(of_bce, number(&bce)?), (of_penalty, number(&penalty)?)]);
    let total = if watched {
        bce
    } else {
        (bce + (penalty * s)?)?
    };
    Ok(Loss { total, terms })
}

fn number(scalar: &Tensor) -> Result<f64, LayersegError> {
    Ok(scalar.to_dtype(candle_core::DType::F64)?.to_scalar()?)
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn batch() -> (Var, Tensor) {
        let logits: Vec<f64> = (0..2 * 3 * 8)
            .map(|i| ((i * 37) % 11) as f64 / 3.0 - 2.0)
            .collect();
        let target: Vec<f64> = (0..2 * 3 * 8).map(|i| f64::from(i % 3 == 0)).collect();
        let logits = Var::from_vec(logits, (2, 1, 3, 8), &Device::Cpu).unwrap();
        let target = Tensor::from_vec(target, (2, 1, 3, 8), &Device::Cpu).unwrap();
        (logits, target)
    }

    fn loss(s: f64, reduction: Reduction) -> (f64, [f64; 2]) {
        let (logits, target) = batch();
        let config = LossConfig {
            reduction,
            ..LossConfig::default()
        };
        let loss = combined(&logits, &target, &config, s).unwrap();
        let term = |name| loss.terms.get(name).unwrap();
        (loss.total.to_scalar().unwrap(), TERMS.map(term))
    }

    #[test]
    fn the_total_is_the_sum_of_its_terms() {
        for reduction in [Reduction::Sum, Reduction::Mean, Reduction::Paper] {
            for s in [0.0, 1.0, 2500.0] {
                let (total, [bce, smoothness]) = loss(s, reduction);
                assert!((total - bce - s * smoothness).abs() < 1e-9 * total.abs());
                assert!(smoothness > 0.0);
            }
        }
    }

    #[test]
    fn s_means_the_same_under_sum_and_mean() {
        let (sum, _) = loss(30.0, Reduction::Sum);
        let (mean, _) = loss(30.0, Reduction::Mean);
        assert!((sum / 48.0 - mean).abs() < 1e-9);
    }

    #[test]
    fn equation_1_takes_the_mean_of_the_cross_entropy_and_the_sum_of_the_penalty() {
        let (_, sum) = loss(1.0, Reduction::Sum);
        let (_, literal) = loss(1.0, Reduction::Paper);
        assert!((literal[0] - sum[0] / 48.0).abs() < 1e-12);
        assert!((literal[1] - sum[1] / 2.0).abs() < 1e-12);
    }

    #[test]
    fn a_penalty_with_weight_0_has_no_gradient() {
        let (logits, target) = batch();
        let loss = combined(&logits, &target, &LossConfig::default(), 0.0).unwrap();
        let alone = bce_with_logits(&logits, &target, rsom_nn::Reduction::Sum).unwrap();
        let values = |loss: &Tensor| -> Vec<f64> {
            let gradients = loss.backward().unwrap();
            gradients
                .get(&logits)
                .unwrap()
                .flatten_all()
                .unwrap()
                .to_vec1()
                .unwrap()
        };
        assert_eq!(values(&loss.total), values(&alone));
    }
}
