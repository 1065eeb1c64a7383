//! Independent groups: two samples, several samples, and pairs of samples.

mod location_shift;
mod mann_whitney;
mod pair_differences;
mod placements;
mod pooled;
mod rank_sum_distribution;
mod superiority;

pub use location_shift::location_shift;
pub use mann_whitney::{MannWhitney, RANK_SUM_EXACT_LIMIT, RankSumConfig, mann_whitney};
pub use superiority::{Superiority, superiority};
