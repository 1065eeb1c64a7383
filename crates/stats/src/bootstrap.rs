//! Intervals of means, by the bootstrap, and Student's beside them.

mod bca;
mod config;
mod estimate;
mod mean;
mod resampling;
mod student;
mod studentized;
mod units;
mod with_interval;

pub use config::{BootstrapConfig, MeanInterval};
pub use estimate::MeanEstimate;
pub use mean::{
    ClusterWeight, bootstrap_clustered_mean, bootstrap_clustered_mean_difference,
    bootstrap_group_mean_difference, bootstrap_mean, bootstrap_mean_difference,
};
