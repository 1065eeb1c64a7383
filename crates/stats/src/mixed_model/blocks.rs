//! Sums over groups of rows: all that the likelihood needs of the data.

use std::ops::Range;

use super::grouping::Grouping;
use super::matrix::Matrix;

/// The data, reduced to their scatter within the smallest groups and the mean of each.
///
/// The columns are those of the model matrix, made orthonormal, and the residuals of ordinary least squares.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    /// Number of rows.
    pub rows: usize,
    /// Number of columns, the residuals included.
    pub columns: usize,
    /// Sums of products of deviations from the mean of the smallest group.
    pub within: Matrix,
    /// Number of rows of each smallest group.
    pub sizes: Vec<f64>,
    /// Means of the columns, one row for each smallest group.
    pub means: Matrix,
    /// The smallest groups of each subject.
    pub subjects: Vec<Range<usize>>,
}

impl Blocks {
    /// Sums the columns over the groups.
    pub(crate) fn of(columns: &[&[f64]], grouping: &Grouping) -> Self {
        let groups = grouping.outer_of_inner.len();
        let mut sizes = vec![0.0; groups];
        for &group in &grouping.inner_of_row {
            sizes[group] += 1.0;
        }
        let mut means = Matrix::zeros(groups, columns.len());
        for (row, &group) in grouping.inner_of_row.iter().enumerate() {
            for (j, column) in columns.iter().enumerate() {
                means[(group, j)] += column[row] / sizes[group];
            }
        }
        let mut within = Matrix::zeros(columns.len(), columns.len());
        let mut deviation = vec![0.0; columns.len()];
        for (row, &group) in grouping.inner_of_row.iter().enumerate() {
            for (j, column) in columns.iter().enumerate() {
                deviation[j] = column[row] - means[(group, j)];
            }
            within.add_outer(1.0, &deviation, &deviation);
        }
        Self {
            rows: grouping.inner_of_row.len(),
            columns: columns.len(),
            within,
            sizes,
            means,
            subjects: subjects(&grouping.outer_of_inner),
        }
    }

    /// Mean number of rows of a smallest group, and of a subject.
    pub(crate) fn mean_sizes(&self) -> Ratios {
        Ratios {
            outer: self.rows as f64 / self.subjects.len() as f64,
            inner: self.rows as f64 / self.sizes.len() as f64,
        }
    }
}

/// Variances of the random intercepts as multiples of the residual variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratios {
    /// Of subjects that have groups nested in them; else 0.
    pub outer: f64,
    /// Of the smallest groups.
    pub inner: f64,
}

fn subjects(outer_of_inner: &[usize]) -> Vec<Range<usize>> {
    let mut subjects = Vec::new();
    let mut start = 0;
    for subject in outer_of_inner.chunk_by(|a, b| a == b) {
        subjects.push(start..start + subject.len());
        start += subject.len();
    }
    subjects
}
