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
    /// Fewer values, units, groups or levels than the method needs.
    #[error("at least {needed} {what} are needed, but there are {found}")]
    TooFew {
        /// What is counted, in the plural.
        what: &'static str,
        /// The number that the method needs.
        needed: usize,
        /// The number that there is.
        found: usize,
    },
    /// A group with too few values for a test.
    #[error("group {group} has {found} values; {test} needs at least {needed} in each group")]
    SmallGroup {
        /// Index of the group, from 1.
        group: usize,
        /// The number of values that the test needs.
        needed: usize,
        /// The number that there is.
        found: usize,
        /// The test.
        test: &'static str,
    },
    /// More values than a test can take.
    #[error("{test} takes at most {limit} values, but there are {found}")]
    TooMany {
        /// The test.
        test: &'static str,
        /// The largest number that the test takes.
        limit: usize,
        /// The number that there is.
        found: usize,
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
    /// A policy for missing results that does not fit the metric.
    #[error("{0}")]
    NoPolicy(String),
    /// A test of equivalence without a margin.
    #[error(
        "no margin for {0}: state the largest difference that does not matter, in the unit of the metric, as --margin {0}=NUMBER"
    )]
    NoMargin(String),
    /// A requested metric does not occur.
    #[error("no row has the metric {metric}; the metrics are {metrics}")]
    NoMetric {
        /// The requested metric.
        metric: String,
        /// The existing metrics.
        metrics: String,
    },
    /// A setting outside its range.
    #[error("{name} is {value}; it must be {rule}")]
    BadSetting {
        /// Name of the setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        rule: &'static str,
    },
    /// A quantity that these values do not define, and the reason.
    #[error("{0}")]
    Undefined(&'static str),
    /// A formula that cannot be read.
    #[error("cannot read the formula `{formula}`: {problem}")]
    BadFormula {
        /// The formula.
        formula: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A formula names a column that the table lacks.
    #[error("there is no column {name}; the columns are {known}")]
    UnknownColumn {
        /// The name in the formula.
        name: String,
        /// The columns of the table.
        known: String,
    },
    /// A model that the data do not determine.
    #[error("{0}")]
    BadModel(String),
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
