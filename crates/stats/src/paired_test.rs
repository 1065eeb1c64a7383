//! The tests of paired samples, by name.

use rsom_parameters::Choice;

use crate::bootstrap::ClusterWeight;
use crate::clusters::{SignFlipConfig, clustered_sign_flip, clustered_signed_rank};
use crate::{Method, StatsError, WilcoxonConfig, paired_differences, wilcoxon};

/// A test of paired samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PairedTest {
    /// The signed-rank test of [`wilcoxon`](crate::wilcoxon()): pairs are independent.
    SignedRank,
    /// The signed-rank test of clustered pairs ([`clustered_signed_rank`]): clusters are independent.
    ClusteredSignedRank,
    /// The sign-flip test of the mean ([`clustered_sign_flip`]): clusters, or pairs, are independent.
    SignFlip,
}

/// Settings of a paired test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairedTestConfig {
    /// Which test.
    pub test: PairedTest,
    /// Alternative, treatment of zeros, and method. Tests of clusters drop zeros; sign flips keep them, and are exact up to 40
    /// clusters.
    pub ranks: WilcoxonConfig,
    /// Number of random changes of signs above 40 clusters.
    pub replicates: usize,
    /// Their seed.
    pub seed: u64,
}

/// Result of a paired test.
#[derive(Debug, Clone, PartialEq)]
pub struct PairedResult {
    /// Number of pairs.
    pub n: usize,
    /// Pairs whose difference is zero, up to floating-point noise.
    pub n_zero: usize,
    /// Sums of the ranks of positive and of negative differences, for the signed-rank test.
    pub rank_sums: Option<(f64, f64)>,
    /// Signed ranks: min(W+, W−) for a two-sided test, otherwise W+. Clusters: the sum of all signed ranks. Sign flips: the
    /// mean difference.
    pub statistic: f64,
    /// Standard score, where the normal approximation was used.
    pub z: Option<f64>,
    /// Probability under the null hypothesis of a statistic at least as extreme; in (0, 1].
    pub p_value: f64,
    /// The method that computed p: `None` for random changes of signs.
    pub method: Option<Method>,
    /// The smallest p that these differences, or this number of clusters, allow.
    pub smallest_attainable_p: f64,
    /// Number of independent units that can change the statistic: pairs with a difference, or clusters whose differences do
    /// not cancel.
    pub n_informative: usize,
    /// Number of clusters, for a test of clusters.
    pub n_clusters: Option<usize>,
}

/// Tests paired samples. `clusters` holds the cluster of each pair; without it, each pair is a cluster of its own.
///
/// # Errors
/// Those of the test. The signed-rank test takes pairs for independent, whatever their clusters.
pub fn paired_test(
    first: &[f64],
    second: &[f64],
    clusters: Option<&[usize]>,
    config: PairedTestConfig,
) -> Result<PairedResult, StatsError> {
    let singles: Vec<usize>;
    let groups = match clusters {
        Some(clusters) => clusters,
        None => {
            singles = (0..first.len()).collect();
            &singles
        }
    };
    let is_clustered = clusters.is_some();
    match config.test {
        PairedTest::SignedRank => signed_rank(first, second, config),
        PairedTest::ClusteredSignedRank => {
            let ranks = config.ranks;
            let test =
                clustered_signed_rank(first, second, groups, ranks.alternative, ranks.method)?;
            Ok(PairedResult {
                n: test.n,
                n_zero: test.n_zero,
                rank_sums: None,
                statistic: test.statistic,
                z: test.z.filter(|_| test.method == Method::Normal),
                p_value: test.p_value,
                method: Some(test.method),
                smallest_attainable_p: test.smallest_attainable_p,
                n_informative: test.n_informative,
                n_clusters: is_clustered.then_some(test.n_clusters),
            })
        }
        PairedTest::SignFlip => {
            let flips = SignFlipConfig {
                weight: ClusterWeight::Clusters,
                alternative: config.ranks.alternative,
                replicates: config.replicates,
                seed: config.seed,
            };
            let test = clustered_sign_flip(first, second, groups, flips)?;
            let differences = paired_differences(first, second)?;
            Ok(PairedResult {
                n: test.n,
                n_zero: differences.iter().filter(|d| **d == 0.0).count(),
                rank_sums: None,
                statistic: test.mean_difference,
                z: None,
                p_value: test.p_value,
                method: test.standard_error.is_none().then_some(Method::Exact),
                smallest_attainable_p: test.smallest_attainable_p,
                n_informative: test.n_informative,
                n_clusters: is_clustered.then_some(test.n_clusters),
            })
        }
    }
}

fn signed_rank(
    first: &[f64],
    second: &[f64],
    config: PairedTestConfig,
) -> Result<PairedResult, StatsError> {
    let test = wilcoxon(first, second, config.ranks)?;
    Ok(PairedResult {
        n: test.n,
        n_zero: test.n_zero,
        rank_sums: Some((test.w_plus, test.w_minus)),
        statistic: test.statistic,
        z: test.z,
        p_value: test.p_value,
        method: Some(test.method),
        smallest_attainable_p: test.smallest_attainable_p,
        n_informative: test.n - test.n_zero,
        n_clusters: None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "helpers of tests")]

    use super::*;
    use crate::{Alternative, ZeroMethod};

    const FIRST: [f64; 13] = [
        0.3, -0.1, 0.5, 0.2, 0.4, 0.6, -0.2, 0.1, 0.7, 0.25, -0.35, 0.15, 0.45,
    ];
    const CLUSTERS: [usize; 13] = [1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];

    fn tested(test: PairedTest, method: Method, clusters: Option<&[usize]>) -> PairedResult {
        let config = PairedTestConfig {
            test,
            ranks: WilcoxonConfig {
                alternative: Alternative::TwoSided,
                zero_method: ZeroMethod::Wilcox,
                method,
                continuity_correction: false,
            },
            replicates: 1000,
            seed: 0,
        };
        paired_test(&FIRST, &[0.0; 13], clusters, config).unwrap()
    }

    // Rosner, Glynn & Lee's statistic by hand in R 4.2, and p by enumeration of the 16 changes of signs.
    #[test]
    fn clusters_count_as_units() {
        let test = PairedTest::ClusteredSignedRank;
        let normal = tested(test, Method::Normal, Some(&CLUSTERS));
        assert!((normal.z.unwrap() - 1.850_940_807_6).abs() < 1e-10);
        assert!((normal.p_value - 0.064_178_069_2).abs() < 1e-10);
        let exact = tested(test, Method::Exact, Some(&CLUSTERS));
        assert_eq!((exact.p_value, exact.n_clusters), (0.125, Some(4)));
    }

    #[test]
    fn without_clusters_the_clustered_test_is_the_signed_rank_test() {
        let clustered = tested(PairedTest::ClusteredSignedRank, Method::Exact, None);
        let ranks = tested(PairedTest::SignedRank, Method::Exact, None);
        assert_eq!(clustered.p_value, ranks.p_value);
        assert_eq!((clustered.n_clusters, ranks.n_informative), (None, 13));
    }

    #[test]
    fn sign_flips_weigh_clusters_equally() {
        let test = tested(PairedTest::SignFlip, Method::Exact, Some(&CLUSTERS));
        // Means of the clusters: 0.225, 0.2667, 0.35, 0.0833: all positive, so p is that of one sign.
        assert_eq!(test.p_value, 0.125);
        assert!((test.statistic - 0.231_25).abs() < 1e-12);
    }
}
