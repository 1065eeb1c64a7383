//! The smoothness penalty of the paper, as an op with its own gradient.

use candle_core::{Result, Tensor, bail};
use rsom_nn::Element;
use rsom_nn::ops::{Needs, Operation, Pass, apply};

use super::rows::{self, RowPenalty};

/// The smoothness penalty of the probability p of the layer along x: Σ |m − p| / (1 + p), a scalar.
///
/// `logits` has shape (batch, channel, z, x) and type f32 or f64, p = sigmoid(logit), and m is the moving mean of p along x
/// over `window` pixels (odd; 5 in the paper). This is equation 3 of the paper, |(m + 1)/(p + 1) − 1|, in a form without
/// cancellation. The `window / 2` columns at each end of x have no full window and are ignored, as in the authors' training
/// code. Rows narrower than the window give 0.
///
/// The gradient includes m, p and the sigmoid. For m = p it is 0, as for `abs` in PyTorch. The mean is computed from
/// differences to p, so that a constant row gives exactly 0.
///
/// # Errors
/// Returns an error if the element type is not f32 or f64, if the window is even, or if rows are empty.
pub fn smoothness(logits: &Tensor, window: usize) -> Result<Tensor> {
    if window.is_multiple_of(2) {
        bail!("the window of the smoothness penalty must be odd, not {window}");
    }
    let (.., width) = logits.dims4()?;
    if width == 0 {
        bail!(
            "the smoothness penalty needs at least one pixel along x, got shape {:?}",
            logits.dims()
        );
    }
    apply(Smoothness { window, width }, &[logits], ())
}

struct Smoothness {
    window: usize,
    /// Pixels per row.
    width: usize,
}

impl Operation for Smoothness {
    const NAME: &'static str = "smoothness";

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
        rows::sum(self, inputs[0], self.width)
    }

    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
        rows::gradient(self, pass, self.width)
    }

    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
        let counted = (self.width + 1).saturating_sub(self.window);
        let logits = &inputs[0];
        if counted == 0 {
            return rows::nothing(logits);
        }
        let p = rows::sigmoid(logits)?;
        let middle = p.narrow(3, self.window / 2, counted)?;
        let mut sum = middle.zeros_like()?;
        for start in 0..self.window {
            sum = (sum + (p.narrow(3, start, counted)? - &middle)?)?;
        }
        let mean = (sum / self.window as f64)?;
        (rows::absolute(&mean)? / (middle + 1.0)?)?.sum_all()
    }
}

impl RowPenalty for Smoothness {
    fn value(&self, p: &[f64]) -> f64 {
        let differences = differences(p, self.window);
        differences.map(|(x, d)| d.abs() / (1.0 + p[x])).sum()
    }

    /// With a = sign(m − p)/(1 + p) for pixels with a full window and a = 0 for the others, the derivative is: moving mean of a
    /// over the window − a − |m − p|/(1 + p)².
    fn derivative(&self, p: &[f64]) -> Vec<f64> {
        let half = self.window / 2;
        let mut signed = vec![0.0; p.len()];
        let mut by_p = vec![0.0; p.len()];
        for (x, d) in differences(p, self.window) {
            if d != 0.0 {
                signed[x] = d.signum() / (1.0 + p[x]);
                by_p[x] = -signed[x] - d.abs() / ((1.0 + p[x]) * (1.0 + p[x]));
            }
        }
        for (x, by_p) in by_p.iter_mut().enumerate() {
            let around = &signed[x.saturating_sub(half)..(x + half + 1).min(p.len())];
            *by_p += around.iter().sum::<f64>() / self.window as f64;
        }
        by_p
    }
}

