//! Critical values of rank tests without ties.

use crate::groups::{RANK_SUM_EXACT_LIMIT, RankSum};
use crate::tails::normal;
use crate::wilcoxon::EXACT_LIMIT;
use crate::{Method, exact};

/// Relative error that a probability may have when it is compared with a level.
const SLACK: f64 = 1e-11;

/// A statistic up to which a one-sided test rejects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Critical {
    /// The largest value that rejects; `None` when none does.
    pub up_to: Option<f64>,
    /// Whether it comes from the exact distribution.
    pub method: Method,
}

impl Critical {
    pub(crate) fn rejects(&self, statistic: f64) -> bool {
        self.up_to.is_some_and(|up_to| statistic <= up_to)
    }
}

/// Of the sum of the ranks of negative differences (or positive ones), W, at level `tail`: P(W ≤ `up_to`) ≤ tail.
pub(crate) fn signed_rank(n: usize, tail: f64) -> Critical {
    if n > EXACT_LIMIT {
        let n = n as f64;
        let mean = n * (n + 1.0) / 4.0;
        let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0;
        return approximate(mean, variance, tail);
    }
    let ranks: Vec<u64> = (1..=n as u64).collect();
    // The first value whose probability reaches the level; it rejects itself when it does not exceed it.
    let first = exact::quantile(&ranks, tail);
    let largest = if exact::lower_tail(&ranks, first) <= tail * (1.0 + SLACK) {
        Some(first)
    } else {
        first.checked_sub(1)
    };
    Critical {
        up_to: largest.map(|v| v as f64),
        method: Method::Exact,
    }
}

/// Of the Mann–Whitney count of two groups; exact where [`mann_whitney`](crate::groups::mann_whitney()) is.
pub(crate) fn rank_sum(n1: usize, n2: usize, tail: f64) -> Critical {
    if n1.saturating_add(n2) > RANK_SUM_EXACT_LIMIT {
        let (n1, n2) = (n1 as f64, n2 as f64);
        return approximate(n1 * n2 / 2.0, n1 * n2 * (n1 + n2 + 1.0) / 12.0, tail);
    }
    let doubled: Vec<u64> = (1..=(n1 + n2) as u64).map(|rank| 2 * rank).collect();
    let distribution = RankSum::of(&doubled, n1);
    let (first, _) = distribution.quantile(tail);
    // Half of what the doubled sum has above the smallest one.
    let count = first.saturating_sub((n1 * (n1 + 1)) as u64) / 2;
    let largest = if distribution.up_to(first) <= tail * (1.0 + SLACK) {
        Some(count)
    } else {
        count.checked_sub(1)
    };
    Critical {
        up_to: largest.map(|v| v as f64),
        method: Method::Exact,
    }
}

fn approximate(mean: f64, variance: f64, tail: f64) -> Critical {
    Critical {
        up_to: Some(mean + normal::quantile(tail) * variance.sqrt()),
        method: Method::Normal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Printed tables, two-sided 5 %: signed ranks n = 6, 10, 25; rank sums (U) 4 and 4, 8 and 10, 20 and 20.
    #[test]
    fn values_are_those_of_printed_tables() {
        for (n, value) in [(6, 0.0), (10, 8.0), (25, 89.0)] {
            assert_eq!(signed_rank(n, 0.025).up_to, Some(value));
        }
        assert_eq!(signed_rank(5, 0.025).up_to, None);
        // 2^−5 is attained exactly.
        assert_eq!(signed_rank(5, 0.031_25).up_to, Some(0.0));
        for (n1, n2, value) in [(4, 4, 0.0), (8, 10, 17.0), (20, 20, 127.0)] {
            assert_eq!(rank_sum(n1, n2, 0.025).up_to, Some(value));
        }
        assert_eq!(rank_sum(3, 3, 0.025).up_to, None);
    }

    // R 4.2: qwilcox(tail, n1, n2) - 1; pwilcox of it is below the level, and of qwilcox above.
    #[test]
    fn rank_sums_are_those_of_r() {
        for (n1, n2, tail, value) in [
            (8, 10, 0.025, 17.0),
            (12, 50, 0.025, 189.0),
            (80, 90, 0.025, 2972.0),
            (9, 7, 0.05, 15.0),
            (2, 150, 0.025, 31.0),
        ] {
            assert_eq!(rank_sum(n1, n2, tail).up_to, Some(value), "{n1} {n2}");
            assert_eq!(rank_sum(n2, n1, tail).up_to, Some(value), "{n2} {n1}");
        }
        // 1/C(7, 3) is attained exactly.
        assert_eq!(rank_sum(3, 4, 1.0 / 35.0).up_to, Some(0.0));
    }

    #[test]
    fn the_approximation_continues_the_exact_values() {
        let exact = rank_sum(100, 100, 0.025).up_to.unwrap();
        let beyond = rank_sum(100, 101, 0.025);
        assert_eq!(beyond.method, Method::Normal);
        // One subject more adds about 40 to the critical value.
        assert!(
            (beyond.up_to.unwrap() - exact - 43.0).abs() < 10.0,
            "{beyond:?} {exact}"
        );
        assert_eq!(signed_rank(2001, 0.025).method, Method::Normal);
    }
}
