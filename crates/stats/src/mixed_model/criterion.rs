//! The likelihood of given variance ratios.

use super::blocks::{Blocks, Ratios};
use super::cholesky::Cholesky;
use super::matrix::Matrix;

/// The sums of squares of generalized least squares, and determinants.
///
/// The covariance of the outcome is σ²·M with M = I + γ₁·Z₁Z₁ᵀ + γ₂·Z₂Z₂ᵀ, of subjects and of groups nested in them.
pub(crate) struct Criterion {
    /// Aᵀ·M⁻¹·A of all columns A.
    pub products: Matrix,
    /// ln |M|.
    pub log_determinant: f64,
}

impl Criterion {
    /// Sums over subjects, in O(rows of `blocks.means`): groups of n rows have the weight w = n / (1 + γ₂·n), subjects
    /// v = W / (1 + γ₁·W) with W = Σ w. All summands are positive, so nothing cancels.
    pub(crate) fn at(blocks: &Blocks, ratios: Ratios) -> Self {
        let mut products = blocks.within.clone();
        let mut log_determinant = 0.0;
        let mut center = vec![0.0; blocks.columns];
        let mut deviation = vec![0.0; blocks.columns];
        for subject in &blocks.subjects {
            let weight = |j: usize| blocks.sizes[j] / (1.0 + ratios.inner * blocks.sizes[j]);
            let total: f64 = subject.clone().map(weight).sum();
            center.fill(0.0);
            for j in subject.clone() {
                for (sum, mean) in center.iter_mut().zip(blocks.means.row(j)) {
                    *sum += weight(j) / total * mean;
                }
                log_determinant += libm::log1p(ratios.inner * blocks.sizes[j]);
            }
            if subject.len() > 1 {
                for j in subject.clone() {
                    let values = blocks.means.row(j).iter().zip(&center);
                    for (deviation, (mean, center)) in deviation.iter_mut().zip(values) {
                        *deviation = mean - center;
                    }
                    products.add_outer(weight(j), &deviation, &deviation);
                }
            }
            products.add_outer(total / (1.0 + ratios.outer * total), &center, &center);
            log_determinant += libm::log1p(ratios.outer * total);
        }
        Self {
            products,
            log_determinant,
        }
    }

    /// The profiled deviance without constants: (n − p) ln(yᵀPy) + ln |M| + ln |XᵀM⁻¹X| by REML, n ln(yᵀPy) + ln |M| by ML
    /// (Bates et al. 2015, Journal of Statistical Software 67(1), equations 34 and 41). `None` when a factor is singular.
    pub(crate) fn deviance(&self, rows: usize, reml: bool) -> Option<f64> {
        let fixed = self.products.columns() - 1;
        let factor = Cholesky::of(&self.products)?;
        let log = |i: usize| 2.0 * libm::log(factor.diagonal(i));
        let of_fixed: f64 = (0..fixed).map(log).sum();
        Some(if reml {
            (rows - fixed) as f64 * log(fixed) + self.log_determinant + of_fixed
        } else {
            rows as f64 * log(fixed) + self.log_determinant
        })
    }
}
