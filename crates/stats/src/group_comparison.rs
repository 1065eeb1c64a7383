//! Compares levels of a factor whose units are different: independent groups.

use std::collections::BTreeSet;

use rsom_measures::Status;
use rsom_parameters::{Choice, Parameters};

use crate::bootstrap::{
    BootstrapConfig, MeanEstimate, MeanInterval, bootstrap_group_mean_difference,
};
use crate::comparison::no_or_enough_replicates;
use crate::contrast::{Compared, contrasts};
use crate::family::{Adjusted, adjusted};
use crate::groups::{
    NoVariance, RankSumConfig, Superiority, brunner_munzel, brunner_munzel_permutation,
    location_shift, mann_whitney, superiority,
};
use crate::{
    Adjustment, Against, Alternative, Contrast, Family, Level, Method, PermutationConfig,
    Permutations, Sample, SampleSummary, Samples, Shift, StatsError, require_independent,
};

/// A test of two independent groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum GroupTest {
    /// Mann–Whitney U, also called Wilcoxon rank-sum test: both groups have the same distribution.
    MannWhitney,
    /// Brunner–Munzel: no group tends to larger values; spreads may differ.
    BrunnerMunzel,
}

/// Settings of a comparison of groups.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct GroupConfig {
    /// Test of two groups; 'brunner_munzel' allows different spreads.
    #[parameter(default = GroupTest::MannWhitney, name = "test")]
    pub kind: GroupTest,
    /// Alternative hypothesis: the level differs from the baseline, is less, or is greater.
    #[parameter(default = Alternative::TwoSided)]
    pub alternative: Alternative,
    /// Distribution for the p-value. 'exact': all splits of the values into groups of these sizes, given their ties; more than
    /// 200 values use 'normal' (mann_whitney), more than a million splits are drawn at random (brunner_munzel). 'normal': the
    /// normal approximation, or Student's t for brunner_munzel.
    #[parameter(default = Method::Exact)]
    pub method: Method,
    /// Apply the continuity correction of the normal approximation.
    #[parameter(advanced)]
    pub continuity_correction: bool,
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
    /// Resamples for a bootstrap interval of the mean difference, and random splits; 0 leaves such an interval out.
    #[parameter(default = 2000, max = 1_000_000, check = no_or_enough_replicates, advanced)]
    pub replicates: usize,
    /// Interval of the mean difference: 'student_t' covers best for Dice and the like; of the bootstrap, 'studentized' does; 'bca' is
    /// that of R's boot, and too short in small samples; 'expanded_bca' is 'bca', widened for them.
    #[parameter(default = MeanInterval::StudentT, advanced)]
    pub mean_interval: MeanInterval,
    /// Seed of the resamples and random splits.
    #[parameter(default = 0, advanced)]
    pub seed: u64,
}

/// The result of a test of two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GroupResult {
    /// U of the level, or the t of Brunner and Munzel.
    pub statistic: f64,
    /// Degrees of freedom of t, if p is from Student's distribution.
    pub df: Option<f64>,
    /// Probability under the null hypothesis of a statistic at least as extreme; in (0, 1].
    pub p_value: f64,
    /// `exact`, `normal`, `student_t` or `random`.
    pub method: &'static str,
    /// The smallest p that groups of these sizes can give, if known.
    pub smallest_attainable_p: Option<f64>,
}

/// The comparison of a level with a baseline, over different units.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupComparison {
    /// The quantity, group and levels.
    pub contrast: Contrast,
    /// The units with a value at the level.
    pub level_units: Vec<Vec<Level>>,
    /// The units with a value at the baseline.
    pub baseline_units: Vec<Vec<Level>>,
    /// Number of units without a value, at both levels.
    pub n_missing: usize,
    /// Number of undefined measurements, at both levels.
    pub n_undefined: usize,
    /// Summary of the values at the level.
    pub level_summary: SampleSummary,
    /// Summary of the values at the baseline.
    pub baseline_summary: SampleSummary,
    /// Hodges–Lehmann shift of the level from the baseline: the median of all differences between a unit of each.
    pub shift: Option<Shift>,
    /// Probability that a unit of the level exceeds one of the baseline, and Cliff's delta, with intervals.
    pub superiority: Option<Superiority>,
    /// Difference of the means with its interval; `None` without the resamples that it needs.
    pub mean_difference: Option<MeanEstimate>,
    /// The test; `None` where a group has too few values.
    pub test: Option<GroupResult>,
    /// The p-value, adjusted over the family, and the size of the family.
    pub adjusted: Adjusted,
    /// `ok`, or the reason why there is no test.
    pub status: String,
    /// What is peculiar about the measurements at the level, and at the baseline.
    pub peculiarities: [Option<String>; 2],
}

/// Compares levels of a factor whose units are different, such as a diagnosis.
///
/// The last entry of a condition is the level of the factor; the entries before it are the group. Differences are level
/// − baseline. Every level of every group gives one result per quantity, and keeps its place in the family, even when nothing
/// can be tested.
///
/// # Errors
/// No measurement at the baseline; a unit with values at both levels, which needs a paired test; a confidence outside (0, 1).
pub fn compare_groups(
    samples: &Samples,
    factor: &str,
    against: Against<'_>,
    config: GroupConfig,
) -> Result<Vec<GroupComparison>, StatsError> {
    let contrasts = contrasts(samples, factor, against)?;
    let tested: Result<Vec<_>, _> = contrasts
        .iter()
        .map(|c| tested(c, factor, config))
        .collect();
    let mut comparisons = tested?;
    let planned = comparisons.iter().map(|c| {
        let p = c.test.map(|t| {
            let smallest = t.smallest_attainable_p.unwrap_or(f64::MIN_POSITIVE);
            (t.p_value, smallest)
        });
        (&c.contrast, p)
    });
    let adjusted = adjusted(planned, config.family, config.adjustment)?;
    for (comparison, adjusted) in comparisons.iter_mut().zip(adjusted) {
        comparison.adjusted = adjusted;
    }
    Ok(comparisons)
}

