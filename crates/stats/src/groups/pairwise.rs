//! Mann–Whitney tests of all pairs of groups.

use crate::StatsError;
use crate::groups::mann_whitney::{MannWhitney, RankSumConfig, mann_whitney};

/// The Mann–Whitney tests of all pairs of groups, each with the indices of its groups: (0, 1), (0, 2), …, (1, 2), ….
///
/// Each pair is ranked on its own, unlike in [`dunn`](crate::groups::dunn()): a third group does not change its result. The p-values
/// are not adjusted; pass them to [`adjust`](crate::adjust()). Equal to R's `pairwise.wilcox.test` with
/// `p.adjust.method = "none"`, which uses the approximation where values tie.
///
/// # Errors
/// Fewer than two groups, a group without values, values that are NaN or infinite.
pub fn pairwise_mann_whitney(
    groups: &[Vec<f64>],
    config: RankSumConfig,
) -> Result<Vec<(usize, usize, MannWhitney)>, StatsError> {
    if groups.len() < 2 {
        return Err(StatsError::TooFew {
            what: "groups",
            needed: 2,
            found: groups.len(),
        });
    }
    let mut tests = Vec::new();
    for (i, first) in groups.iter().enumerate() {
        for (j, second) in groups.iter().enumerate().skip(i + 1) {
            tests.push((i, j, mann_whitney(first, second, config)?));
        }
    }
    Ok(tests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Alternative, Method};

    const CONFIG: RankSumConfig = RankSumConfig {
        alternative: Alternative::TwoSided,
        method: Method::Exact,
        continuity_correction: false,
    };

    // R 4.2: pairwise.wilcox.test(c(1, 2, 3, 4, 5, 6, 7.5, 8, 4.5), rep(1:3, each = 3), "none"): 0.1, 0.1, 0.4
    #[test]
    fn p_values_are_those_of_r() {
        let groups = [
            vec![1.0, 2.0, 3.0],
            vec![4.0, 5.0, 6.0],
            vec![7.5, 8.0, 4.5],
        ];
        let got = pairwise_mann_whitney(&groups, CONFIG).unwrap();
        let pairs: Vec<(usize, usize)> = got.iter().map(|t| (t.0, t.1)).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
        for (test, expected) in got.iter().zip([0.1, 0.1, 0.4]) {
            assert!((test.2.p_value - expected).abs() < 1e-14, "{test:?}");
        }
    }

    #[test]
    fn one_group_and_empty_groups_are_refused() {
        assert!(pairwise_mann_whitney(&[vec![1.0]], CONFIG).is_err());
        assert!(pairwise_mann_whitney(&[vec![1.0], vec![]], CONFIG).is_err());
    }
}
