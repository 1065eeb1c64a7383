//! The sign-flip test of the mean of clustered differences.

use std::collections::BTreeMap;

use super::differences::clustered_differences;
use crate::bootstrap::ClusterWeight;
use crate::moments::require_squarable;
use crate::random::Random;
use crate::{Alternative, StatsError, smallest_attainable_p};

/// Largest number of clusters for the exact distribution: 2^20 sums of each half of the clusters.
const EXACT_CLUSTERS: usize = 40;
/// Fewest random changes of signs.
const FEWEST_REPLICATES: usize = 100;
/// Tolerance within which two sums are equal, relative to the sum of the absolute sums of clusters.
const RELATIVE: f64 = 1e-12;

/// Settings of a sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlipConfig {
    /// Whether each observation or each cluster has the same weight in the mean.
    pub weight: ClusterWeight,
    /// Alternative hypothesis.
    pub alternative: Alternative,
    /// Number of random changes of signs above 40 clusters, at least 100.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
}

/// Result of a sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SignFlip {
    /// The mean difference first − second, with the weights of the configuration.
    pub mean_difference: f64,
    /// Number of pairs.
    pub n: usize,
    /// Number of clusters.
    pub n_clusters: usize,
    /// Clusters whose differences do not sum to zero.
    pub n_informative: usize,
    /// Probability under the null hypothesis of a mean at least as extreme; in (0, 1].
    pub p_value: f64,
    /// Monte Carlo standard error of p; `None` when p is exact.
    pub standard_error: Option<f64>,
    /// The smallest p that this number of clusters allows.
    pub smallest_attainable_p: f64,
}

/// Tests whether the mean of clustered differences `first − second` is zero, by changing the signs of whole clusters
/// (Fisher 1935, The Design of Experiments, section 21, with clusters as units).
///
/// Under the null hypothesis, the differences of a cluster may all change their sign together, each way with
/// probability ½. Differences within a cluster may depend on each other; clusters are independent. The test keeps the
/// sizes of differences, which [`clustered_signed_rank`](super::clustered_signed_rank()) replaces by ranks.
///
/// Up to 40 clusters whose sum is not zero, p is exact: all 2^m changes are counted from the sorted sums of two
/// halves of the clusters. Above, p = (1 + count)/(1 + replicates) from seeded random changes, which never
/// understates it (Phipson & Smyth 2010). A two-sided p is twice the smaller tail. Sums that agree in 12 digits are
/// equal. With one pair in each cluster it is R's `exactRankTests::perm.test(paired = TRUE)`.
///
/// # Errors
/// No pairs, samples or clusters of different length, values that are NaN, infinite or beyond 1e140, fewer than 100
/// replicates.
pub fn clustered_sign_flip(
    first: &[f64],
    second: &[f64],
    clusters: &[usize],
    config: SignFlipConfig,
) -> Result<SignFlip, StatsError> {
    let differences = clustered_differences(first, second, clusters)?;
    require_squarable(&differences)?;
    if config.replicates < FEWEST_REPLICATES {
        return Err(StatsError::TooFew {
            what: "random changes of signs",
            needed: FEWEST_REPLICATES,
            found: config.replicates,
        });
    }
    let (sums, weight) = sums(&differences, clusters, config.weight);
    let tolerance = RELATIVE * sums.iter().map(|s| s.abs()).sum::<f64>();
    let informative: Vec<f64> = sums
        .iter()
        .copied()
        .filter(|s| s.abs() > tolerance)
        .collect();
    let observed: f64 = informative.iter().sum();
    let (one_sided, sides) = match config.alternative {
        Alternative::TwoSided => (observed.abs(), 2.0),
        Alternative::Greater => (observed, 1.0),
        Alternative::Less => (-observed, 1.0),
    };
    let bound = one_sided - tolerance;
    let (tail, standard_error) = if informative.len() <= EXACT_CLUSTERS {
        (exact_tail(&informative, bound), None)
    } else {
        let tail = random_tail(&informative, bound, config);
        let error = (tail * (1.0 - tail) / config.replicates as f64).sqrt();
        (tail, Some(sides * error))
    };
    Ok(SignFlip {
        mean_difference: sums.iter().sum::<f64>() / weight,
        n: differences.len(),
        n_clusters: sums.len(),
        n_informative: informative.len(),
        p_value: (sides * tail).clamp(f64::MIN_POSITIVE, 1.0),
        standard_error,
        smallest_attainable_p: smallest_attainable_p(informative.len(), config.alternative),
    })
}

