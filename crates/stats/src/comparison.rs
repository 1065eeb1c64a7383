//! Compares every level of a factor with its baseline, and adjusts p-values over a family.

use std::collections::{BTreeMap, BTreeSet};

use rsom_measures::Status;
use rsom_parameters::{Choice, Parameters};

use crate::summary::median;
use crate::{
    Adjustment, Level, Pairs, Quantity, Sample, SampleSummary, Samples, Shift, StatsError,
    Wilcoxon, WilcoxonConfig, adjust_family, hodges_lehmann, paired_differences, wilcoxon,
};

/// The family of tests whose p-values are adjusted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Family {
    /// All tests.
    All,
    /// All tests of one metric, over labels, surfaces, groups and levels.
    Metric,
    /// The levels of one metric, label, surface and group.
    Group,
}

/// Settings of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct ComparisonConfig {
    /// The test.
    #[parameter(flatten)]
    pub test: WilcoxonConfig,
    /// Correction of p-values for multiple tests.
    #[parameter(default = Adjustment::Holm, name = "adjust")]
    pub adjustment: Adjustment,
    /// Tests to correct together: all tests, the tests of one metric, or the tests of one metric, label, surface and
    /// group.
    #[parameter(default = Family::Group, advanced)]
    pub family: Family,
    /// Confidence level of the interval of the Hodges-Lehmann shift.
    #[parameter(default = 0.95, min = 0.0, max = 1.0, advanced)]
    pub confidence: f64,
}

/// What each level of a factor is compared with.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// One level, such as s = 0.
    Baseline(&'a Level),
    /// Every level before it in this order: all pairs of levels. Levels that the order lacks come last, in their own order.
    EachBefore(&'a [Level]),
}

/// The quantity, group and levels of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    /// The compared quantity.
    pub quantity: Quantity,
    /// Levels of the grouping factors.
    pub group: Vec<Level>,
    /// The level of the factor that is compared with the baseline.
    pub level: Level,
    /// The level with which it is compared.
    pub baseline: Level,
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
    /// Hodges–Lehmann shift of the level from the baseline; `None` without a non-zero difference.
    pub shift: Option<Shift>,
    /// The test; `None` without pairs.
    pub test: Option<Wilcoxon>,
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
    /// What is peculiar about the measurements at the level: see [`Sample::peculiarity`].
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
/// A family counts all its results: one without a p-value is a test that was planned, so that a level that failed does not
/// lower the adjusted p of the others.
///
/// # Errors
/// No measurement at the baseline; a confidence outside (0, 1).
pub fn compare(
    samples: &Samples,
    factor: &str,
    against: Against<'_>,
    config: ComparisonConfig,
) -> Result<Vec<Comparison>, StatsError> {
    if let Against::Baseline(baseline) = against {
        require_baseline(samples, factor, baseline)?;
    }
    let nothing = Sample::default();
    let mut comparisons = Vec::new();
    for (quantity, conditions) in samples {
        let pairs = pairs_of(&levels_of(samples, &quantity.label), against);
        for group in groups_of(conditions) {
            let at = |level: &Level| {
                let condition: Vec<Level> = group.iter().chain([level]).cloned().collect();
                conditions.get(&condition).unwrap_or(&nothing)
            };
            for (level, baseline) in &pairs {
                let contrast = Contrast {
                    quantity: quantity.clone(),
                    group: group.to_vec(),
                    level: (*level).clone(),
                    baseline: (*baseline).clone(),
                };
                comparisons.push(tested(contrast, at(level), at(baseline), config)?);
            }
        }
    }
    adjust_families(&mut comparisons, config)?;
    Ok(comparisons)
}

/// The levels to compare, each with its baseline.
fn pairs_of<'a>(levels: &BTreeSet<&'a Level>, against: Against<'a>) -> Vec<(&'a Level, &'a Level)> {
    match against {
        Against::Baseline(baseline) => {
            let others = levels.iter().filter(|level| **level != baseline);
            others.map(|level| (*level, baseline)).collect()
        }
        Against::EachBefore(order) => {
            let mut levels: Vec<&Level> = levels.iter().copied().collect();
            levels.sort_by_key(|level| level.place_in(order));
            let with_before = |(place, level): (usize, &&'a Level)| {
                let level = *level;
                levels[..place]
                    .iter()
                    .map(move |before| (level, *before))
                    .collect::<Vec<_>>()
            };
            levels.iter().enumerate().flat_map(with_before).collect()
        }
    }
}

