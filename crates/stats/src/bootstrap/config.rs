//! Settings of a bootstrap.

use crate::StatsError;
use crate::confidence::require_level;

/// Fewest replicates: with fewer, the ends of an interval are mostly noise.
const FEWEST_REPLICATES: usize = 100;

/// Settings of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapConfig {
    /// Number of resamples, at least 100; 10,000 give the ends of a 95 % interval about two digits.
    pub replicates: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Confidence level in (0, 1).
    pub confidence: f64,
    /// Whether the interval is widened for small samples, as a t interval is next to a normal one (Hesterberg 2015, American
    /// Statistician 69, 371–386). Without it, it is that of R's `boot`.
    pub expanded: bool,
}

impl BootstrapConfig {
    pub(crate) fn check(&self) -> Result<(), StatsError> {
        require_level("confidence", self.confidence)?;
        if self.replicates < FEWEST_REPLICATES {
            return Err(StatsError::TooFew {
                what: "bootstrap replicates",
                needed: FEWEST_REPLICATES,
                found: self.replicates,
            });
        }
        Ok(())
    }
}