/// The weighted sum of the differences of each cluster, and the sum of all weights.
fn sums(differences: &[f64], clusters: &[usize], weight: ClusterWeight) -> (Vec<f64>, f64) {
    let mut of_cluster: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (difference, cluster) in differences.iter().zip(clusters) {
        let (sum, count) = of_cluster.entry(*cluster).or_default();
        *sum += difference;
        *count += 1.0;
    }
    match weight {
        ClusterWeight::Observations => (
            of_cluster.into_values().map(|(sum, _)| sum).collect(),
            differences.len() as f64,
        ),
        ClusterWeight::Clusters => {
            let n = of_cluster.len() as f64;
            (
                of_cluster
                    .into_values()
                    .map(|(sum, count)| sum / count)
                    .collect(),
                n,
            )
        }
    }
}

/// Fraction of all changes of signs whose sum is at least `bound`.
fn exact_tail(sums: &[f64], bound: f64) -> f64 {
    let (left, right) = sums.split_at(sums.len() / 2);
    let (left, right) = (sorted_sums(left), sorted_sums(right));
    // As the left sum increases, more right sums reach the bound.
    let mut start = right.len();
    let mut count = 0.0;
    for a in &left {
        while start > 0 && a + right[start - 1] >= bound {
            start -= 1;
        }
        count += (right.len() - start) as f64;
    }
    count / left.len() as f64 / right.len() as f64
}

/// The sums of all changes of signs, sorted.
fn sorted_sums(sums: &[f64]) -> Vec<f64> {
    let mut all = vec![0.0];
    for sum in sums {
        all = all.iter().flat_map(|a| [a - sum, a + sum]).collect();
    }
    all.sort_unstable_by(f64::total_cmp);
    all
}

