//! The total variation of the probabilities along x, as an op with its own gradient.

use candle_core::{Result, Tensor, bail};
use rsom_nn::Element;
use rsom_nn::ops::{Needs, Operation, Pass, apply};

use super::rows::{self, RowPenalty};

/// The total variation of the probability p of the layer along x: Σ |p(x + 1) − p(x)|, a scalar.
///
/// `logits` has shape (batch, channel, z, x) and type f32 or f64; p = sigmoid(logit). This is the part of the anisotropic
/// total variation of Rudin, Osher and Fatemi (1992) that acts along x. Along z, a layer has the variation 2 in each column
/// wherever its surfaces lie, so that part is left out. For equal neighbors the gradient is 0.
///
/// # Errors
/// Returns an error if the element type is not f32 or f64, or if rows are empty.
pub fn total_variation(logits: &Tensor) -> Result<Tensor> {
    let (.., width) = logits.dims4()?;
    if width == 0 {
        let shape = logits.dims();
        bail!("the total variation needs at least one pixel along x, got shape {shape:?}");
    }
    apply(TotalVariation { width }, &[logits], ())
}

struct TotalVariation {
    /// Pixels per row.
    width: usize,
}

impl Operation for TotalVariation {
    const NAME: &'static str = "total_variation";

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
        let logits = &inputs[0];
        if self.width == 1 {
            return rows::nothing(logits);
        }
        let p = rows::sigmoid(logits)?;
        let [before, after] = [0, 1].map(|start| p.narrow(3, start, self.width - 1));
        rows::absolute(&(after? - before?)?)?.sum_all()
    }
}

impl RowPenalty for TotalVariation {
    fn value(&self, p: &[f64]) -> f64 {
        p.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum()
    }

    /// The number of neighbors below p minus the number of neighbors above p.
    fn derivative(&self, p: &[f64]) -> Vec<f64> {
        let sign = |a: f64, b: f64| match a == b {
            true => 0.0,
            false => (a - b).signum(),
        };
        let at = |x: usize| {
            let before = x.checked_sub(1).map_or(0.0, |i| sign(p[x], p[i]));
            let after = p.get(x + 1).map_or(0.0, |next| sign(p[x], *next));
            before + after
        };
        (0..p.len()).map(at).collect()
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{DType, Device, Var};
    use proptest::prelude::*;
    use rsom_nn::ops::without_kernels;

    use super::*;

    fn variation(logits: &Tensor) -> f64 {
        total_variation(logits).unwrap().to_scalar().unwrap()
    }

    fn row(values: &[f64]) -> Tensor {
        Tensor::from_slice(values, (1, 1, 1, values.len()), &Device::Cpu).unwrap()
    }

    fn gradient(logits: &Tensor) -> Vec<f64> {
        let logits = Var::from_tensor(logits).unwrap();
        let total = total_variation(&logits).unwrap();
        let gradients = total.affine(3.0, 0.0).unwrap().backward().unwrap();
        let gradient = gradients.get(&logits).unwrap().flatten_all().unwrap();
        gradient.to_vec1().unwrap()
    }

    #[test]
    fn a_step_costs_its_height_and_a_monotone_row_no_more() {
        assert!((variation(&row(&[-40.0, -40.0, 40.0, 40.0])) - 1.0).abs() < 1e-12);
        assert!((variation(&row(&[-40.0, -1.0, 0.0, 3.0, 40.0])) - 1.0).abs() < 1e-12);
        assert_eq!(variation(&row(&[2.0])), 0.0);
        assert_eq!(variation(&row(&[2.0; 5])), 0.0);
        assert!(total_variation(&row(&[1.0; 3]).to_dtype(DType::U8).unwrap()).is_err());
    }

    proptest! {
        #[test]
        fn the_gradient_equals_central_differences(
            values in proptest::collection::vec(-4.0_f64..4.0, 1..12),
        ) {
            let kinked = values.windows(2).any(|pair| (pair[1] - pair[0]).abs() < 1e-4);
            prop_assume!(!kinked);
            let gradient = gradient(&row(&values));
            for i in 0..values.len() {
                let at = |offset: f64| {
                    let mut moved = values.clone();
                    moved[i] += offset;
                    3.0 * variation(&row(&moved))
                };
                let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                prop_assert!((gradient[i] - numeric).abs() < 1e-6, "{} {}", gradient[i], numeric);
            }
        }

        #[test]
        fn candles_own_ops_give_the_same_variation_and_gradient(
            values in proptest::collection::vec(-4.0_f64..4.0, 1..12),
        ) {
            let both = || (variation(&row(&values)), gradient(&row(&values)));
            let ((ours, of_ours), (theirs, of_theirs)) = (both(), without_kernels(both));
            prop_assert!((ours - theirs).abs() < 1e-12);
            let apart = of_ours.iter().zip(&of_theirs).map(|(a, b)| (a - b).abs());
            prop_assert!(apart.fold(0.0, f64::max) < 1e-9);
        }
    }
}
