//! The ranks of treatments within blocks.

use crate::StatsError;
use crate::error::require_finite;
use crate::ranks::{midranks_without_noise, tie_correction};

/// Doubled midranks within each block.
#[derive(Debug, Clone)]
pub(crate) struct BlockRanks {
    /// One row of doubled midranks for each block.
    pub rows: Vec<Vec<u64>>,
    /// Number of treatments.
    pub treatments: usize,
    /// Σ (t³ − t) over the ties of all blocks.
    pub tie_correction: f64,
}

impl BlockRanks {
    /// Ranks the values within each block; two that agree in 12 significant digits tie.
    ///
    /// # Errors
    /// No blocks, fewer than `needed` treatments, rows of different length, values that are NaN or infinite.
    pub(crate) fn of(blocks: &[Vec<f64>], needed: usize) -> Result<Self, StatsError> {
        let treatments = blocks.first().ok_or(StatsError::Empty)?.len();
        if treatments < needed {
            return Err(StatsError::TooFew {
                what: "treatments",
                needed,
                found: treatments,
            });
        }
        let mut ranks = Self {
            rows: Vec::with_capacity(blocks.len()),
            treatments,
            tie_correction: 0.0,
        };
        for block in blocks {
            if block.len() != treatments {
                let message = format!(
                    "a block has {} values, but another has {treatments}",
                    block.len()
                );
                return Err(StatsError::BadBlocks(message));
            }
            require_finite(block)?;
            let ranked = midranks_without_noise(block);
            ranks.rows.push(ranked.ranks);
            ranks.tie_correction += tie_correction(&ranked.ties);
        }
        Ok(ranks)
    }

    /// Sum of the doubled ranks of each treatment.
    pub(crate) fn doubled_sums(&self) -> Vec<u64> {
        let mut sums = vec![0; self.treatments];
        for row in &self.rows {
            for (sum, rank) in sums.iter_mut().zip(row) {
                *sum += rank;
            }
        }
        sums
    }

    /// Mean rank of each treatment.
    pub(crate) fn mean_ranks(&self) -> Vec<f64> {
        let blocks = self.rows.len() as f64;
        let sums = self.doubled_sums();
        sums.iter().map(|s| *s as f64 / (2.0 * blocks)).collect()
    }

    /// 4 · the sum of squared deviations of the treatments' rank sums from their mean, and the largest value that it can
    /// have with these ties: when all blocks rank the treatments equally. Whole numbers.
    pub(crate) fn agreement(&self) -> (u128, u128) {
        let (n, k) = (self.rows.len() as u128, self.treatments as u128);
        let center = n * (k + 1);
        let deviations = self.doubled_sums().into_iter();
        let found = deviations
            .map(|s| u128::from(s).abs_diff(center).pow(2))
            .sum();
        // Within a block, the squared deviations of its ranks; n times as much for n equal blocks, each n times as large.
        let of_block = |row: &Vec<u64>| -> u128 {
            row.iter()
                .map(|r| u128::from(*r).abs_diff(k + 1).pow(2))
                .sum()
        };
        (found, n * self.rows.iter().map(of_block).sum::<u128>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_that_agree_reach_the_largest_agreement() {
        let ranks = |blocks: &[Vec<f64>]| BlockRanks::of(blocks, 2).unwrap();
        let same = ranks(&[vec![1.0, 2.0, 2.0], vec![0.1, 7.0, 7.0]]);
        assert_eq!(same.doubled_sums(), [4, 10, 10]);
        assert_eq!(same.agreement(), (16 + 4 + 4, 2 * 2 * (4 + 1 + 1)));
        let other = ranks(&[vec![1.0, 2.0, 3.0], vec![3.0, 2.0, 1.0]]);
        assert_eq!(other.agreement().0, 0);
        assert_eq!(other.mean_ranks(), [2.0, 2.0, 2.0]);
    }

    #[test]
    fn ragged_rows_few_treatments_and_nan_are_refused() {
        let of = |blocks: &[Vec<f64>]| BlockRanks::of(blocks, 3);
        assert!(of(&[]).is_err());
        let few = of(&[vec![1.0, 2.0]]).unwrap_err().to_string();
        assert_eq!(few, "at least 3 treatments are needed, but there are 2");
        assert!(of(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0]]).is_err());
        assert!(of(&[vec![1.0, 2.0, f64::NAN]]).is_err());
    }
}
