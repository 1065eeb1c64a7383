//! Statistics of a study: tests of paired and independent samples, corrections, summaries and publication tables.

mod adjust;
#[cfg(feature = "cli")]
pub mod cli;
mod comparison;
mod design;
mod differences;
mod error;
mod exact;
mod groups;
mod incomplete_beta;
mod interval;
mod level;
mod measurement;
mod noise;
mod normal_approximation;
mod note;
mod ordinal;
mod pairing;
mod permutations;
pub mod publication;
mod rank_pair;
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
