//! Midranks, doubled so that they are integers.

use crate::noise::{tolerances, without_noise};

/// Doubled midranks of values, and the sizes of groups of ties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DoubledRanks {
    /// Twice the midrank of each value, in the order of the values: from 2 (the smallest) to 2n.
    pub ranks: Vec<u64>,
    /// Sizes of the groups of equal values, smallest value first.
    pub ties: Vec<u64>,
}

/// Ranks values in ascending order; equal values share the mean of their ranks.
///
/// A group at the ranks i + 1 … j has the midrank (i + 1 + j) / 2, so twice the midrank is an integer.
pub(crate) fn doubled_midranks(values: &[f64]) -> DoubledRanks {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0; values.len()];
    let mut ties = Vec::new();
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let size = order[start..]
            .iter()
            .take_while(|&&i| values[i] == value)
            .count();
        let end = start + size;
        for &index in &order[start..end] {
            ranks[index] = (start + 1 + end) as u64;
        }
        ties.push(size as u64);
        start = end;
    }
    DoubledRanks { ranks, ties }
}

/// The same for values that tie when they agree in 12 significant digits.
pub(crate) fn midranks_without_noise(values: &[f64]) -> DoubledRanks {
    doubled_midranks(&without_noise(values, &tolerances(values)))
}

/// Σ (t³ − t) over groups of ties, the correction of rank variances.
pub(crate) fn tie_correction(ties: &[u64]) -> f64 {
    ties.iter()
        .map(|&t| {
            let t = t as f64;
            t * t * t - t
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    // scipy.stats.rankdata([3, 1, 3, 2, 3]) = [4, 1, 4, 2, 4]
    #[test]
    fn ties_share_the_mean_of_their_ranks() {
        let ranked = doubled_midranks(&[3.0, 1.0, 3.0, 2.0, 3.0]);
        assert_eq!(ranked.ranks, [8, 2, 8, 4, 8]);
        assert_eq!(ranked.ties, [1, 1, 3]);
    }

    #[test]
    fn negative_and_positive_zero_tie() {
        assert_eq!(doubled_midranks(&[0.0, -0.0]).ranks, [3, 3]);
    }
}
