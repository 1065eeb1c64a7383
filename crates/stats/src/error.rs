//! What can be wrong with samples and tables of measurements.

/// A sample or a set of measurements that a test or a table cannot use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatsError {
    /// Two samples that should be paired differ in length.
    #[error("{first} values cannot be paired with {second}")]
    LengthMismatch {
        /// Length of the first sample.
        first: usize,
        /// Length of the second sample.
        second: usize,
    },
    /// A sample without values.
    #[error("there are no values")]
    Empty,
    /// A value that is NaN or infinite, by its place in the sample.
    #[error("value {index} is {value}; values must be finite")]
    NotFinite {
        /// Place in the sample, from 0.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A p-value outside [0, 1].
    #[error("{0} is no p-value: it must lie in [0, 1]")]
    NotAProbability(f64),
    /// A confidence level or significance level outside (0, 1).
    #[error("the {name} {value} must lie strictly between 0 and 1")]
    BadLevel {
        /// Which level.
        name: &'static str,
        /// Its value.
        value: f64,
    },
    /// The rows of a rectangular table differ in length, or there are too few.
    #[error("{0}")]
    BadBlocks(String),
    /// One measurement stands twice in the table.
    #[error(
        "{metric} is measured twice for {unit}; if a column tells the two apart, name it in group_by or average_over"
    )]
    Duplicate {
        /// Metric, label and surface.
        metric: String,
        /// Group, level, subject, scan and slice.
        unit: String,
    },
    /// A unit has several values and none of the ways to make them one is declared.
    #[error(
        "{metric} has several values for {unit}; declare an aggregate (mean, median) or a finer unit"
    )]
    SeveralValues {
        /// Metric, label and surface.
        metric: String,
        /// Unit and condition.
        unit: String,
    },
    /// No measurement has the baseline's level.
    #[error("no row has {factor} = {baseline}, the baseline; the levels are {levels}")]
    NoBaseline {
        /// Column of the factor.
        factor: String,
        /// The level asked for.
        baseline: String,
        /// Levels that exist.
        levels: String,
    },
    /// A metric that is asked for does not occur.
    #[error("no row holds the metric {metric}; the metrics are {metrics}")]
    NoMetric {
        /// The metric asked for.
        metric: String,
        /// Metrics that exist.
        metrics: String,
    },
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
