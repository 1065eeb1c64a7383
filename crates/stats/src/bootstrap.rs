//! Bootstrap intervals of means.

mod bca;
mod config;
mod mean;

pub use bca::BcaEstimate;
pub use config::BootstrapConfig;
pub use mean::{
    ClusterWeight, bca_clustered_mean, bca_clustered_mean_difference, bca_group_mean_difference,
    bca_mean, bca_mean_difference,
};
