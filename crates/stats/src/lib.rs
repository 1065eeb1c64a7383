//! Statistics of a study: paired tests, corrections, summaries and publication tables.

mod adjust;
mod differences;
mod error;
mod exact;
mod friedman;
mod normal_approximation;
mod ranks;
mod shift;
mod signed_ranks;
mod summary;
mod walsh;
mod wilcoxon;

pub use adjust::{Adjustment, adjust};
pub use differences::paired_differences;
pub use error::StatsError;
pub use friedman::{Friedman, friedman};
pub use shift::{Shift, hodges_lehmann};
pub use summary::SampleSummary;
pub use wilcoxon::{
    Alternative, EXACT_LIMIT, Method, Wilcoxon, WilcoxonConfig, ZeroMethod, smallest_attainable_p,
    wilcoxon,
};
