//! Dunn's test of all pairs of independent groups.

use crate::groups::kruskal_wallis::pooled;
use crate::tails::normal::upper_tail;
use crate::{RankPair, StatsError};

/// Tests all pairs of k independent groups with the ranks of all groups (Dunn 1964, Technometrics 6, 241–252).
///
/// z = (R̄ᵢ − R̄ⱼ)/√(s²·(1/nᵢ + 1/nⱼ)) with the mean ranks and the variance s² of all ranks, corrected for ties:
/// s² = N(N + 1)/12 − Σ(t³ − t)/(12(N − 1)). The p-values are two-sided and not adjusted; pass them to
/// [`adjust`](crate::adjust()). Equal to `scikit_posthocs.posthoc_dunn`, R's `FSA::dunnTest` and `PMCMRplus`; the p of
/// `dunn.test` is one-sided, half as large. When all values are equal, the statistic is `None` and p is 1.
///
/// The pairs are in the order (0, 1), (0, 2), …, (1, 2), ….
///
/// # Errors
/// Fewer than two groups, a group without values, values that are NaN or infinite.
pub fn dunn(groups: &[Vec<f64>]) -> Result<Vec<RankPair>, StatsError> {
    let pooled = pooled(groups)?;
    let variance = pooled.rank_variance();
    let test = |difference: f64, [i, j]: [usize; 2]| {
        let sizes = 1.0 / pooled.sizes[i] as f64 + 1.0 / pooled.sizes[j] as f64;
        let z = (variance > 0.0).then(|| difference / (variance * sizes).sqrt());
        (z, z.map_or(1.0, |z| 2.0 * upper_tail(z.abs())))
    };
    Ok(RankPair::all(&pooled.mean_ranks(), test))
}

#[cfg(test)]
mod tests {
    use super::*;

    // scikit-posthocs 0.17: posthoc_dunn(groups), without adjustment
    #[test]
    fn p_values_are_those_of_scikit_posthocs() {
        let groups = [
            vec![2.9, 3.0, 2.5, 2.6, 3.2],
            vec![3.8, 2.7, 4.0, 2.4],
            vec![2.8, 3.4, 3.7, 2.2, 2.0],
            vec![3.4, 3.4, 2.9],
        ];
        let got = dunn(&groups).unwrap();
        let expected = [
            (0, 1, 0.407_037_647_000_428_1),
            (0, 2, 0.974_944_490_878_748_3),
            (0, 3, 0.301_327_324_385_881_3),
            (1, 2, 0.390_489_857_711_723_2),
            (1, 3, 0.794_802_430_476_807_3),
            (2, 3, 0.288_784_916_884_520_8),
        ];
        assert_eq!(got.len(), 6);
        for (pair, (i, j, p)) in got.iter().zip(expected) {
            assert_eq!((pair.first, pair.second), (i, j));
            assert!((pair.p_value - p).abs() < 1e-13, "{pair:?}");
            assert!(pair.statistic.unwrap() * pair.mean_rank_difference >= 0.0);
        }
    }

    #[test]
    fn equal_values_show_nothing_and_bad_groups_are_refused() {
        let equal = dunn(&[vec![1.0, 1.0], vec![1.0]]).unwrap();
        assert_eq!((equal[0].statistic, equal[0].p_value), (None, 1.0));
        assert!(dunn(&[vec![1.0]]).is_err());
        assert!(dunn(&[vec![1.0], vec![f64::NAN]]).is_err());
    }
}
