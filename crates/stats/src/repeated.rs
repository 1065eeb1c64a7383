//! Repeated measures: several treatments of the same blocks, and their pairs.

mod block_ranks;
mod conover;
mod friedman;
mod friedman_permutation;
mod nemenyi;
mod pairwise;
mod studentized_range;

pub use conover::conover;
pub use friedman::{Friedman, ImanDavenport, friedman};
pub use friedman_permutation::friedman_permutation;
pub use nemenyi::nemenyi;
pub use pairwise::pairwise_signed_rank;
