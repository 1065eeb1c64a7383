//! The smallest p-values that sample sizes allow.

use crate::confidence::require_level;
use crate::{Alternative, StatsError, smallest_attainable_p};

/// The smallest exact p-value of a rank-sum test (Wilcoxon–Mann–Whitney) of two groups without ties: when all values
/// of one group are above all of the other.
///
/// 1/C(n₁ + n₂, n₁) one-sided, twice that two-sided, at most 1; 1 when a group is empty. For example, 3 and 3
/// subjects cannot get below 0.1 two-sided. The counterpart for pairs is [`smallest_attainable_p`].
#[must_use]
pub fn smallest_attainable_rank_sum_p(n1: usize, n2: usize, alternative: Alternative) -> f64 {
    let (small, large) = (n1.min(n2), n1.max(n2));
    let sides = match alternative {
        Alternative::TwoSided => 2.0,
        Alternative::Less | Alternative::Greater => 1.0,
    };
    let mut p = 1.0;
    for i in 1..=small {
        p *= i as f64 / (large + i) as f64;
        if p == 0.0 {
            break;
        }
    }
    (sides * p).clamp(f64::MIN_POSITIVE, 1.0)
}

/// The smallest number of pairs without zero differences with which a signed-rank test can be significant at level
/// `alpha`: with fewer, no result can be.
///
/// With m tests under Bonferroni or Holm, give alpha/m. 6 pairs for 0.05 two-sided, 5 one-sided.
///
/// # Errors
/// α outside (0, 1).
pub fn smallest_number_of_pairs(alpha: f64, alternative: Alternative) -> Result<usize, StatsError> {
    require_level("significance level", alpha)?;
    // 2^−1074 is the smallest f64.
    let mut sizes = 1..1100;
    let enough = sizes.find(|n| smallest_attainable_p(*n, alternative) <= alpha);
    Ok(enough.unwrap_or(usize::MAX))
}

/// The smallest size of two equal groups with which a rank-sum test can be significant at level `alpha`. 4 for 0.05
/// two-sided.
///
/// # Errors
/// α outside (0, 1).
pub fn smallest_group_size(alpha: f64, alternative: Alternative) -> Result<usize, StatsError> {
    require_level("significance level", alpha)?;
    let mut sizes = 1..1100;
    let enough = sizes.find(|n| smallest_attainable_rank_sum_p(*n, *n, alternative) <= alpha);
    Ok(enough.unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: wilcox.test(1:n1, n1 + 1:n2, exact = TRUE)$p.value = 2 / choose(n1 + n2, n1)
    #[test]
    fn smallest_p_values_are_those_of_r() {
        let of = |a, b| smallest_attainable_rank_sum_p(a, b, Alternative::TwoSided);
        assert!((of(3, 3) - 0.1).abs() < 1e-16);
        assert!((of(4, 7) - 0.006_060_606_060_606_061).abs() < 1e-16);
        assert!((of(10, 12) / 3.092_882_349_848_294e-6 - 1.0).abs() < 1e-10);
        assert_eq!((of(0, 5), of(1, 1)), (1.0, 1.0));
        assert_eq!(smallest_attainable_rank_sum_p(1, 4, Alternative::Less), 0.2);
        assert!(of(5000, 5000) > 0.0);
    }

    #[test]
    fn sizes_are_the_first_that_reach_alpha() {
        let pairs = |alpha, alternative| smallest_number_of_pairs(alpha, alternative).unwrap();
        assert_eq!(pairs(0.05, Alternative::TwoSided), 6);
        assert_eq!(pairs(0.05, Alternative::Less), 5);
        assert_eq!(pairs(0.0625, Alternative::TwoSided), 5);
        assert_eq!(smallest_group_size(0.05, Alternative::TwoSided).unwrap(), 4);
        assert_eq!(smallest_group_size(0.05, Alternative::Greater).unwrap(), 3);
        assert!(smallest_number_of_pairs(0.0, Alternative::Less).is_err());
        assert!(smallest_group_size(f64::NAN, Alternative::Less).is_err());
    }
}
