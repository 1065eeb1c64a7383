//! Statistics of a study: paired tests, corrections, summaries and publication tables.

mod adjust;
mod agreement;
mod bootstrap;
#[cfg(feature = "cli")]
pub mod cli;
mod clusters;
mod comparison;
mod confidence;
mod crossing;
mod differences;
mod effects;
mod equivalence;
mod error;
mod exact;
mod friedman;
mod interval;
mod level;
mod measurement;
mod missing;
mod moments;
mod noise;
mod normal_approximation;
mod note;
mod pairing;
mod planning;
pub mod publication;
mod random;
mod ranking;
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
pub use agreement::{
    AgreementConfig, BlandAltman, Concordance, Icc, IccForm, Limit, ProportionalBias,
    RepeatedBlandAltman, Spearman, SpearmanMethod, bland_altman, bland_altman_repeated,
    concordance, icc, spearman,
};
pub use bootstrap::{
    BcaEstimate, BootstrapConfig, ClusterWeight, bca_clustered_mean, bca_clustered_mean_difference,
    bca_group_mean_difference, bca_mean, bca_mean_difference,
};
pub use clusters::{ClusteredSignedRank, clustered_signed_rank};
pub use comparison::{Against, Comparison, ComparisonConfig, Contrast, Family, compare};
pub use confidence::ConfidenceInterval;
pub use differences::paired_differences;
pub use effects::{MedianInterval, RankBiserial, median_interval, rank_biserial};
pub use equivalence::{
    EquivalenceByMeans, EquivalenceByRanks, equivalence_by_means, equivalence_by_ranks,
};
pub use error::StatsError;
pub use friedman::{Friedman, friedman};
pub use level::Level;
pub use measurement::{Measurement, Quantity};
pub use missing::{CompletePairs, MissingPolicy, WorstValue, complete_pairs};
pub use note::note;
pub use pairing::{MissingPair, Pairs};
pub use planning::{
    DetectableEffect, EffectDistribution, Plan, PlannedTest, Power, RequiredSize, SampleSize,
    power, required_size, smallest_attainable_rank_sum_p, smallest_detectable_effect,
    smallest_group_size, smallest_number_of_pairs,
};
pub use ranking::{Lead, RankBy, RankedMethod, Ranking, RankingConfig, ranking_stability};
pub use sample::{Aggregate, Sample, Samples, Unit, gather};
pub use shift::{Shift, hodges_lehmann};
pub use summary::SampleSummary;
pub use wilcoxon::{EXACT_LIMIT, Wilcoxon, smallest_attainable_p, wilcoxon};
pub use wilcoxon_config::{Alternative, Method, WilcoxonConfig, ZeroMethod};
