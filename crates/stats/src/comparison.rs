//! Every level of a factor against its baseline, with p-values adjusted over a family.

use std::collections::{BTreeMap, BTreeSet};

use rsom_measures::Status;
use rsom_parameters::{Choice, Parameters};

use crate::summary::median;
use crate::{
    Adjustment, Level, Pairs, Quantity, Sample, SampleSummary, Samples, Shift, StatsError,
    Wilcoxon, WilcoxonConfig, adjust, hodges_lehmann, paired_differences, wilcoxon,
};

/// Which tests make up a family whose p-values are adjusted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Family {
    /// All tests.
    All,
    /// All tests of one metric, over labels, surfaces, groups and levels.
    Metric,
    /// The levels of one metric, label, surface and group.
    Group,
}

/// How levels are compared.
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
    #[parameter(default = Family::Group)]
    pub family: Family,
    /// Confidence level of the interval of the Hodges-Lehmann shift.
    #[parameter(default = 0.95, min = 0.0, max = 1.0)]
    pub confidence: f64,
}

/// Which level is held against the baseline, of which quantity and in which group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    /// What is compared.
    pub quantity: Quantity,
    /// Levels of the grouping factors.
    pub group: Vec<Level>,
    /// The level of the factor.
    pub level: Level,
}

/// Outcome of a contrast.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is compared.
    pub contrast: Contrast,
    /// The paired values and what is missing.
    pub pairs: Pairs,
    /// Values at the level, over the pairs.
    pub level_summary: SampleSummary,
    /// Values at the baseline, over the pairs.
    pub baseline_summary: SampleSummary,
    /// Median of the differences level − baseline, zeros included.
    pub median_difference: Option<f64>,
    /// Hodges–Lehmann shift of the level from the baseline; `None` without a non-zero difference.
    pub shift: Option<Shift>,
    /// The test; `None` without pairs.
    pub test: Option<Wilcoxon>,
    /// Its p-value, adjusted over the family.
    pub p_adjusted: Option<f64>,
    /// The smallest adjusted p-value that the family's sample sizes allow, were every test of it as significant as it can be.
    pub smallest_attainable_p_adjusted: Option<f64>,
    /// How many tests the family has.
    pub family_size: usize,
    /// How many measurements at level and baseline have no value.
    pub n_undefined: usize,
    /// `ok`, or why there is no test: the most frequent status of the undefined values.
    pub status: String,
    /// The status that all measurements at the level share, when it is not `ok`.
    pub level_status: Option<String>,
}

/// Compares every level of a factor with the baseline level.
///
/// A condition's last entry is the level of the factor, those before it are the group. Differences are level − baseline.
/// Every level of every group gives one outcome for each quantity, also when nothing can be tested (a network that
/// predicts nothing has no roughness): such an outcome has no test and says why. Outcomes without a p-value do not count in
/// the family.
///
/// # Errors
/// No measurement at the baseline; a confidence outside (0, 1).
pub fn compare(
    samples: &Samples,
    factor: &str,
    baseline: &Level,
    config: ComparisonConfig,
) -> Result<Vec<Comparison>, StatsError> {
    require_baseline(samples, factor, baseline)?;
    let mut comparisons = Vec::new();
    for (quantity, conditions) in samples {
        for (condition, sample) in conditions {
            let Some((level, group)) = condition.split_last() else {
                continue;
            };
            if level == baseline {
                continue;
            }
            let at_baseline: Vec<Level> = group.iter().chain([baseline]).cloned().collect();
            let reference = conditions.get(&at_baseline);
            let contrast = Contrast {
                quantity: quantity.clone(),
                group: group.to_vec(),
                level: level.clone(),
            };
            comparisons.push(tested(contrast, sample, reference, config)?);
        }
    }
    adjust_families(&mut comparisons, config)?;
    Ok(comparisons)
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

/// The outcome but for its adjusted p-value.
fn tested(
    contrast: Contrast,
    sample: &Sample,
    baseline: Option<&Sample>,
    config: ComparisonConfig,
) -> Result<Comparison, StatsError> {
    let nothing = Sample::default();
    let baseline = baseline.unwrap_or(&nothing);
    let pairs = Pairs::of(sample, baseline);
    let (test, shift) = if pairs.level.is_empty() {
        (None, None)
    } else {
        (
            Some(wilcoxon(&pairs.level, &pairs.baseline, config.test)?),
            hodges_lehmann(&pairs.level, &pairs.baseline, config.confidence)?,
        )
    };
    let differences = paired_differences(&pairs.level, &pairs.baseline)?;
    let status = match test {
        Some(_) => Status::Ok.to_string(),
        None => sample
            .main_reason()
            .or_else(|| baseline.main_reason())
            .unwrap_or_else(|| Status::Undefined.to_string()),
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
        level_status: sample.common_status().map(str::to_owned),
        pairs,
    })
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
        if c.test.is_some() {
            families.entry(family).or_default().push(index);
        }
    }
    for members in families.values() {
        let adjusted = |p: fn(&Wilcoxon) -> f64| {
            let tests = members.iter().filter_map(|i| comparisons[*i].test.as_ref());
            adjust(&tests.map(p).collect::<Vec<_>>(), config.adjustment)
        };
        // Adjusted values grow with every p-value of the family, so the smallest of all give the smallest of each.
        let (p_values, smallest) = (
            adjusted(|t| t.p_value)?,
            adjusted(|t| t.smallest_attainable_p)?,
        );
        for (place, index) in members.iter().enumerate() {
            let comparison = &mut comparisons[*index];
            comparison.p_adjusted = Some(p_values[place]);
            comparison.smallest_attainable_p_adjusted = Some(smallest[place]);
            comparison.family_size = members.len();
        }
    }
    Ok(())
}
