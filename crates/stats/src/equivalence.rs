//! Tests of equivalence of paired samples.

mod comparison;
pub(crate) mod margin;
mod paired_t;
mod signed_rank;

pub use comparison::{
    EquivalenceComparison, EquivalenceConfig, EquivalenceResult, EquivalenceTest,
    compare_equivalence,
};
pub use paired_t::{EquivalenceByMeans, equivalence_by_means};
pub use signed_rank::{EquivalenceByRanks, equivalence_by_ranks};
