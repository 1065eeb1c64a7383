//! Compares levels of a factor over the units that they share, and adjusts p-values over a family.

use rsom_measures::Status;
use rsom_parameters::Parameters;

use crate::bootstrap::{
    BootstrapConfig, ClusterWeight, MeanEstimate, MeanInterval,
    bootstrap_clustered_mean_difference, bootstrap_mean_difference,
};
use crate::completed_pairs::{CompletedPairs, Directions, Missing};
use crate::contrast::{Compared, contrasts};
use crate::effects::{RankBiserial, median_interval, rank_biserial};
use crate::family::{Adjusted, adjusted};
use crate::paired_test::{PairedResult, PairedTest, PairedTestConfig, paired_test};
use crate::summary::median;
use crate::{
    Adjustment, Against, ConfidenceInterval, Contrast, Family, Pairs, SampleSummary, Samples,
    Shift, StatsError, WilcoxonConfig, hodges_lehmann, paired_differences,
};

/// Settings of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
#[parameters(check = ComparisonConfig::check)]
pub struct ComparisonConfig {
    /// Test of the pairs: 'signed_rank' takes pairs for independent; 'clustered_signed_rank' and 'sign_flip' take clusters for
    /// independent.
    #[parameter(default = PairedTest::SignedRank, name = "test")]
    pub kind: PairedTest,
    /// The test's settings.
    #[parameter(flatten)]
    pub test: WilcoxonConfig,
    /// Correction of p-values for multiple tests.
    #[parameter(default = Adjustment::Holm, name = "adjust")]
    pub adjustment: Adjustment,
    /// Tests to correct together: all tests, the tests of one metric, or the tests of one metric, label, surface and
    /// group.
    #[parameter(default = Family::All, advanced)]
    pub family: Family,
    /// Confidence level of the intervals.
    #[parameter(default = 0.95, min = 0.0, max = 1.0, advanced)]
    pub confidence: f64,
    /// Units that were measured and have no value: left out, given the worst value of the metric, or ranked worst.
    #[parameter(default = Missing::LeaveOut)]
    pub missing: Missing,
    /// Resamples for a bootstrap interval of the mean difference, and random changes of signs; 0 leaves such an interval out.
    #[parameter(default = 2000, max = 1_000_000, check = no_or_enough_replicates, advanced)]
    pub replicates: usize,
    /// Interval of the mean difference: 'student_t' covers best for Dice and the like; of the bootstrap, 'studentized' does; 'bca' is
    /// that of R's boot, and too short in small samples; 'expanded_bca' is 'bca', widened for them.
    #[parameter(default = MeanInterval::StudentT, advanced)]
    pub mean_interval: MeanInterval,
    /// Seed of the resamples.
    #[parameter(default = 0, advanced)]
    pub seed: u64,
}

impl ComparisonConfig {
    fn check(&self) -> Result<(), String> {
        match (self.kind, self.missing) {
            (PairedTest::SignFlip, Missing::WorstRank) => Err(
                "--test sign_flip compares means, and --missing worst_rank has only ranks; use --missing worst_value, or a \
                 test of ranks"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }
}

pub(crate) fn no_or_enough_replicates(replicates: &usize) -> Result<(), String> {
    match *replicates {
        0 | 100.. => Ok(()),
        few => Err(format!("{few} are too few: give at least 100, or 0")),
    }
}

/// Settings of a comparison, and what is known about its units and metrics.
#[derive(Debug, Clone)]
pub struct ComparisonPlan<'a> {
    /// The settings.
    pub config: ComparisonConfig,
    /// The entries of a unit that name its cluster; none means that pairs are independent.
    pub cluster_places: &'a [usize],
    /// Directions and worst values of the metrics.
    pub directions: Directions,
}

impl ComparisonPlan<'_> {
    /// A comparison of independent pairs.
    #[must_use]
    pub fn of(config: ComparisonConfig) -> Self {
        Self {
            config,
            cluster_places: &[],
            directions: Directions::default(),
        }
    }
}

