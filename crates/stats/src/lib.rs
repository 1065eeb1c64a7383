//! Statistics of a study: tests, effects with intervals, models, plans and publication tables.
//!
//! At the top: samples from a table of measurements, comparisons of all levels of a factor, the signed-rank test and its
//! shift, adjusted p-values. Each further topic is a module:
//!
//! - [`groups`]: tests of independent groups, their shift and probability of superiority
//! - [`repeated`]: tests of several treatments within the same blocks
//! - [`clusters`]: paired tests of clustered pairs
//! - [`mixed_model`]: linear mixed models with random intercepts, and linear models
//! - [`effects`]: effect sizes of paired samples with intervals
//! - [`bootstrap`]: bootstrap intervals of means
//! - [`agreement`]: agreement of two methods, and of raters
//! - [`equivalence`]: equivalence of paired samples
//! - [`missing`]: policies for pairs with a missing value
//! - [`planning`]: power, sample sizes and detectable effects
//! - [`ranking`]: rankings of methods and their stability
//! - [`publication`]: tables of a paper

mod adjust;
pub mod agreement;
mod blocks;
pub mod bootstrap;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clusters;
mod comparison;
mod completed_pairs;
mod confidence;
mod contrast;
mod crossing;
mod design;
mod differences;
pub mod effects;
pub mod equivalence;
mod error;
mod exact;
#[cfg(test)]
mod extreme_values;
mod family;
mod group_comparison;
mod group_note;
pub mod groups;
mod interval;
mod level;
mod measurement;
pub mod missing;
pub mod mixed_model;
mod moments;
mod noise;
mod normal_approximation;
mod note;
mod omnibus;
mod ordinal;
mod paired_test;
mod pairing;
mod permutations;
pub mod planning;
pub mod publication;
mod random;
mod rank_pair;
pub mod ranking;
mod ranks;
pub mod repeated;
mod sample;
mod shift;
mod signed_ranks;
mod summary;
mod tails;
mod walsh;
mod wilcoxon;
mod wilcoxon_config;

pub use adjust::{Adjustment, adjust, adjust_family};
pub use blocks::Blocks;
pub use comparison::{Comparison, ComparisonConfig, ComparisonPlan, compare};
pub use completed_pairs::{Directions, Missing};
pub use confidence::ConfidenceInterval;
pub use contrast::{Against, Contrast};
pub use design::{Design, DesignCounts, require_independent, require_paired};
pub use differences::paired_differences;
pub use error::StatsError;
pub use family::{Adjusted, Family};
pub use group_comparison::{GroupComparison, GroupConfig, GroupResult, GroupTest, compare_groups};
pub use group_note::group_note;
pub use level::Level;
pub use measurement::{Measurement, Quantity};
pub use note::note;
pub use omnibus::{
    LevelDesign, LevelPair, MOST_PERMUTED, Omnibus, OmnibusConfig, OmnibusTest, PostHoc, omnibus,
};
pub use paired_test::{PairedResult, PairedTest, PairedTestConfig, paired_test};
pub use pairing::{MissingPair, Pairs};
pub use permutations::{PermutationConfig, PermutationP, Permutations};
pub use rank_pair::RankPair;
pub use sample::{Aggregate, Sample, Samples, Unit, gather};
pub use shift::{Shift, hodges_lehmann};
pub use summary::SampleSummary;
pub use wilcoxon::{EXACT_LIMIT, Wilcoxon, smallest_attainable_p, wilcoxon};
pub use wilcoxon_config::{Alternative, Method, WilcoxonConfig, ZeroMethod};
