//! Tests for pairs that come in clusters, such as several scans of one subject.

mod signed_rank;

pub use signed_rank::{ClusteredSignedRank, clustered_signed_rank};