/// The result of a contrast.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The quantity, group and level.
    pub contrast: Contrast,
    /// The paired values, and the units without a pair.
    pub pairs: Pairs,
    /// Summary of the values at the level, over the pairs.
    pub level_summary: SampleSummary,
    /// Summary of the values at the baseline, over the pairs.
    pub baseline_summary: SampleSummary,
    /// Median of the differences level − baseline, zeros included.
    pub median_difference: Option<f64>,
    /// The interval of this median by order statistics, which has at least the confidence for any distribution; `None` for
    /// too few pairs.
    pub median_interval: Option<ConfidenceInterval>,
    /// Hodges–Lehmann shift of the level from the baseline; `None` without a non-zero difference.
    pub shift: Option<Shift>,
    /// Mean difference with its interval, over the clusters where there are clusters; `None` without pairs, without
    /// the resamples that it needs, and for values too large to be squared.
    pub mean_difference: Option<MeanEstimate>,
    /// Matched rank-biserial correlation with its interval.
    pub effect: Option<RankBiserial>,
    /// The test; `None` without pairs.
    pub test: Option<PairedResult>,
    /// Number of pairs in the test with a replaced value.
    pub n_imputed: usize,
    /// The p-values under each policy for missing results, where there are such results.
    pub by_policy: Vec<(Missing, f64)>,
    /// Its p-value, adjusted over the family.
    pub p_adjusted: Option<f64>,
    /// The smallest adjusted p-value that the sample sizes allow: all tests of the family at their smallest attainable
    /// p.
    pub smallest_attainable_p_adjusted: Option<f64>,
    /// Number of tests in the family, including those that could not be made.
    pub family_size: usize,
    /// Number of undefined measurements at level and baseline.
    pub n_undefined: usize,
    /// `ok`, or the reason why there is no test: the most frequent status of the undefined values.
    pub status: String,
    /// What is peculiar about the measurements at the level: see [`Sample::peculiarity`](crate::Sample::peculiarity).
    pub level_status: Option<String>,
    /// The same for those at the baseline.
    pub baseline_status: Option<String>,
    /// Number of subjects among the pairs, if known: fewer than pairs when units of one subject are taken for independent.
    pub n_subjects: Option<usize>,
}

/// Compares every level of a factor with the baseline level, or all pairs of levels.
///
/// The last entry of a condition is the level of the factor; the entries before it are the group. Differences are level
/// − baseline. Every level of every group gives one result per quantity, even when nothing can be tested (a network
/// that predicts nothing has no roughness) and when the level or the baseline is absent from the group (a training that
/// failed): then the test is `None` and the status states the reason. The levels are those of any group and any quantity
/// with the same label.
///
/// Summaries, shift and mean difference are those of the pairs with two values; the test and its rank-biserial correlation
/// include the pairs that the policy for missing results completes.
///
/// A family counts all its results: one without a p-value is a test that was planned, so that a level that failed does not
/// lower the adjusted p of the others.
///
/// # Errors
/// No measurement at the baseline; a confidence outside (0, 1); a policy for missing results that does not fit the metric.
pub fn compare(
    samples: &Samples,
    factor: &str,
    against: Against<'_>,
    plan: &ComparisonPlan<'_>,
) -> Result<Vec<Comparison>, StatsError> {
    let contrasts = contrasts(samples, factor, against)?;
    let tested: Result<Vec<_>, _> = contrasts.iter().map(|c| tested(c, plan)).collect();
    let mut comparisons = tested?;
    let planned = comparisons.iter().map(|c| {
        let p = c
            .test
            .as_ref()
            .map(|t| (t.p_value, t.smallest_attainable_p));
        (&c.contrast, p)
    });
    let adjusted = adjusted(planned, plan.config.family, plan.config.adjustment)?;
    for (comparison, adjusted) in comparisons.iter_mut().zip(adjusted) {
        let Adjusted {
            p,
            smallest_attainable_p,
            family_size,
        } = adjusted;
        comparison.p_adjusted = p;
        comparison.smallest_attainable_p_adjusted = smallest_attainable_p;
        comparison.family_size = family_size;
    }
    Ok(comparisons)
}

/// The result without its adjusted p-value.
fn tested(compared: &Compared<'_>, plan: &ComparisonPlan<'_>) -> Result<Comparison, StatsError> {
    let (sample, baseline) = (compared.level, compared.baseline);
    let config = plan.config;
    let pairs = Pairs::of(sample, baseline);
    let completed = completed(&pairs, compared, plan, config.missing)?;
    let test = match &completed {
        Some(values) => Some(result(values, config)?),
        None => None,
    };
    let differences = paired_differences(&pairs.level, &pairs.baseline)?;
    let status = match test {
        Some(_) => Status::Ok.to_string(),
        // Both sides may have values, of different units.
        None => compared.reason().unwrap_or_else(|| "unpaired".to_owned()),
    };
    let effect =
        |values: &CompletedPairs| rank_biserial(&values.level, &values.baseline, config.confidence);
    Ok(Comparison {
        level_summary: summary(&pairs.level),
        baseline_summary: summary(&pairs.baseline),
        median_difference: median(&differences),
        median_interval: interval_of_median(&differences, config)?,
        shift: shift(&pairs, config)?,
        mean_difference: mean_difference(&pairs, plan)?,
        effect: completed.as_ref().map(effect).transpose()?,
        n_imputed: completed.as_ref().map_or(0, |values| values.n_imputed),
        by_policy: by_policy(&pairs, compared, plan)?,
        test,
        p_adjusted: None,
        smallest_attainable_p_adjusted: None,
        family_size: 0,
        n_undefined: sample.n_undefined() + baseline.n_undefined(),
        status,
        level_status: sample.peculiarity(),
        baseline_status: baseline.peculiarity(),
        n_subjects: None,
        contrast: compared.contrast.clone(),
        pairs,
    })
}

