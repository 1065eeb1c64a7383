//! The hypotheses of type III: general forms of estimable functions.

use super::coding::Coding;
use super::design::Design;
use super::frame::Frame;
use super::matrix::{Matrix, dot};
use super::orthonormal::{Orthonormal, coefficients};
use crate::StatsError;

/// The columns of a model matrix where each factor has a column for every level, as combinations of the columns of the
/// model matrix.
#[derive(Debug, Clone)]
pub(crate) struct EstimableFunctions {
    /// One row for each column with all levels.
    combinations: Matrix,
    /// The row of each column of the model matrix: the rest are those of reference levels.
    own: Vec<usize>,
}

impl EstimableFunctions {
    /// The combinations for a model matrix Q·R.
    pub(crate) fn of(design: &Design, frame: &Frame, orthonormal: &Orthonormal) -> Self {
        let columns = design.matrix(frame, Coding::AllLevels);
        let combinations = columns.iter().map(|column| {
            let along: Vec<f64> = orthonormal.q.iter().map(|q| dot(q, column)).collect();
            coefficients(&orthonormal.r, &along)
        });
        let combinations: Vec<Vec<f64>> = combinations.collect();
        let mut combinations = Matrix::from_rows(&combinations);
        let own = design.places_among_all_levels();
        // What floating-point arithmetic gives as a unit vector, is one.
        for (j, &row) in own.iter().enumerate() {
            for k in 0..own.len() {
                combinations[(row, k)] = f64::from(u8::from(j == k));
            }
        }
        Self { combinations, own }
    }

    /// The contrasts of type III of a term: its columns of the combinations, orthogonal to those of all terms that contain
    /// it (Goodnight 1976, "General linear models procedure", SAS; the steps are those of lmerTest).
    pub(crate) fn type_three(
        &self,
        design: &Design,
        term: usize,
    ) -> Result<Vec<Vec<f64>>, StatsError> {
        let columns = self.combinations.transposed();
        let containing = (0..design.terms.len()).filter(|other| design.contains(*other, term));
        let containing: Vec<Vec<f64>> = containing
            .flat_map(|other| design.range(other))
            .map(|column| columns.row(column).to_vec())
            .collect();
        let orthonormal = Orthonormal::of(&containing).map_err(|_| {
            StatsError::BadModel(format!(
                "the term {} has no test of type III: terms that contain it are aliased",
                design.terms[term].term
            ))
        })?;
        let contrasts = design.range(term).map(|column| {
            let (_, rest) = orthonormal.split(columns.row(column));
            self.own.iter().map(|row| rest[*row]).collect()
        });
        Ok(contrasts.collect())
    }
}
