//! Statistics of a study: paired tests, corrections, summaries and publication tables.

mod adjust;
pub mod agreement;
pub mod bootstrap;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clusters;
mod comparison;
mod confidence;
mod crossing;
mod differences;
pub mod effects;
pub mod equivalence;
mod error;
mod exact;
#[cfg(test)]
mod extreme_values;
mod friedman;
mod interval;
mod level;
mod measurement;
pub mod missing;
pub mod mixed_model;
mod moments;
mod noise;
mod normal_approximation;
mod note;
mod pairing;
pub mod planning;
pub mod publication;
mod random;
pub mod ranking;
mod ranks;
mod sample;
mod shift;
mod signed_ranks;
mod summary;
mod tails;
mod walsh;
mod wilcoxon;
mod wilcoxon_config;

pub use adjust::{Adjustment, adjust};
pub use comparison::{Against, Comparison, ComparisonConfig, Contrast, Family, compare};
pub use confidence::ConfidenceInterval;
pub use differences::paired_differences;
pub use error::StatsError;
pub use friedman::{Friedman, friedman};
pub use level::Level;
pub use measurement::{Measurement, Quantity};
pub use note::note;
pub use pairing::{MissingPair, Pairs};
pub use sample::{Aggregate, Sample, Samples, Unit, gather};
pub use shift::{Shift, hodges_lehmann};
pub use summary::SampleSummary;
pub use wilcoxon::{EXACT_LIMIT, Wilcoxon, smallest_attainable_p, wilcoxon};
pub use wilcoxon_config::{Alternative, Method, WilcoxonConfig, ZeroMethod};