fn completed(
    pairs: &Pairs,
    compared: &Compared<'_>,
    plan: &ComparisonPlan<'_>,
    missing: Missing,
) -> Result<Option<CompletedPairs>, StatsError> {
    let has_failed = pairs.missing.iter().any(|m| m.is_measured);
    // Without a failed result, no policy is needed.
    let missing = if has_failed {
        missing
    } else {
        Missing::LeaveOut
    };
    let policy = plan
        .directions
        .policy(missing, &compared.contrast.quantity)?;
    CompletedPairs::of(pairs, policy, plan.cluster_places)
}

fn result(values: &CompletedPairs, config: ComparisonConfig) -> Result<PairedResult, StatsError> {
    let test = PairedTestConfig {
        test: config.kind,
        ranks: config.test,
        // Sign flips need some, even where no interval is wanted.
        replicates: config.replicates.max(2000),
        seed: config.seed,
    };
    paired_test(
        &values.level,
        &values.baseline,
        values.clusters.as_deref(),
        test,
    )
}

/// The p-values under the policies that are possible, where results failed.
fn by_policy(
    pairs: &Pairs,
    compared: &Compared<'_>,
    plan: &ComparisonPlan<'_>,
) -> Result<Vec<(Missing, f64)>, StatsError> {
    if !pairs.missing.iter().any(|m| m.is_measured) {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    for missing in [Missing::LeaveOut, Missing::WorstValue, Missing::WorstRank] {
        let values = match completed(pairs, compared, plan, missing) {
            Err(StatsError::NoPolicy(_)) => continue,
            values => values?,
        };
        // Means of ranks alone have no meaning.
        let is_mean_of_ranks =
            missing == Missing::WorstRank && plan.config.kind == PairedTest::SignFlip;
        if let Some(values) = values.filter(|_| !is_mean_of_ranks) {
            all.push((missing, result(&values, plan.config)?.p_value));
        }
    }
    Ok(all)
}

fn shift(pairs: &Pairs, config: ComparisonConfig) -> Result<Option<Shift>, StatsError> {
    if pairs.level.is_empty() {
        return Ok(None);
    }
    hodges_lehmann(
        &pairs.level,
        &pairs.baseline,
        config.confidence,
        config.test,
    )
}

/// The mean difference with its interval; `None` for values too large to be squared.
fn mean_difference(
    pairs: &Pairs,
    plan: &ComparisonPlan<'_>,
) -> Result<Option<MeanEstimate>, StatsError> {
    let config = plan.config;
    if pairs.level.is_empty() || config.replicates == 0 && config.mean_interval.is_resampled() {
        return Ok(None);
    }
    let bootstrap = BootstrapConfig {
        replicates: config.replicates,
        seed: config.seed,
        confidence: config.confidence,
        interval: config.mean_interval,
    };
    let complete = crate::missing::MissingPolicy::LeaveOut;
    let clusters = CompletedPairs::of(pairs, complete, plan.cluster_places)?;
    let estimate = match clusters.and_then(|c| c.clusters) {
        Some(clusters) => bootstrap_clustered_mean_difference(
            &pairs.level,
            &pairs.baseline,
            &clusters,
            ClusterWeight::Clusters,
            bootstrap,
        ),
        None => bootstrap_mean_difference(&pairs.level, &pairs.baseline, bootstrap),
    };
    Ok(estimate.ok())
}

/// The interval of the median; `None` where the pairs are too few for the confidence.
fn interval_of_median(
    differences: &[f64],
    config: ComparisonConfig,
) -> Result<Option<ConfidenceInterval>, StatsError> {
    if differences.is_empty() {
        return Ok(None);
    }
    let median = median_interval(differences, config.confidence)?;
    Ok(median.interval.filter(|_| median.reaches_confidence))
}

fn summary(values: &[f64]) -> SampleSummary {
    let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    SampleSummary::of(&values)
}