/// The levels of all quantities of a structure: its masks have all measures, or a run is missing.
fn levels_of<'a>(samples: &'a Samples, label: &Option<Level>) -> BTreeSet<&'a Level> {
    let of_label = samples.iter().filter(|(q, _)| q.label == *label);
    let conditions = of_label.flat_map(|(_, conditions)| conditions.keys());
    conditions.filter_map(|c| c.last()).collect()
}

fn groups_of(conditions: &BTreeMap<Vec<Level>, Sample>) -> BTreeSet<&[Level]> {
    let split = |condition: &'_ Vec<Level>| condition.split_last().map(|(_, group)| group.len());
    conditions
        .keys()
        .filter_map(|condition| Some(&condition[..split(condition)?]))
        .collect()
}

fn require_baseline(samples: &Samples, factor: &str, baseline: &Level) -> Result<(), StatsError> {
    let levels: BTreeSet<&Level> = samples
        .values()
        .flat_map(BTreeMap::keys)
        .filter_map(|condition| condition.last())
        .collect();
    if levels.contains(baseline) {
        return Ok(());
    }
    let levels: Vec<String> = levels.iter().map(ToString::to_string).collect();
    Err(StatsError::NoBaseline {
        factor: factor.to_owned(),
        baseline: baseline.to_string(),
        levels: levels.join(", "),
    })
}

/// The result without its adjusted p-value.
fn tested(
    contrast: Contrast,
    sample: &Sample,
    baseline: &Sample,
    config: ComparisonConfig,
) -> Result<Comparison, StatsError> {
    let pairs = Pairs::of(sample, baseline);
    let (test, shift) = if pairs.level.is_empty() {
        (None, None)
    } else {
        (
            Some(wilcoxon(&pairs.level, &pairs.baseline, config.test)?),
            hodges_lehmann(
                &pairs.level,
                &pairs.baseline,
                config.confidence,
                config.test,
            )?,
        )
    };
    let differences = paired_differences(&pairs.level, &pairs.baseline)?;
    let status = match test {
        Some(_) => Status::Ok.to_string(),
        None => sample
            .main_reason()
            .or_else(|| absent(sample, baseline).map(str::to_owned))
            .or_else(|| baseline.main_reason())
            // Both sides have values, of different units.
            .unwrap_or_else(|| "unpaired".to_owned()),
    };
    Ok(Comparison {
        contrast,
        level_summary: summary(&pairs.level),
        baseline_summary: summary(&pairs.baseline),
        median_difference: median(&differences),
        shift,
        test,
        p_adjusted: None,
        smallest_attainable_p_adjusted: None,
        family_size: 0,
        n_undefined: sample.n_undefined() + baseline.n_undefined(),
        status,
        level_status: sample.peculiarity(),
        baseline_status: baseline.peculiarity(),
        n_subjects: None,
        pairs,
    })
}

/// The status of a contrast without measurements on one side.
fn absent(level: &Sample, baseline: &Sample) -> Option<&'static str> {
    if level.is_empty() {
        return Some("absent");
    }
    baseline.is_empty().then_some("baseline_absent")
}

fn summary(values: &[f64]) -> SampleSummary {
    let values: Vec<Option<f64>> = values.iter().copied().map(Some).collect();
    SampleSummary::of(&values)
}

fn adjust_families(
    comparisons: &mut [Comparison],
    config: ComparisonConfig,
) -> Result<(), StatsError> {
    let mut families: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, c) in comparisons.iter().enumerate() {
        let family = match config.family {
            Family::All => String::new(),
            Family::Metric => c.contrast.quantity.metric.clone(),
            Family::Group => format!("{:?} {:?}", c.contrast.quantity, c.contrast.group),
        };
        families.entry(family).or_default().push(index);
    }
    for members in families.values() {
        let adjusted = |p: fn(&Wilcoxon) -> f64| {
            let tests = members.iter().map(|i| comparisons[*i].test.as_ref());
            adjust_family(
                &tests.map(|t| t.map(p)).collect::<Vec<_>>(),
                config.adjustment,
            )
        };
        // Adjusted values increase with every p-value of the family, so the smallest p-values give the smallest
        // adjusted values.
        let (p_values, smallest) = (
            adjusted(|t| t.p_value)?,
            adjusted(|t| t.smallest_attainable_p)?,
        );
        for (place, index) in members.iter().enumerate() {
            let comparison = &mut comparisons[*index];
            comparison.p_adjusted = p_values[place];
            comparison.smallest_attainable_p_adjusted = smallest[place];
            comparison.family_size = members.len();
        }
    }
    Ok(())
}
