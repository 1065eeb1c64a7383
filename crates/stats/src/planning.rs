//! Planning of a study: sample sizes, power, and what a sample can show at best.

mod attainable;
mod critical;
mod effect_distribution;
mod plan;
mod power;
mod search;
mod standardized;
mod trial;

pub use attainable::{
    smallest_attainable_rank_sum_p, smallest_group_size, smallest_number_of_pairs,
};
pub use effect_distribution::EffectDistribution;
pub use plan::{Plan, PlannedTest, SampleSize};
pub use power::{Power, power};
pub use search::{DetectableEffect, RequiredSize, required_size, smallest_detectable_effect};
pub use standardized::standardized_effect;
