//! The Cholesky factor of a symmetric positive definite matrix.

use super::matrix::{Matrix, dot};

/// Smallest share of a diagonal element that may be left: below it the matrix counts as singular.
const SINGULAR: f64 = 1e-13;

/// L with L·Lᵀ = A.
#[derive(Debug, Clone)]
pub(crate) struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// `None` when the matrix is not positive definite, up to floating-point noise.
    pub(crate) fn of(matrix: &Matrix) -> Option<Self> {
        let size = matrix.rows();
        let mut lower = Matrix::zeros(size, size);
        for i in 0..size {
            for j in 0..=i {
                let rest = matrix[(i, j)] - dot(&lower.row(i)[..j], &lower.row(j)[..j]);
                lower[(i, j)] = if i > j {
                    rest / lower[(j, j)]
                } else if rest > SINGULAR * matrix[(i, i)] && rest.is_finite() {
                    rest.sqrt()
                } else {
                    return None;
                };
            }
        }
        Some(Self { lower })
    }

    /// A diagonal element of L.
    pub(crate) fn diagonal(&self, index: usize) -> f64 {
        self.lower[(index, index)]
    }

    /// x with A·x = right.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let size = right.len();
        let mut x = right.to_vec();
        for i in 0..size {
            x[i] = (x[i] - dot(&self.lower.row(i)[..i], &x[..i])) / self.lower[(i, i)];
        }
        for i in (0..size).rev() {
            let below: f64 = (i + 1..size).map(|k| self.lower[(k, i)] * x[k]).sum();
            x[i] = (x[i] - below) / self.lower[(i, i)];
        }
        x
    }

    /// A⁻¹.
    pub(crate) fn inverse(&self) -> Matrix {
        let size = self.lower.rows();
        let identity = Matrix::identity(size);
        let columns: Vec<Vec<f64>> = (0..size).map(|i| self.solve(identity.row(i))).collect();
        Matrix::from_rows(&columns).symmetric()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_times_the_matrix_is_the_identity() {
        let matrix = Matrix::from_rows(&[
            vec![4.0, 2.0, -1.0],
            vec![2.0, 5.0, 0.5],
            vec![-1.0, 0.5, 3.0],
        ]);
        let product = Cholesky::of(&matrix).unwrap().inverse().times(&matrix);
        for i in 0..3 {
            for j in 0..3 {
                let expected = f64::from(u8::from(i == j));
                assert!((product[(i, j)] - expected).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn a_singular_matrix_has_no_factor() {
        let singular = Matrix::from_rows(&[vec![1.0, 2.0], vec![2.0, 4.0]]);
        assert!(Cholesky::of(&singular).is_none());
        let negative = Matrix::from_rows(&[vec![-1.0]]);
        assert!(Cholesky::of(&negative).is_none());
        assert!(Cholesky::of(&Matrix::from_rows(&[vec![f64::NAN]])).is_none());
    }
}
