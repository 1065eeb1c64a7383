//! Scores of methods from a table of units and methods.

use rsom_parameters::Choice;

use crate::StatsError;
use crate::moments::require_squarable;
use crate::ranks::midranks_without_noise;

/// What methods are ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum RankBy {
    /// The mean value over units: aggregate, then rank.
    Mean,
    /// The mean of the ranks within units: rank, then aggregate. Less sensitive to single units with extreme values.
    MeanRank,
}

/// One row per unit, one column per method; smaller is better.
pub(crate) struct Scores {
    pub rows: Vec<Vec<f64>>,
}

impl Scores {
    /// Checks the table and orients it.
    pub(crate) fn of(
        table: &[Vec<f64>],
        by: RankBy,
        higher_is_better: bool,
    ) -> Result<Self, StatsError> {
        let methods = table.first().ok_or(StatsError::Empty)?.len();
        for (what, found) in [("units", table.len()), ("methods", methods)] {
            if found < 2 {
                return Err(StatsError::TooFew {
                    what,
                    needed: 2,
                    found,
                });
            }
        }
        require_squarable(&table.concat())?;
        let sign = if higher_is_better { -1.0 } else { 1.0 };
        let mut rows = Vec::with_capacity(table.len());
        for row in table {
            if row.len() != methods {
                let message = format!(
                    "a unit has values of {} methods, but another of {methods}",
                    row.len()
                );
                return Err(StatsError::BadBlocks(message));
            }
            let oriented: Vec<f64> = row.iter().map(|v| sign * v).collect();
            rows.push(match by {
                RankBy::Mean => oriented,
                RankBy::MeanRank => ranks(&oriented),
            });
        }
        Ok(Self { rows })
    }

    /// The score of each method over these units: the mean of its column.
    pub(crate) fn means(&self, units: impl Iterator<Item = usize>) -> Vec<f64> {
        let mut sums = vec![0.0; self.rows.first().map_or(0, Vec::len)];
        let mut n = 0.0;
        for row in units.filter_map(|unit| self.rows.get(unit)) {
            n += 1.0;
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += value;
            }
        }
        sums.iter().map(|sum| sum / n).collect()
    }

    /// The column of a method.
    pub(crate) fn column(&self, method: usize) -> Vec<f64> {
        self.rows
            .iter()
            .filter_map(|row| row.get(method).copied())
            .collect()
    }
}

/// Midranks, 1 for the smallest; values that agree in 12 significant digits tie.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let ranked = midranks_without_noise(values);
    ranked.ranks.iter().map(|r| *r as f64 / 2.0).collect()
}
