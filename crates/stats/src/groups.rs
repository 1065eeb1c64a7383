//! Independent groups: two samples, several samples, and pairs of samples.

mod brunner_munzel;
mod brunner_munzel_permutation;
mod dunn;
mod kruskal_wallis;
mod kruskal_wallis_permutation;
mod location_shift;
mod mann_whitney;
mod pair_differences;
mod pairwise;
mod placements;
mod pooled;
mod rank_sum_distribution;
mod superiority;

pub use brunner_munzel::{BrunnerMunzel, NoVariance, StudentTest, brunner_munzel};
pub use brunner_munzel_permutation::brunner_munzel_permutation;
pub use dunn::dunn;
pub use kruskal_wallis::{KruskalWallis, kruskal_wallis};
pub use kruskal_wallis_permutation::kruskal_wallis_permutation;
pub use location_shift::location_shift;
pub use mann_whitney::{MannWhitney, RANK_SUM_EXACT_LIMIT, RankSumConfig, mann_whitney};
pub use pairwise::pairwise_mann_whitney;
pub(crate) use rank_sum_distribution::RankSum;
pub use superiority::{Superiority, superiority};
