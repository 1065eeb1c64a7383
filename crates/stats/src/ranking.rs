//! Rankings of methods, and how stable they are.

mod scores;
mod stability;

pub use scores::RankBy;
pub use stability::{Lead, RankedMethod, Ranking, RankingConfig, ranking_stability};
