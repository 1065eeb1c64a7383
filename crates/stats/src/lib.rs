//! Statistics of a study: tests of paired and independent samples, corrections, summaries and publication tables.

mod adjust;
pub mod agreement;
pub mod bootstrap;
#[cfg(feature = "cli")]
pub mod cli;
pub mod clusters;
mod comparison;
mod confidence;
mod crossing;
mod design;
mod differences;
pub mod effects;
pub mod equivalence;
mod error;
mod exact;
#[cfg(test)]
mod extreme_values;
mod groups;
mod interval;
mod level;
mod measurement;
pub mod missing;
pub mod mixed_model;
mod moments;
mod noise;
mod normal_approximation;
mod note;
mod ordinal;
mod pairing;
mod permutations;
pub mod planning;
pub mod publication;
mod random;
mod rank_pair;
pub mod ranking;
mod ranks;
mod repeated;
mod sample;
mod shift;
mod signed_ranks;
mod summary;
mod tails;
mod walsh;
mod wilcoxon;
mod wilcoxon_config;

pub use adjust::{Adjustment, adjust, adjust_family};
pub use comparison::{Against, Comparison, ComparisonConfig, Contrast, Family, compare};
pub use confidence::ConfidenceInterval;
pub use design::{Design, DesignCounts, require_independent, require_paired};
pub use differences::paired_differences;
pub use error::StatsError;
pub use groups::{
    BrunnerMunzel, KruskalWallis, MannWhitney, NoVariance, RANK_SUM_EXACT_LIMIT, RankSumConfig,
    StudentTest, Superiority, brunner_munzel, brunner_munzel_permutation, dunn, kruskal_wallis,
    kruskal_wallis_permutation, location_shift, mann_whitney, pairwise_mann_whitney, superiority,
};
pub use level::Level;
pub use measurement::{Measurement, Quantity};
pub use note::note;
pub use pairing::{MissingPair, Pairs};
pub use permutations::{PermutationConfig, PermutationP, Permutations};
pub use rank_pair::RankPair;
pub use repeated::{
    Friedman, ImanDavenport, conover, friedman, friedman_permutation, nemenyi, pairwise_signed_rank,
};
pub use sample::{Aggregate, Sample, Samples, Unit, gather};
pub use shift::{Shift, hodges_lehmann};
pub use summary::SampleSummary;
pub use wilcoxon::{EXACT_LIMIT, Wilcoxon, smallest_attainable_p, wilcoxon};
pub use wilcoxon_config::{Alternative, Method, WilcoxonConfig, ZeroMethod};