/// (x, m − p) for each pixel with a full window.
fn differences(p: &[f64], window: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
    p.windows(window).enumerate().map(move |(start, around)| {
        let x = start + window / 2;
        let sum: f64 = around.iter().map(|q| q - p[x]).sum();
        (x, sum / window as f64)
    })
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Var};
    use proptest::prelude::*;
    use rsom_nn::ops::without_kernels;

    use super::super::rows::probabilities;
    use super::*;

    fn logits_of(p: &[f64], rows: usize, columns: usize) -> Tensor {
        let logits: Vec<f64> = p.iter().map(|p| (p / (1.0 - p)).ln()).collect();
        Tensor::from_vec(logits, (1, 1, rows, columns), &Device::Cpu).unwrap()
    }

    fn penalty(p: &[f64]) -> f64 {
        let logits = logits_of(p, 7, 7);
        smoothness(&logits, 5).unwrap().to_scalar().unwrap()
    }

    /// The three 7×7 cases of the authors' own test of their loss.
    #[test]
    fn one_column_one_row_and_two_pixels_give_the_published_values() {
        let mut column = [0.0; 49];
        let mut row = [0.0; 49];
        for i in 0..7 {
            column[i * 7 + 4] = 1.0;
            row[4 * 7 + i] = 1.0;
        }
        let mut two = [0.0; 49];
        two[3 * 7 + 4] = 0.8;
        two[3 * 7 + 3] = 0.5;
        assert!((penalty(&column) - 5.6).abs() < 1e-12);
        assert_eq!(penalty(&row), 0.0);
        assert!((penalty(&two) - 0.72).abs() < 1e-12);
    }

    #[test]
    fn rows_narrower_than_the_window_give_zero() {
        let logits = logits_of(&[0.1, 0.9, 0.3, 0.8], 1, 4);
        let total: f64 = smoothness(&logits, 5).unwrap().to_scalar().unwrap();
        assert_eq!(total, 0.0);
    }

    #[test]
    fn an_even_window_and_integers_are_refused() {
        let logits = logits_of(&[0.5; 6], 1, 6);
        assert!(smoothness(&logits, 4).is_err());
        assert!(smoothness(&logits.to_dtype(DType::U8).unwrap(), 5).is_err());
    }

    fn gradient(logits: &Tensor, window: usize) -> Vec<f64> {
        let logits = Var::from_tensor(logits).unwrap();
        let total = smoothness(&logits, window).unwrap();
        let gradients = total.affine(3.0, 0.0).unwrap().backward().unwrap();
        let gradient = gradients.get(&logits).unwrap();
        gradient.flatten_all().unwrap().to_vec1().unwrap()
    }

    proptest! {
        #[test]
        fn the_gradient_equals_central_differences(
            values in proptest::collection::vec(-4.0_f64..4.0, 2 * 11), window in 1_usize..4,
        ) {
            let window = 2 * window + 1;
            let at = |values: &[f64]| -> f64 {
                let logits = Tensor::from_slice(values, (1, 1, 2, 11), &Device::Cpu).unwrap();
                smoothness(&logits, window).unwrap().to_scalar().unwrap()
            };
            let logits = Tensor::from_slice(&values, (1, 1, 2, 11), &Device::Cpu).unwrap();
            let gradient = gradient(&logits, window);
            // The penalty has kinks where m = p; away from them it is smooth.
            let p = probabilities(&values);
            let kinked = [&p[..11], &p[11..]]
                .iter()
                .any(|row| differences(row, window).any(|(_, d)| d.abs() < 1e-4));
            prop_assume!(!kinked);
            let step = 1e-6;
            for i in 0..values.len() {
                let (mut above, mut below) = (values.clone(), values.clone());
                above[i] += step;
                below[i] -= step;
                let numeric = 3.0 * (at(&above) - at(&below)) / (2.0 * step);
                prop_assert!((gradient[i] - numeric).abs() < 1e-6, "{} {}", gradient[i], numeric);
            }
        }

        #[test]
        fn constant_rows_have_no_penalty_and_no_gradient(rows in proptest::collection::vec(-30.0_f32..30.0, 1..6)) {
            let values: Vec<f32> = rows.iter().flat_map(|v| [*v; 9]).collect();
            let logits = Tensor::from_vec(values, (1, 1, rows.len(), 9), &Device::Cpu).unwrap();
            let total: f32 = smoothness(&logits, 5).unwrap().to_scalar().unwrap();
            prop_assert_eq!(total, 0.0);
            let gradient = gradient(&logits.to_dtype(DType::F64).unwrap(), 5);
            prop_assert!(gradient.iter().all(|g| *g == 0.0));
        }

        #[test]
        fn candles_own_ops_give_the_same_penalty_and_gradient(
            values in proptest::collection::vec(-4.0_f64..4.0, 2 * 11), window in 0_usize..7,
        ) {
            let window = 2 * window + 1;
            let logits = Tensor::from_vec(values, (1, 2, 1, 11), &Device::Cpu).unwrap();
            let both = || {
                let total: f64 = smoothness(&logits, window).unwrap().to_scalar().unwrap();
                (total, gradient(&logits, window))
            };
            let ((ours, of_ours), (theirs, of_theirs)) = (both(), without_kernels(both));
            prop_assert!((ours - theirs).abs() < 1e-12);
            // With window 1, the mean equals the pixel except for rounding, so the sign of the difference is arbitrary.
            prop_assume!(window > 1);
            let apart = of_ours.iter().zip(&of_theirs).map(|(a, b)| (a - b).abs());
            prop_assert!(apart.fold(0.0, f64::max) < 1e-9);
        }

        #[test]
        fn mirroring_along_x_changes_nothing(values in proptest::collection::vec(-4.0_f64..4.0, 3 * 12)) {
            let logits = Tensor::from_vec(values, (1, 1, 3, 12), &Device::Cpu).unwrap();
            let mirrored = logits.flip(&[3]).unwrap();
            let a: f64 = smoothness(&logits, 5).unwrap().to_scalar().unwrap();
            let b: f64 = smoothness(&mirrored, 5).unwrap().to_scalar().unwrap();
            prop_assert!((a - b).abs() < 1e-12);
        }
    }
}
