//! The signed-rank test for clustered pairs.

use std::collections::BTreeMap;

use super::differences::clustered_differences;
use crate::ranks::doubled_midranks;
use crate::tails::normal::upper_tail;
use crate::wilcoxon::EXACT_LIMIT;
use crate::{Alternative, Method, StatsError, exact, smallest_attainable_p};

/// Result of a signed-rank test of clustered pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusteredSignedRank {
    /// Number of pairs.
    pub n: usize,
    /// Pairs whose difference is zero; they are dropped before ranking.
    pub n_zero: usize,
    /// Number of clusters.
    pub n_clusters: usize,
    /// Clusters whose signed ranks do not sum to zero: only these can change the statistic.
    pub n_informative: usize,
    /// T, the sum of all signed ranks.
    pub statistic: f64,
    /// T / √(Σ Tᵢ²) over the sums Tᵢ of the clusters; `None` when all of them are zero.
    pub z: Option<f64>,
    /// Probability under the null hypothesis of a statistic at least as extreme; in (0, 1].
    pub p_value: f64,
    /// The method that computed the p-value; differs from the requested one above [`EXACT_LIMIT`] ranked differences.
    pub method: Method,
    /// The smallest p-value that the exact test can give with this number of informative clusters.
    pub smallest_attainable_p: f64,
}

/// Tests whether the differences `first − second` of clustered pairs are symmetric about zero (Rosner, Glynn & Lee
/// 2006, Biometrics 62, 185–192, without weights).
///
/// `clusters` names the cluster of each pair. Pairs within a cluster may depend on each other; clusters are
/// independent. The absolute non-zero differences of all pairs are ranked together, with midranks. Tᵢ is the sum of
/// the signed ranks of cluster i, T = Σ Tᵢ. Under the null hypothesis, all signs of a cluster may change together,
/// each way with probability ½. With one pair in each cluster this is the signed-rank test
/// ([`wilcoxon`](crate::wilcoxon())).
///
/// *Exact*: the distribution of T over all 2^m changes of sign, given the |Tᵢ|. Midranks are multiples of ½, so
/// dynamic programming over the clusters gives it for any number of clusters, up to [`EXACT_LIMIT`] ranked
/// differences.
///
/// *Normal*: z = T / √(Σ Tᵢ²), as in `clusrank::clusWilcox.test(paired = TRUE, method = "rgl")` for clusters of equal
/// size. For clusters of different size clusrank weights the mean ranks of clusters by an estimated variance; this
/// statistic is unweighted, and valid too. Below about 20 clusters the exact method is the better one.
///
/// When all differences are zero, p is 1.
///
/// # Errors
/// No pairs, samples or clusters of different length, values that are NaN or infinite.
pub fn clustered_signed_rank(
    first: &[f64],
    second: &[f64],
    clusters: &[usize],
    alternative: Alternative,
    method: Method,
) -> Result<ClusteredSignedRank, StatsError> {
    let differences = clustered_differences(first, second, clusters)?;
    let sums = doubled_sums(&differences, clusters);
    let n_zero = differences.iter().filter(|d| **d == 0.0).count();
    let method = if differences.len() - n_zero > EXACT_LIMIT {
        Method::Normal
    } else {
        method
    };
    let n_informative = sums.iter().filter(|sum| **sum != 0).count();
    let z = standard_score(&sums);
    let p_value = match (method, z) {
        (Method::Exact, _) => exact_p(&sums, alternative),
        (Method::Normal, Some(z)) => normal_p(z, alternative),
        (Method::Normal, None) => 1.0,
    };
    Ok(ClusteredSignedRank {
        n: differences.len(),
        n_zero,
        n_clusters: sums.len(),
        n_informative,
        statistic: sums.iter().sum::<i64>() as f64 / 2.0,
        z,
        p_value: p_value.clamp(f64::MIN_POSITIVE, 1.0),
        method,
        smallest_attainable_p: smallest_attainable_p(n_informative, alternative),
    })
}