fn tested(
    compared: &Compared<'_>,
    factor: &str,
    config: GroupConfig,
) -> Result<GroupComparison, StatsError> {
    let (level, baseline) = (compared.level.values(), compared.baseline.values());
    let both = [&level, &baseline].map(|sample| {
        let units = sample.iter().map(|(unit, _)| unit.clone());
        units.collect::<BTreeSet<_>>()
    });
    if both.iter().all(|units| !units.is_empty()) {
        require_independent(&both, factor)?;
    }
    let numbers = |sample: &[(Vec<Level>, f64)]| -> Vec<f64> {
        sample.iter().map(|(_, value)| *value).collect()
    };
    let (x, y) = (numbers(&level), numbers(&baseline));
    let test = result(&x, &y, config)?;
    let has_both = !x.is_empty() && !y.is_empty();
    let status = match (&test, has_both) {
        (Ok(_), _) => Status::Ok.to_string(),
        (Err(reason), true) => (*reason).to_owned(),
        (Err(reason), false) => compared.reason().unwrap_or_else(|| (*reason).to_owned()),
    };
    let rank_sums = rank_sums(config);
    let n_missing = |sample: &Sample, values: &[f64]| sample.len() - values.len();
    Ok(GroupComparison {
        contrast: compared.contrast.clone(),
        n_missing: n_missing(compared.level, &x) + n_missing(compared.baseline, &y),
        n_undefined: compared.level.n_undefined() + compared.baseline.n_undefined(),
        level_summary: compared.level.summary(),
        baseline_summary: compared.baseline.summary(),
        shift: match has_both {
            true => Some(location_shift(&x, &y, config.confidence, rank_sums)?),
            false => None,
        },
        superiority: match has_both {
            true => Some(superiority(&x, &y, config.confidence)?),
            false => None,
        },
        mean_difference: mean_difference(&x, &y, config),
        test: test.ok(),
        adjusted: Adjusted::default(),
        status,
        peculiarities: [compared.level, compared.baseline].map(Sample::peculiarity),
        level_units: level.into_iter().map(|(unit, _)| unit).collect(),
        baseline_units: baseline.into_iter().map(|(unit, _)| unit).collect(),
    })
}

fn rank_sums(config: GroupConfig) -> RankSumConfig {
    RankSumConfig {
        alternative: config.alternative,
        method: config.method,
        continuity_correction: config.continuity_correction,
    }
}

/// The test, or the reason why there is none.
fn result(
    x: &[f64],
    y: &[f64],
    config: GroupConfig,
) -> Result<Result<GroupResult, &'static str>, StatsError> {
    if x.is_empty() || y.is_empty() {
        return Ok(Err("no_values"));
    }
    if config.kind == GroupTest::MannWhitney {
        let test = mann_whitney(x, y, rank_sums(config))?;
        return Ok(Ok(GroupResult {
            statistic: test.u,
            df: None,
            p_value: test.p_value,
            method: test.method.as_str(),
            smallest_attainable_p: Some(test.smallest_attainable_p),
        }));
    }
    if x.len() < 2 || y.len() < 2 {
        return Ok(Err("one_value_in_a_group"));
    }
    let student = brunner_munzel(x, y, config.alternative, config.confidence)?;
    if config.method == Method::Normal {
        return Ok(match (student.test, student.untestable) {
            (Some(test), _) => Ok(GroupResult {
                statistic: test.t,
                df: Some(test.df),
                p_value: test.p_value,
                method: "student_t",
                smallest_attainable_p: None,
            }),
            (None, Some(NoVariance::AllEqual)) => Err("all_values_equal"),
            (None, _) => Err("groups_do_not_overlap"),
        });
    }
    let random = PermutationConfig {
        n_random: u32::try_from(config.replicates.max(9999)).unwrap_or(u32::MAX),
        seed: config.seed,
    };
    let p = brunner_munzel_permutation(x, y, config.alternative, random)?;
    Ok(Ok(GroupResult {
        // Groups that do not overlap have an infinite t.
        statistic: student.test.map_or(f64::NAN, |test| test.t),
        df: None,
        p_value: p.p_value,
        method: match p.permutations {
            Permutations::All => Method::Exact.as_str(),
            Permutations::Random(_) => "random",
        },
        smallest_attainable_p: Some(p.smallest_attainable_p),
    }))
}

/// The difference of the means; `None` without values on a side, and for values too large to be squared.
fn mean_difference(x: &[f64], y: &[f64], config: GroupConfig) -> Option<MeanEstimate> {
    if x.is_empty() || y.is_empty() || config.replicates == 0 && config.mean_interval.is_resampled()
    {
        return None;
    }
    let bootstrap = BootstrapConfig {
        replicates: config.replicates,
        seed: config.seed,
        confidence: config.confidence,
        interval: config.mean_interval,
    };
    bootstrap_group_mean_difference(x, y, bootstrap).ok()
}
