//! The values of several independent groups, ranked together.

use crate::StatsError;
use crate::error::require_finite;
use crate::noise::{tolerances, without_noise};
use crate::ranks::{doubled_midranks, tie_correction};

/// Values of all groups without noise, group after group, with their ranks among all.
#[derive(Debug, Clone)]
pub(crate) struct Pooled {
    /// The values, without floating-point noise.
    pub values: Vec<f64>,
    /// Twice the midrank of each value.
    pub ranks: Vec<u64>,
    /// Σ (t³ − t) over groups of ties.
    pub tie_correction: f64,
    /// Number of values of each group.
    pub sizes: Vec<usize>,
}

impl Pooled {
    /// Ranks the values of all groups together; two that agree in 12 significant digits tie.
    ///
    /// # Errors
    /// A group without `needed` values, values that are NaN or infinite.
    pub(crate) fn of(
        groups: &[&[f64]],
        needed: usize,
        test: &'static str,
    ) -> Result<Self, StatsError> {
        for (index, group) in groups.iter().enumerate() {
            require_finite(group)?;
            if group.len() < needed {
                return Err(StatsError::SmallGroup {
                    group: index + 1,
                    needed,
                    found: group.len(),
                    test,
                });
            }
        }
        let all = groups.concat();
        let values = without_noise(&all, &tolerances(&all));
        let ranked = doubled_midranks(&values);
        Ok(Self {
            ranks: ranked.ranks,
            tie_correction: tie_correction(&ranked.ties),
            values,
            sizes: groups.iter().map(|g| g.len()).collect(),
        })
    }

    /// Number of values.
    pub(crate) fn total(&self) -> usize {
        self.values.len()
    }

    /// Sum of the doubled ranks of each group.
    pub(crate) fn doubled_sums(&self) -> Vec<u64> {
        let mut left = self.ranks.as_slice();
        let mut sums = Vec::with_capacity(self.sizes.len());
        for size in &self.sizes {
            let (group, rest) = left.split_at(*size);
            sums.push(group.iter().sum());
            left = rest;
        }
        sums
    }

    /// Mean rank of each group.
    pub(crate) fn mean_ranks(&self) -> Vec<f64> {
        let sums = self.doubled_sums();
        let groups = sums.iter().zip(&self.sizes);
        groups
            .map(|(sum, size)| *sum as f64 / (2.0 * *size as f64))
            .collect()
    }

    /// N(N + 1)/12 − Σ(t³ − t)/(12(N − 1)), the variance of a midrank among all; 0 when all values are equal.
    pub(crate) fn rank_variance(&self) -> f64 {
        let n = self.total() as f64;
        if n < 2.0 {
            return 0.0;
        }
        ((n * (n + 1.0) - self.tie_correction / (n - 1.0)) / 12.0).max(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_of_different_groups_tie_in_spite_of_noise() {
        let pooled = Pooled::of(&[&[0.1 + 0.2, 1.0], &[0.3]], 1, "test").unwrap();
        assert_eq!(pooled.ranks, [3, 6, 3]);
        assert_eq!(pooled.doubled_sums(), [9, 3]);
    }

    #[test]
    fn the_variance_of_ranks_is_that_of_their_population() {
        let pooled = Pooled::of(&[&[1.0, 2.0, 2.0], &[5.0, 2.0]], 1, "test").unwrap();
        // Ranks 1, 3, 3, 5, 3: squared deviations 4 + 0 + 0 + 4 + 0, over N − 1.
        assert!((pooled.rank_variance() - 2.0).abs() < 1e-15);
        let equal = Pooled::of(&[&[2.0, 2.0], &[2.0]], 1, "test").unwrap();
        assert_eq!(equal.rank_variance(), 0.0);
    }

    #[test]
    fn a_small_group_and_nan_are_refused() {
        let small = Pooled::of(&[&[1.0, 2.0], &[3.0]], 2, "the test").unwrap_err();
        let message = "group 2 has 1 values; the test needs at least 2 in each group";
        assert_eq!(small.to_string(), message);
        assert!(Pooled::of(&[&[1.0], &[f64::NAN]], 1, "test").is_err());
        assert!(Pooled::of(&[&[1.0], &[]], 1, "test").is_err());
    }
}
