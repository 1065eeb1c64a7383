//! Penalties on rough probabilities, and the axes along which they act.

use candle_core::{Result, Tensor};
use rsom_parameters::Choice;
use serde::{Deserialize, Serialize};

use super::{smoothness, total_variation};

/// Penalty on the probabilities p of neighboring pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum Penalty {
    /// The penalty of the paper, [`smoothness`]: distance of p to its moving mean. A constant slope costs nothing.
    MovingMean,
    /// [`total_variation`]: distance of p to the next pixel. Each slope costs.
    TotalVariation,
}

/// Axes along which the penalty acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Choice)]
#[serde(rename_all = "snake_case")]
pub enum PenaltyAxes {
    /// Along x, within a B-scan, as in the paper.
    X,
    /// Along x, and along y through the B-scans of a batch.
    Xy,
}

impl Penalty {
    /// The penalty for logits of shape (batch, channel, z, x), summed over the axes: a scalar.
    ///
    /// `window` is that of the moving mean. Along y, the neighbors of a B-scan are those before and after it in the batch.
    ///
    /// # Errors
    /// Returns an error if the element type is not f32 or f64, if the window is even, or if the tensor is empty.
    pub fn of(self, logits: &Tensor, window: usize, axes: PenaltyAxes) -> Result<Tensor> {
        let along_rows = |logits: &Tensor| match self {
            Self::MovingMean => smoothness(logits, window),
            Self::TotalVariation => total_variation(logits),
        };
        let along_x = along_rows(logits)?;
        match axes {
            PenaltyAxes::X => Ok(along_x),
            PenaltyAxes::Xy => {
                let rows_along_y = logits.permute((2, 1, 3, 0))?.contiguous()?;
                along_x + along_rows(&rows_along_y)?
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;

    fn logits(count: usize) -> Vec<f64> {
        let value = |i: usize| 2.0 * (1.7 * (i * i + 1) as f64).sin();
        (0..count).map(value).collect()
    }

    #[test]
    fn along_y_the_batch_is_penalized_as_a_row() {
        // Five B-scans of one pixel against one B-scan of five pixels.
        let bscans = Tensor::from_vec(logits(5), (5, 1, 1, 1), &Device::Cpu).unwrap();
        let row = Tensor::from_vec(logits(5), (1, 1, 1, 5), &Device::Cpu).unwrap();
        for penalty in [Penalty::MovingMean, Penalty::TotalVariation] {
            let of = |logits: &Tensor, axes| -> f64 {
                let total = penalty.of(logits, 5, axes).unwrap();
                total.to_scalar().unwrap()
            };
            assert_eq!(of(&bscans, PenaltyAxes::X), 0.0);
            assert_eq!(of(&bscans, PenaltyAxes::Xy), of(&row, PenaltyAxes::X));
            assert!(of(&row, PenaltyAxes::X) > 0.0);
        }
    }

    #[test]
    fn the_gradient_along_both_axes_equals_central_differences() {
        let values = logits(6 * 2 * 7);
        let shape = (6, 1, 2, 7);
        for penalty in [Penalty::MovingMean, Penalty::TotalVariation] {
            let of = |values: &[f64]| {
                let logits = Tensor::from_slice(values, shape, &Device::Cpu).unwrap();
                let logits = Var::from_tensor(&logits).unwrap();
                let total = penalty.of(&logits, 5, PenaltyAxes::Xy).unwrap();
                (logits, total)
            };
            let (logits, total) = of(&values);
            let gradients = total.backward().unwrap();
            let gradient = gradients.get(&logits).unwrap().flatten_all().unwrap();
            let gradient: Vec<f64> = gradient.to_vec1().unwrap();
            for (i, gradient) in gradient.iter().enumerate() {
                let at = |offset: f64| -> f64 {
                    let mut moved = values.clone();
                    moved[i] += offset;
                    of(&moved).1.to_scalar().unwrap()
                };
                let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                assert!((gradient - numeric).abs() < 1e-6, "{gradient} {numeric}");
            }
        }
    }

    /// exp(−x) overflows for single precision below −88.
    #[test]
    fn candles_own_ops_have_finite_gradients_for_every_logit() {
        let values: Vec<f32> = (0..8).map(|i| [-1e4, -100.0, 90.0, 1e4][i % 4]).collect();
        for penalty in [Penalty::MovingMean, Penalty::TotalVariation] {
            let logits = Tensor::from_slice(&values, (1, 1, 1, 8), &Device::Cpu).unwrap();
            let logits = Var::from_tensor(&logits).unwrap();
            let gradients = rsom_nn::ops::without_kernels(|| {
                let total = penalty.of(&logits, 5, PenaltyAxes::X).unwrap();
                total.backward().unwrap()
            });
            let gradient = gradients.get(&logits).unwrap().flatten_all().unwrap();
            let gradient: Vec<f32> = gradient.to_vec1().unwrap();
            assert!(gradient.iter().all(|g| g.is_finite()), "{gradient:?}");
        }
    }
}
