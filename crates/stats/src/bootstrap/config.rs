//! Settings of a bootstrap.

use rsom_parameters::Choice;

use crate::StatsError;
use crate::confidence::require_level;

/// Fewest replicates: with fewer, the ends of an interval are mostly noise.
const FEWEST_REPLICATES: usize = 100;

/// An interval of a mean or of a difference of means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum MeanInterval {
    /// From the distribution of t = (mean − estimate)/(its standard error), also called bootstrap-t.
    Studentized,
    /// Student's t, or Welch's for two groups, without resamples. Covers best for differences of values such as Dice, see
    /// `benches/coverage.rs`.
    StudentT,
    /// Bias-corrected and accelerated, as R's `boot` has it. Too short in small samples.
    Bca,
    /// BCa, widened for small samples as a t interval is next to a normal one (Hesterberg 2015, American Statistician 69, 371–386).
    ExpandedBca,
}

impl MeanInterval {
    /// Whether it needs resamples.
    #[must_use]
    pub fn is_resampled(self) -> bool {
        self != Self::StudentT
    }
}

/// Settings of a bootstrap.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BootstrapConfig {
    /// Number of resamples, at least 100; 10,000 give the ends of a 95 % interval about two digits.
    pub replicates: usize,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Confidence level in (0, 1).
    pub confidence: f64,
    /// The kind of interval.
    pub interval: MeanInterval,
}

impl BootstrapConfig {
    pub(crate) fn check(&self) -> Result<(), StatsError> {
        require_level("confidence", self.confidence)?;
        if self.interval.is_resampled() && self.replicates < FEWEST_REPLICATES {
            return Err(StatsError::TooFew {
                what: "bootstrap replicates",
                needed: FEWEST_REPLICATES,
                found: self.replicates,
            });
        }
        Ok(())
    }
}
