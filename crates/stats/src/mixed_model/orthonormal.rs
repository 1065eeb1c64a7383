//! The QR decomposition of a model matrix.

use super::matrix::{Matrix, dot};

/// A column of which less than this share is not a combination of the columns before it is aliased.
const ALIASED: f64 = 1e-9;

/// X = Q·R with orthonormal columns of Q and upper triangular R.
pub(crate) struct Orthonormal {
    pub q: Vec<Vec<f64>>,
    pub r: Matrix,
}

impl Orthonormal {
    /// Decomposes X by Gram–Schmidt, each column orthogonalized twice, which is as accurate as Householder's reflections
    /// (Giraud, Langou & Rozloznik 2005, Computers & Mathematics with Applications 50, 1069–1075). The error is the index
    /// of the first column that is a combination of those before it, or zero.
    pub(crate) fn of(columns: &[Vec<f64>]) -> Result<Self, usize> {
        let mut q: Vec<Vec<f64>> = Vec::with_capacity(columns.len());
        let mut r = Matrix::zeros(columns.len(), columns.len());
        for (j, column) in columns.iter().enumerate() {
            let scale = power_of_two_above(column);
            let mut rest: Vec<f64> = column.iter().map(|value| value / scale).collect();
            let before = dot(&rest, &rest).sqrt();
            for _ in 0..2 {
                for (i, direction) in q.iter().enumerate() {
                    let part = dot(direction, &rest);
                    r[(i, j)] += part * scale;
                    for (value, d) in rest.iter_mut().zip(direction) {
                        *value -= part * d;
                    }
                }
            }
            let length = dot(&rest, &rest).sqrt();
            if length <= ALIASED * before {
                return Err(j);
            }
            r[(j, j)] = length * scale;
            q.push(rest.iter().map(|value| value / length).collect());
        }
        Ok(Self { q, r })
    }

    /// Qᵀ·y, and what is left of y.
    pub(crate) fn split(&self, y: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let mut rest = y.to_vec();
        let mut parts = vec![0.0; self.q.len()];
        for _ in 0..2 {
            for (sum, direction) in parts.iter_mut().zip(&self.q) {
                let part = dot(direction, &rest);
                *sum += part;
                for (value, d) in rest.iter_mut().zip(direction) {
                    *value -= part * d;
                }
            }
        }
        (parts, rest)
    }
}

/// R⁻¹·vector: coefficients of Q as coefficients of X.
pub(crate) fn coefficients(r: &Matrix, vector: &[f64]) -> Vec<f64> {
    let mut x = vector.to_vec();
    for i in (0..x.len()).rev() {
        let above: f64 = (i + 1..x.len()).map(|k| r[(i, k)] * x[k]).sum();
        x[i] = (x[i] - above) / r[(i, i)];
    }
    x
}

/// R⁻ᵀ·vector: a contrast of the coefficients of X as one of the coefficients of Q. It is divided by the second number, a
/// power of two of its size.
pub(crate) fn scaled_contrast(r: &Matrix, vector: &[f64]) -> (Vec<f64>, f64) {
    let direction = contrast(r, vector);
    let size = power_of_two_above(&direction);
    (direction.iter().map(|value| value / size).collect(), size)
}

/// R⁻ᵀ·vector.
pub(crate) fn contrast(r: &Matrix, vector: &[f64]) -> Vec<f64> {
    let mut x = vector.to_vec();
    for i in 0..x.len() {
        let before: f64 = (0..i).map(|k| r[(k, i)] * x[k]).sum();
        x[i] = (x[i] - before) / r[(i, i)];
    }
    x
}

/// A power of two of the size of the largest number, so that dividing by it is exact and squares neither overflow nor
/// underflow.
pub(crate) fn power_of_two_above(values: &[f64]) -> f64 {
    let largest = values.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    if largest == 0.0 {
        return 1.0;
    }
    libm::ldexp(1.0, libm::ilogb(largest).clamp(-1000, 1000))
}
