//! Nemenyi's test of all pairs of treatments.

use crate::repeated::block_ranks::BlockRanks;
use crate::repeated::studentized_range::range_upper;
use crate::{RankPair, StatsError};

/// Tests all pairs of k treatments, each measured once in n blocks, after a Friedman test (Nemenyi 1963; Demšar 2006,
/// Journal of Machine Learning Research 7, 1–30).
///
/// The statistic is q = (R̄ᵢ − R̄ⱼ)/√(k(k + 1)/(12n)) with the mean ranks within blocks; p is the probability that the
/// studentized range of k values with infinite degrees of freedom exceeds |q|. So the p-values are already adjusted for all
/// pairs: do not adjust them again. Equal to `scikit_posthocs.posthoc_nemenyi_friedman` and `PMCMRplus`. Ties only lower
/// |q|, so the test is conservative with them.
///
/// # Errors
/// Fewer than two treatments, no blocks, rows of different length, values that are NaN or infinite.
pub fn nemenyi(blocks: &[Vec<f64>]) -> Result<Vec<RankPair>, StatsError> {
    let ranks = BlockRanks::of(blocks, 2)?;
    let (n, k) = (blocks.len() as f64, ranks.treatments as f64);
    let scale = (k * (k + 1.0) / (12.0 * n)).sqrt();
    let test = |difference: f64, _| {
        let q = difference / scale;
        (Some(q), range_upper(q.abs(), ranks.treatments))
    };
    Ok(RankPair::all(&ranks.mean_ranks(), test))
}

#[cfg(test)]
mod tests {
    use super::*;

    // scikit-posthocs 0.17: posthoc_nemenyi_friedman(table)
    #[test]
    fn p_values_are_those_of_scikit_posthocs() {
        let blocks = [
            vec![1.0, 2.0, 2.0, 3.0],
            vec![1.0, 1.0, 2.0, 4.0],
            vec![3.0, 1.0, 2.0, 2.0],
            vec![1.0, 4.0, 3.0, 2.0],
            vec![1.0, 3.0, 3.0, 4.0],
        ];
        let expected = [
            0.883_086_610_502_1,
            0.611_060_811_146_33,
            0.203_469_636_503_8,
            0.961_371_001_586_09,
            0.611_060_811_146_33,
            0.883_086_610_502_11,
        ];
        let got = nemenyi(&blocks).unwrap();
        assert_eq!(got.len(), 6);
        for (pair, expected) in got.iter().zip(expected) {
            assert!((pair.p_value - expected).abs() < 1e-12, "{pair:?}");
        }
        let agreed = nemenyi(&vec![vec![1.0, 2.0, 3.0]; 4]).unwrap();
        assert!((agreed[1].p_value - 0.012_987_661_373_194).abs() < 1e-13);
        assert!((agreed[0].p_value - 0.333_499_325_040_15).abs() < 1e-13);
    }

    #[test]
    fn equal_values_show_nothing_and_bad_blocks_are_refused() {
        assert_eq!(nemenyi(&[vec![1.0; 3]]).unwrap()[0].p_value, 1.0);
        assert!(nemenyi(&[]).is_err());
        assert!(nemenyi(&[vec![1.0]]).is_err());
        assert!(nemenyi(&[vec![1.0, f64::INFINITY]]).is_err());
    }
}
