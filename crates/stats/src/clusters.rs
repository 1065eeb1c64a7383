//! Tests for pairs that come in clusters, such as several scans of one subject.

mod differences;
mod sign_flip;
mod signed_rank;

pub use sign_flip::{SignFlip, SignFlipConfig, clustered_sign_flip};
pub use signed_rank::{ClusteredSignedRank, clustered_signed_rank};