/// Twice the sum of the signed midranks of each cluster.
fn doubled_sums(differences: &[f64], clusters: &[usize]) -> Vec<i64> {
    let mut sums: BTreeMap<usize, i64> = clusters.iter().map(|c| (*c, 0)).collect();
    let ranked = || {
        let pairs = differences.iter().zip(clusters);
        pairs.filter(|(d, _)| **d != 0.0)
    };
    let sizes: Vec<f64> = ranked().map(|(d, _)| d.abs()).collect();
    let ranks = doubled_midranks(&sizes).ranks;
    for ((difference, cluster), rank) in ranked().zip(&ranks) {
        let signed = if *difference > 0.0 {
            *rank as i64
        } else {
            -(*rank as i64)
        };
        *sums.entry(*cluster).or_default() += signed;
    }
    sums.into_values().collect()
}

fn standard_score(sums: &[i64]) -> Option<f64> {
    let squares: f64 = sums.iter().map(|s| (*s as f64) * (*s as f64)).sum();
    let total = sums.iter().sum::<i64>() as f64;
    (squares > 0.0).then(|| total / squares.sqrt())
}

fn normal_p(z: f64, alternative: Alternative) -> f64 {
    match alternative {
        Alternative::TwoSided => 2.0 * upper_tail(z.abs()),
        Alternative::Less => upper_tail(-z),
        Alternative::Greater => upper_tail(z),
    }
}

