//! Extreme samples give an error or numbers, never NaN or infinity, and no panic.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::fmt::Debug;

use crate::agreement::{
    AgreementConfig, bland_altman, bland_altman_repeated, concordance, icc, passing_bablok,
    spearman,
};
use crate::bootstrap::{
    BootstrapConfig, ClusterWeight, MeanInterval, bootstrap_clustered_mean,
    bootstrap_clustered_mean_difference, bootstrap_group_mean_difference, bootstrap_mean,
    bootstrap_mean_difference,
};
use crate::clusters::{SignFlipConfig, clustered_sign_flip, clustered_signed_rank};
use crate::effects::{median_interval, rank_biserial};
use crate::equivalence::{equivalence_by_means, equivalence_by_ranks};
use crate::missing::{MissingPolicy, complete_pairs};
use crate::ranking::{RankBy, RankingConfig, ranking_stability};
use crate::{Alternative, Method, StatsError, WilcoxonConfig, ZeroMethod};
use proptest::prelude::*;

const CONFIG: AgreementConfig = AgreementConfig {
    enclosed: 0.95,
    confidence: 0.95,
};
const BOOTSTRAP: BootstrapConfig = BootstrapConfig {
    replicates: 100,
    seed: 1,
    confidence: 0.95,
    interval: MeanInterval::Bca,
};
const TEST: WilcoxonConfig = WilcoxonConfig {
    alternative: Alternative::TwoSided,
    zero_method: ZeroMethod::Pratt,
    method: Method::Exact,
    continuity_correction: false,
};

/// Fails if a number of a result is NaN or infinite, which its debug text shows.
fn finite<T: Debug>(what: &str, result: Result<T, StatsError>) -> Result<(), TestCaseError> {
    let Ok(value) = result else { return Ok(()) };
    let text = format!("{value:?}");
    let bad = text.contains("NaN") || text.contains(": inf") || text.contains("-inf");
    prop_assert!(!bad && !text.contains("[inf"), "{what}: {text}");
    Ok(())
}

fn extreme() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![
        0.0,
        -0.0,
        1.0,
        1.0,
        1.0 + f64::EPSILON,
        -1.0,
        0.1,
        0.3,
        0.1 + 0.2,
        1e-300,
        -1e-300,
        f64::MIN_POSITIVE,
        1e-160,
        1e-12,
        1e12,
        1e154,
        -1e160,
        1e300,
        f64::MAX,
        -f64::MAX,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn no_result_is_nan_or_infinite(
        pairs in prop::collection::vec((extreme(), extreme(), 0usize..4), 1..9),
        margin in extreme(),
    ) {
        let a: Vec<f64> = pairs.iter().map(|p| p.0).collect();
        let b: Vec<f64> = pairs.iter().map(|p| p.1).collect();
        let clusters: Vec<usize> = pairs.iter().map(|p| p.2).collect();
        let table: Vec<Vec<f64>> = pairs.iter().map(|p| vec![p.0, p.1]).collect();
        finite("bland_altman", bland_altman(&a, &b, CONFIG))?;
        finite("repeated", bland_altman_repeated(&a, &b, &clusters, CONFIG))?;
        finite("concordance", concordance(&a, &b, 0.95))?;
        finite("icc", icc(&table, 0.95))?;
        finite("passing_bablok", passing_bablok(&a, &b, 0.95))?;
        finite("spearman", spearman(&a, &b, 0.95))?;
        finite("bootstrap_mean", bootstrap_mean(&a, BOOTSTRAP))?;
        finite("bootstrap_mean_difference", bootstrap_mean_difference(&a, &b, BOOTSTRAP))?;
        finite("bca_groups", bootstrap_group_mean_difference(&a, &b, BOOTSTRAP))?;
        for weight in [ClusterWeight::Observations, ClusterWeight::Clusters] {
            finite("bca_clustered", bootstrap_clustered_mean(&a, &clusters, weight, BOOTSTRAP))?;
            let of_pairs = bootstrap_clustered_mean_difference(&a, &b, &clusters, weight, BOOTSTRAP);
            finite("bca_clustered_difference", of_pairs)?;
        }
        let clustered = |method| {
            clustered_signed_rank(&a, &b, &clusters, Alternative::TwoSided, method)
        };
        finite("clustered_signed_rank", clustered(Method::Exact))?;
        finite("clustered_signed_rank", clustered(Method::Normal))?;
        let flip = SignFlipConfig {
            weight: ClusterWeight::Clusters,
            alternative: Alternative::TwoSided,
            replicates: 100,
            seed: 1,
        };
        finite("clustered_sign_flip", clustered_sign_flip(&a, &b, &clusters, flip))?;
        finite("median_interval", median_interval(&a, 0.95))?;
        finite("rank_biserial", rank_biserial(&a, &b, 0.95))?;
        finite("equivalence_by_means", equivalence_by_means(&a, &b, margin, 0.05))?;
        finite("equivalence_by_ranks", equivalence_by_ranks(&a, &b, margin, 0.05, TEST))?;
        for by in [RankBy::Mean, RankBy::MeanRank] {
            let config = RankingConfig {
                by,
                higher_is_better: true,
                bootstrap: BOOTSTRAP,
            };
            finite("ranking_stability", ranking_stability(&table, config))?;
        }
        let some = |v: &[f64]| -> Vec<Option<f64>> {
            v.iter().map(|v| (*v != 1.0).then_some(*v)).collect()
        };
        let worst = MissingPolicy::WorstRank {
            higher_is_better: true,
        };
        finite("complete_pairs", complete_pairs(&some(&a), &some(&b), worst))?;
    }
}