fn random_tail(sums: &[f64], bound: f64, config: SignFlipConfig) -> f64 {
    let mut random = Random::stream(config.seed, 0);
    let mut extreme = 0;
    for _ in 0..config.replicates {
        let flipped = sums
            .iter()
            .map(|s| if random.below(2) == 0 { *s } else { -s });
        extreme += usize::from(flipped.sum::<f64>() >= bound);
    }
    (1 + extreme) as f64 / (1 + config.replicates) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const D: [f64; 13] = [
        0.3, -0.1, 0.5, 0.2, 0.4, 0.6, -0.2, 0.1, 0.7, 0.25, -0.35, 0.15, 0.45,
    ];
    const CLUSTERS: [usize; 13] = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];
    const CONFIG: SignFlipConfig = SignFlipConfig {
        weight: ClusterWeight::Observations,
        alternative: Alternative::TwoSided,
        replicates: 20_000,
        seed: 3,
    };

    fn of(d: &[f64], clusters: &[usize], config: SignFlipConfig) -> SignFlip {
        clustered_sign_flip(d, &vec![0.0; d.len()], clusters, config).unwrap()
    }

    // R 4.2: exactRankTests::perm.test(as.integer(round(20 * d)), exact = TRUE)$p.value, and by enumeration
    // mean(abs(as.matrix(expand.grid(rep(list(c(-1, 1)), 13))) %*% d) >= abs(sum(d)) - 1e-9)
    #[test]
    fn clusters_of_one_pair_have_the_p_of_r() {
        let alone: Vec<usize> = (0..13).collect();
        let r = of(&D, &alone, CONFIG);
        assert!((r.p_value - 0.02587890625).abs() < 1e-15, "{r:?}");
        assert_eq!((r.standard_error, r.n_informative), (None, 13));
        let r = of(&D, &CLUSTERS, CONFIG);
        assert_eq!((r.p_value, r.smallest_attainable_p), (0.125, 0.125));
        assert!((r.mean_difference - 3.0 / 13.0).abs() < 1e-15);
        let by_cluster = SignFlipConfig {
            weight: ClusterWeight::Clusters,
            ..CONFIG
        };
        let means = (0.9 / 4.0 + 0.8 / 3.0 + 1.05 / 3.0 + 0.25 / 3.0) / 4.0;
        assert!((of(&D, &CLUSTERS, by_cluster).mean_difference - means).abs() < 1e-15);
    }

    #[test]
    fn more_than_forty_clusters_are_flipped_at_random_with_the_stated_error() {
        let d: Vec<f64> = (0..44).map(|i| f64::from(i % 7) - 2.5).collect();
        let clusters: Vec<usize> = (0..44).collect();
        let r = of(&d, &clusters, CONFIG);
        let error = r.standard_error.unwrap();
        // Sums of signs on a lattice of ½: the signs of all but 40 clusters by hand, those by the exact tail.
        let observed: f64 = d.iter().sum::<f64>().abs() - 1e-9;
        let four = sorted_sums(&d[..4]);
        let tails = four.iter().map(|s| exact_tail(&d[4..], observed - s));
        let exact = 2.0 * tails.sum::<f64>() / 16.0;
        assert!((r.p_value - exact).abs() < 4.0 * error, "{r:?} {exact}");
        assert_eq!(of(&d, &clusters, CONFIG), r);
    }

    #[test]
    fn zeros_decide_nothing_and_bad_input_is_refused() {
        let r = of(&[0.0, 1.0, -1.0], &[1, 2, 2], CONFIG);
        assert_eq!(
            (r.p_value, r.n_informative, r.smallest_attainable_p),
            (1.0, 0, 1.0)
        );
        let test = |a: &[f64], b: &[f64], c: &[usize]| clustered_sign_flip(a, b, c, CONFIG);
        assert_eq!(test(&[], &[], &[]), Err(StatsError::Empty));
        assert!(test(&[1.0], &[], &[1]).is_err());
        assert!(test(&[1.0], &[0.0], &[]).is_err());
        assert!(test(&[f64::NAN], &[0.0], &[1]).is_err());
        assert!(test(&[1e200], &[0.0], &[1]).is_err());
        let few = SignFlipConfig {
            replicates: 99,
            ..CONFIG
        };
        assert!(clustered_sign_flip(&D, &[0.0; 13], &CLUSTERS, few).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn exact_p_equals_enumeration_and_names_and_unit_change_nothing(
            pairs in prop::collection::vec((-9i64..=9, 0usize..9), 1..20),
            unit in prop::sample::select(vec![1e-7, 0.1, 1e4]),
        ) {
            let d: Vec<f64> = pairs.iter().map(|p| p.0 as f64 * unit).collect();
            let clusters: Vec<usize> = pairs.iter().map(|p| p.1).collect();
            let names: Vec<usize> = clusters.iter().map(|c| 90 - c).collect();
            let sums: Vec<i64> = (0..9)
                .map(|c| pairs.iter().filter(|p| p.1 == c).map(|p| p.0).sum())
                .collect();
            let observed: i64 = sums.iter().sum();
            for alternative in [Alternative::TwoSided, Alternative::Less, Alternative::Greater] {
                let extreme = (0..512).filter(|signs| {
                    let total: i64 = (0..9).map(|i| if signs >> i & 1 == 1 { sums[i] } else { -sums[i] }).sum();
                    match alternative {
                        Alternative::TwoSided => total.abs() >= observed.abs(),
                        Alternative::Less => total <= observed,
                        Alternative::Greater => total >= observed,
                    }
                });
                let config = SignFlipConfig { alternative, ..CONFIG };
                let got = of(&d, &clusters, config);
                prop_assert!((got.p_value - extreme.count() as f64 / 512.0).abs() < 1e-12, "{:?}", got);
                prop_assert_eq!(of(&d, &names, config).p_value, got.p_value);
            }
        }
    }
}
