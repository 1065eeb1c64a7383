//! Signed-rank tests of all pairs of treatments.

use crate::repeated::block_ranks::BlockRanks;
use crate::{StatsError, Wilcoxon, WilcoxonConfig, wilcoxon};

/// The signed-rank tests of all pairs of treatments, each measured once in n blocks, with the indices of the two
/// treatments: (0, 1), (0, 2), …, (1, 2), …. Differences are first − second.
///
/// The p-values are not adjusted; pass them to [`adjust`](crate::adjust()). Equal to R's
/// `pairwise.wilcox.test(paired = TRUE, p.adjust.method = "none")`, which uses the approximation where differences tie or
/// are zero.
///
/// # Errors
/// Fewer than two treatments, no blocks, rows of different length, values that are NaN or infinite.
pub fn pairwise_signed_rank(
    blocks: &[Vec<f64>],
    config: WilcoxonConfig,
) -> Result<Vec<(usize, usize, Wilcoxon)>, StatsError> {
    let treatments = BlockRanks::of(blocks, 2)?.treatments;
    let column = |j: usize| blocks.iter().filter_map(|b| b.get(j).copied()).collect();
    let columns: Vec<Vec<f64>> = (0..treatments).map(column).collect();
    let mut tests = Vec::new();
    for (i, first) in columns.iter().enumerate() {
        for (j, second) in columns.iter().enumerate().skip(i + 1) {
            tests.push((i, j, wilcoxon(first, second, config)?));
        }
    }
    Ok(tests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Alternative, Method, ZeroMethod};

    const CONFIG: WilcoxonConfig = WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method: ZeroMethod::Wilcox,
        method: Method::Exact,
        continuity_correction: false,
    };

    // R 4.2: pairwise.wilcox.test(c(1.1, 2.3, 3.2, 4.7, 5.9, 2, 3.4, 4.1, 5.9, 7.4, 1, 2.8, 2.9, 5.5, 6.1), rep(1:3, each = 5),
    // "none", paired = TRUE)
    #[test]
    fn p_values_are_those_of_r() {
        let blocks = [
            vec![1.1, 2.0, 1.0],
            vec![2.3, 3.4, 2.8],
            vec![3.2, 4.1, 2.9],
            vec![4.7, 5.9, 5.5],
            vec![5.9, 7.4, 6.1],
        ];
        let got = pairwise_signed_rank(&blocks, CONFIG).unwrap();
        let pairs: Vec<(usize, usize)> = got.iter().map(|t| (t.0, t.1)).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
        for (test, expected) in got.iter().zip([0.0625, 0.4375, 0.0625]) {
            assert!((test.2.p_value - expected).abs() < 1e-14, "{test:?}");
        }
    }

    #[test]
    fn bad_blocks_are_refused() {
        assert!(pairwise_signed_rank(&[], CONFIG).is_err());
        assert!(pairwise_signed_rank(&[vec![1.0]], CONFIG).is_err());
        assert!(pairwise_signed_rank(&[vec![1.0, 2.0], vec![1.0]], CONFIG).is_err());
    }
}