/// T = 2·S − Σ|Tᵢ|, where S is the sum of the |Tᵢ| of a random half of the clusters: the distribution of a
/// signed-rank sum whose ranks are the |Tᵢ|.
fn exact_p(sums: &[i64], alternative: Alternative) -> f64 {
    let sizes = sums.iter().map(|s| s.unsigned_abs());
    let sizes: Vec<u64> = sizes.filter(|size| *size > 0).collect();
    let of_sign = |positive: bool| -> u64 {
        let kept = sums.iter().filter(|s| (**s > 0) == positive);
        kept.map(|s| s.unsigned_abs()).sum()
    };
    let (plus, minus) = (of_sign(true), of_sign(false));
    match alternative {
        Alternative::Less => exact::lower_tail(&sizes, plus),
        Alternative::Greater => exact::lower_tail(&sizes, minus),
        Alternative::TwoSided => 2.0 * exact::lower_tail(&sizes, plus.min(minus)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "helpers of tests")]

    use super::*;
    use crate::{WilcoxonConfig, ZeroMethod, wilcoxon};
    use proptest::prelude::*;

    const ALTERNATIVES: [Alternative; 3] = [
        Alternative::TwoSided,
        Alternative::Less,
        Alternative::Greater,
    ];

    fn of(
        differences: &[f64],
        clusters: &[usize],
        alternative: Alternative,
        method: Method,
    ) -> ClusteredSignedRank {
        let zero = vec![0.0; differences.len()];
        clustered_signed_rank(differences, &zero, clusters, alternative, method).unwrap()
    }

    const D: [f64; 13] = [
        0.3, -0.1, 0.5, 0.2, 0.4, 0.6, -0.2, 0.1, 0.7, 0.25, -0.35, 0.15, 0.45,
    ];
    const CLUSTERS: [usize; 13] = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];

    // R 4.2: T <- tapply(sign(d) * rank(round(abs(d), 9)), cluster, sum); z <- sum(T) / sqrt(sum(T^2)); 2 * pnorm(-z);
    // exact: mean(abs(as.matrix(expand.grid(rep(list(c(-1, 1)), 4))) %*% T) >= abs(sum(T)))
    #[test]
    fn score_and_p_are_those_of_r() {
        let normal = of(&D, &CLUSTERS, Alternative::TwoSided, Method::Normal);
        assert_eq!(normal.statistic, 63.0);
        assert!((normal.z.unwrap() - 1.850_940_807_565_651).abs() < 1e-14);
        assert!((normal.p_value - 0.064_178_069_2).abs() < 1e-10);
        let exact = of(&D, &CLUSTERS, Alternative::TwoSided, Method::Exact);
        assert_eq!((exact.p_value, exact.smallest_attainable_p), (0.125, 0.125));
        assert_eq!((exact.n_clusters, exact.n_informative), (4, 4));
        let greater = of(&D, &CLUSTERS, Alternative::Greater, Method::Exact);
        assert_eq!(greater.p_value, 0.0625);
    }

    #[test]
    fn clusters_of_one_pair_give_the_signed_rank_test() {
        let clusters: Vec<usize> = (0..D.len()).collect();
        for alternative in ALTERNATIVES {
            let config = WilcoxonConfig {
                alternative,
                zero_method: ZeroMethod::Wilcox,
                method: Method::Exact,
                continuity_correction: false,
            };
            let expected = wilcoxon(&D, &[0.0; 13], config).unwrap();
            let got = of(&D, &clusters, alternative, Method::Exact);
            assert_eq!(got.p_value, expected.p_value);
            assert_eq!(got.statistic, expected.w_plus - expected.w_minus);
        }
    }

    #[test]
    fn one_cluster_and_zeros_alone_decide_nothing() {
        let one = of(&[1.0, 2.0], &[7, 7], Alternative::TwoSided, Method::Exact);
        assert_eq!((one.p_value, one.smallest_attainable_p), (1.0, 1.0));
        for method in [Method::Exact, Method::Normal] {
            let zeros = of(&[0.0; 3], &[1, 2, 2], Alternative::TwoSided, method);
            assert_eq!((zeros.p_value, zeros.z), (1.0, None));
            assert_eq!(
                (zeros.n_zero, zeros.n_clusters, zeros.n_informative),
                (3, 2, 0)
            );
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let test = |a: &[f64], b: &[f64], c: &[usize]| {
            clustered_signed_rank(a, b, c, Alternative::TwoSided, Method::Exact)
        };
        assert_eq!(test(&[], &[], &[]), Err(StatsError::Empty));
        assert!(test(&[1.0], &[], &[1]).is_err());
        assert!(test(&[1.0], &[0.0], &[]).is_err());
        assert!(test(&[f64::NAN], &[0.0], &[1]).is_err());
        assert!(test(&[f64::INFINITY], &[0.0], &[1]).is_err());
    }

    #[test]
    fn above_the_limit_the_normal_approximation_is_used() {
        let d: Vec<f64> = (1..=2001).map(f64::from).collect();
        let clusters: Vec<usize> = (0..2001).map(|i| i / 3).collect();
        let result = of(&d, &clusters, Alternative::TwoSided, Method::Exact);
        assert_eq!(result.method, Method::Normal);
    }

    /// p by going through all signs of clusters.
    fn by_enumeration(sums: &[i64], alternative: Alternative) -> f64 {
        let observed: i64 = sums.iter().sum();
        let all = 1u32 << sums.len();
        let extreme = (0..all).filter(|signs| {
            let total: i64 = (0..sums.len())
                .map(|i| {
                    if signs >> i & 1 == 1 {
                        sums[i]
                    } else {
                        -sums[i]
                    }
                })
                .sum();
            match alternative {
                Alternative::TwoSided => total.abs() >= observed.abs(),
                Alternative::Less => total <= observed,
                Alternative::Greater => total >= observed,
            }
        });
        extreme.count() as f64 / f64::from(all)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn exact_p_equals_enumeration_and_names_order_and_unit_change_nothing(
            pairs in prop::collection::vec((-6i32..=6, 0usize..8), 1..30),
            unit in prop::sample::select(vec![1e-7, 0.1, 1e4]),
        ) {
            let d: Vec<f64> = pairs.iter().map(|(d, _)| f64::from(*d)).collect();
            let clusters: Vec<usize> = pairs.iter().map(|(_, c)| *c).collect();
            let sums = doubled_sums(&d, &clusters);
            let (mut e, mut names) = (d.clone(), clusters.clone());
            e.reverse();
            names.reverse();
            let e: Vec<f64> = e.iter().map(|v| v * unit).collect();
            let names: Vec<usize> = names.iter().map(|c| 100 - c).collect();
            for alternative in ALTERNATIVES {
                let got = of(&d, &clusters, alternative, Method::Exact);
                let expected = by_enumeration(&sums, alternative);
                prop_assert!((got.p_value - expected).abs() < 1e-12, "{} {}", got.p_value, expected);
                prop_assert!(got.p_value >= got.smallest_attainable_p * (1.0 - 1e-12));
                prop_assert_eq!(of(&e, &names, alternative, Method::Exact), got);
            }
        }
    }
}
