//! Errors of samples and tables of measurements.

/// A sample or a set of measurements that a test or a table cannot use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatsError {
    /// Two samples that should be paired differ in length.
    #[error(
        "{first} values cannot be paired with {second} values; both samples must have equal length"
    )]
    LengthMismatch {
        /// Length of the first sample.
        first: usize,
        /// Length of the second sample.
        second: usize,
    },
    /// A sample without values.
    #[error("there are no values")]
    Empty,
    /// A value that is NaN or infinite.
    #[error("value {index} is {value}; values must be finite")]
    NotFinite {
        /// Index in the sample, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A group with too few values for a test.
    #[error("group {group} has {size} values; {test} needs at least {least} in each group")]
    SmallGroup {
        /// Index of the group, from 1.
        group: usize,
        /// Number of its values.
        size: usize,
        /// The smallest number that the test needs.
        least: usize,
        /// The test.
        test: &'static str,
    },
    /// Too few groups, treatments or levels for a test.
    #[error("{test} needs at least {least} {what}, not {number}")]
    TooFew {
        /// The test.
        test: &'static str,
        /// What is compared: groups, treatments.
        what: &'static str,
        /// The smallest number that the test needs.
        least: usize,
        /// The given number.
        number: usize,
    },
    /// More values than a test can take.
    #[error("{test} takes at most {most} values, not {number}")]
    TooMany {
        /// The test.
        test: &'static str,
        /// The largest number.
        most: usize,
        /// The given number.
        number: usize,
    },
    /// A paired test of levels that share no unit.
    #[error(
        "no {unit} has values at two levels of {factor}: the levels are independent samples; name {factor} in `groups` to compare them as such"
    )]
    Unpaired {
        /// What is paired, such as the subject.
        unit: String,
        /// The factor whose levels are compared.
        factor: String,
    },
    /// A test for independent groups of levels that share units.
    #[error(
        "{number} units have values at more than one level of {factor}, such as {example}: the levels are repeated measures; compare them with a paired test"
    )]
    SharedUnits {
        /// One of the units.
        example: String,
        /// Number of such units.
        number: usize,
        /// The factor whose levels are compared.
        factor: String,
    },
    /// A p-value outside [0, 1].
    #[error("{0} is not a p-value: it must lie in [0, 1]")]
    NotAProbability(f64),
    /// A confidence level or significance level outside (0, 1).
    #[error("the {name} {value} must lie strictly between 0 and 1")]
    BadLevel {
        /// Name of the level.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// The rows of a rectangular table differ in length, or there are too few.
    #[error("{0}")]
    BadBlocks(String),
    /// The table has one measurement twice.
    #[error(
        "{metric} is measured twice for {unit}; if a column distinguishes the two, add it to group_by or average_over"
    )]
    Duplicate {
        /// Metric, label and surface.
        metric: String,
        /// Its group, level, subject, scan and slice.
        unit: String,
    },
    /// A unit has several values, but no aggregation is chosen.
    #[error(
        "{metric} has several values for {unit}; choose an aggregate (mean or median) or a finer unit"
    )]
    SeveralValues {
        /// Metric, label and surface.
        metric: String,
        /// Its unit and condition.
        unit: String,
    },
    /// No measurement has the baseline level.
    #[error("no row has the baseline {factor} = {baseline}; the levels are {levels}")]
    NoBaseline {
        /// Column of the factor.
        factor: String,
        /// The requested baseline.
        baseline: String,
        /// The existing levels.
        levels: String,
    },
    /// A requested metric does not occur.
    #[error("no row has the metric {metric}; the metrics are {metrics}")]
    NoMetric {
        /// The requested metric.
        metric: String,
        /// The existing metrics.
        metrics: String,
    },
}

/// Checks that a confidence lies strictly between 0 and 1.
pub(crate) fn require_confidence(confidence: f64) -> Result<(), StatsError> {
    if confidence > 0.0 && confidence < 1.0 {
        return Ok(());
    }
    Err(StatsError::BadLevel {
        name: "confidence",
        value: confidence,
    })
}

/// Checks that every value is finite.
pub(crate) fn require_finite(values: &[f64]) -> Result<(), StatsError> {
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(StatsError::NotFinite {
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}
