//! The test of one pair of groups or treatments after an omnibus test.

/// The test of one pair of groups or treatments after an omnibus test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankPair {
    /// Index of the first group.
    pub first: usize,
    /// Index of the second group; larger.
    pub second: usize,
    /// Mean rank of the first group minus that of the second.
    pub mean_rank_difference: f64,
    /// The statistic, positive when the first group has the greater mean rank; `None` when all ranks are equal.
    pub statistic: Option<f64>,
    /// Two-sided p-value, not adjusted for the number of pairs unless the test says so; in (0, 1].
    pub p_value: f64,
}

impl RankPair {
    /// All pairs in the order (0, 1), (0, 2), …, (1, 2), …. `test` gives the statistic and the p-value of a difference of
    /// mean ranks, and of the indices.
    pub(crate) fn all(
        mean_ranks: &[f64],
        test: impl Fn(f64, [usize; 2]) -> (Option<f64>, f64),
    ) -> Vec<Self> {
        let mut pairs = Vec::new();
        for (i, first) in mean_ranks.iter().enumerate() {
            for (j, second) in mean_ranks.iter().enumerate().skip(i + 1) {
                let (statistic, p_value) = test(first - second, [i, j]);
                pairs.push(Self {
                    first: i,
                    second: j,
                    mean_rank_difference: first - second,
                    statistic,
                    p_value: p_value.clamp(f64::MIN_POSITIVE, 1.0),
                });
            }
        }
        pairs
    }
}
