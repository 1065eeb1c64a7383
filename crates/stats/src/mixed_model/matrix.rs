//! Small dense matrices.

use std::ops::{Index, IndexMut};

/// A matrix, stored row by row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    pub(crate) fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            rows,
            columns,
            values: vec![0.0; rows * columns],
        }
    }

    pub(crate) fn identity(size: usize) -> Self {
        let mut identity = Self::zeros(size, size);
        for i in 0..size {
            identity[(i, i)] = 1.0;
        }
        identity
    }

    /// A matrix of these rows, which have equal length.
    pub(crate) fn from_rows(rows: &[Vec<f64>]) -> Self {
        Self {
            rows: rows.len(),
            columns: rows.first().map_or(0, Vec::len),
            values: rows.concat(),
        }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) fn columns(&self) -> usize {
        self.columns
    }

    pub(crate) fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// The first `size` rows and columns.
    pub(crate) fn leading(&self, size: usize) -> Self {
        let rows: Vec<Vec<f64>> = (0..size).map(|i| self.row(i)[..size].to_vec()).collect();
        Self {
            rows: size,
            columns: size,
            values: rows.concat(),
        }
    }

    pub(crate) fn transposed(&self) -> Self {
        let mut result = Self::zeros(self.columns, self.rows);
        for i in 0..self.rows {
            for j in 0..self.columns {
                result[(j, i)] = self[(i, j)];
            }
        }
        result
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        let mut result = Self::zeros(self.rows, other.columns);
        for i in 0..self.rows {
            for k in 0..self.columns {
                let factor = self[(i, k)];
                for j in 0..other.columns {
                    result[(i, j)] += factor * other[(k, j)];
                }
            }
        }
        result
    }

    pub(crate) fn times_vector(&self, vector: &[f64]) -> Vec<f64> {
        (0..self.rows).map(|i| dot(self.row(i), vector)).collect()
    }

    /// self · inner · selfᵀ.
    pub(crate) fn sandwich(&self, inner: &Self) -> Self {
        self.times(inner).times(&self.transposed())
    }

    /// Adds factor · other.
    pub(crate) fn add(&mut self, factor: f64, other: &Self) {
        for (sum, value) in self.values.iter_mut().zip(&other.values) {
            *sum += factor * value;
        }
    }

    /// Adds factor · left · rightᵀ.
    pub(crate) fn add_outer(&mut self, factor: f64, left: &[f64], right: &[f64]) {
        for (i, l) in left.iter().enumerate() {
            let row = &mut self.values[i * self.columns..(i + 1) * self.columns];
            for (sum, r) in row.iter_mut().zip(right) {
                *sum += factor * l * r;
            }
        }
    }

    pub(crate) fn scaled(mut self, factor: f64) -> Self {
        for value in &mut self.values {
            *value *= factor;
        }
        self
    }

    /// tr(self · other).
    pub(crate) fn trace_of_product(&self, other: &Self) -> f64 {
        let diagonal = (0..self.rows).map(|i| {
            let column = (0..self.columns).map(|k| self[(i, k)] * other[(k, i)]);
            column.sum::<f64>()
        });
        diagonal.sum()
    }

    /// (self + selfᵀ) / 2.
    pub(crate) fn symmetric(&self) -> Self {
        let mut sum = self.transposed();
        sum.add(1.0, self);
        sum.scaled(0.5)
    }
}

impl Index<(usize, usize)> for Matrix {
    type Output = f64;

    fn index(&self, (row, column): (usize, usize)) -> &f64 {
        &self.values[row * self.columns + column]
    }
}

impl IndexMut<(usize, usize)> for Matrix {
    fn index_mut(&mut self, (row, column): (usize, usize)) -> &mut f64 {
        &mut self.values[row * self.columns + column]
    }
}

/// The inner product.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// leftᵀ · inner · right.
pub(crate) fn bilinear(left: &[f64], inner: &Matrix, right: &[f64]) -> f64 {
    dot(left, &inner.times_vector(right))
}
