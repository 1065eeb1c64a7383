//! What is planned: the test, its level, and the simulation.

use super::effect_distribution::EffectDistribution;
use crate::confidence::require_level;
use crate::{Alternative, StatsError};

/// Fewest simulated studies.
const FEWEST_REPLICATES: usize = 100;

/// A planned test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlannedTest {
    /// Signed-rank test of paired differences.
    SignedRank(Alternative),
    /// Rank-sum test (Wilcoxon–Mann–Whitney) of two independent groups.
    RankSum(Alternative),
    /// Two one-sided signed-rank tests of equivalence within ± margin, in standard deviations of the differences.
    EquivalenceByRanks {
        /// The margin divided by the standard deviation of the differences.
        margin_sd: f64,
    },
    /// Two one-sided paired t tests of equivalence within ± margin, in standard deviations of the differences.
    EquivalenceByMeans {
        /// The margin divided by the standard deviation of the differences.
        margin_sd: f64,
    },
}

/// Number of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SampleSize {
    /// Pairs.
    Pairs(usize),
    /// Subjects of two groups.
    Groups(usize, usize),
}

/// A planned study, but for its size and effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// The test.
    pub test: PlannedTest,
    /// Significance level in (0, 1); below ½ for equivalence. With m tests under Bonferroni, α/m.
    pub alpha: f64,
    /// Distribution of the values.
    pub distribution: EffectDistribution,
    /// Number of simulated studies, at least 100. The standard error of a power of 0.8 is 0.4 % for 10,000.
    pub replicates: usize,
    /// Seed of the random numbers.
    pub seed: u64,
}

impl Plan {
    pub(crate) fn check(&self) -> Result<(), StatsError> {
        require_level("significance level", self.alpha)?;
        if self.replicates < FEWEST_REPLICATES {
            return Err(StatsError::TooFew {
                what: "simulated studies",
                needed: FEWEST_REPLICATES,
                found: self.replicates,
            });
        }
        let (PlannedTest::EquivalenceByRanks { margin_sd }
        | PlannedTest::EquivalenceByMeans { margin_sd }) = self.test
        else {
            return Ok(());
        };
        crate::equivalence::margin::check(margin_sd, self.alpha)
    }

    /// Checks that the size fits the test.
    pub(crate) fn check_size(&self, size: SampleSize) -> Result<(), StatsError> {
        match (self.test, size) {
            (PlannedTest::RankSum(_), SampleSize::Groups(n1, n2)) => at_least(n1.min(n2), 1),
            (PlannedTest::RankSum(_), SampleSize::Pairs(_)) => Err(StatsError::Undefined(
                "a rank-sum test is planned with the sizes of two groups, not with a number of pairs",
            )),
            (_, SampleSize::Groups(..)) => Err(StatsError::Undefined(
                "a paired test is planned with a number of pairs, not with the sizes of two groups",
            )),
            (PlannedTest::EquivalenceByMeans { .. }, SampleSize::Pairs(n)) => at_least(n, 2),
            (_, SampleSize::Pairs(n)) => at_least(n, 1),
        }
    }

    /// Whether the test looks for equivalence, whose power decreases with the shift.
    pub(crate) fn is_equivalence(&self) -> bool {
        !matches!(
            self.test,
            PlannedTest::SignedRank(_) | PlannedTest::RankSum(_)
        )
    }

    /// Sign of the effects that the test looks for.
    pub(crate) fn direction(&self) -> f64 {
        match self.test {
            PlannedTest::SignedRank(Alternative::Less)
            | PlannedTest::RankSum(Alternative::Less) => -1.0,
            _ => 1.0,
        }
    }

    /// n pairs, or two groups of n.
    pub(crate) fn size_of(&self, n: usize) -> SampleSize {
        match self.test {
            PlannedTest::RankSum(_) => SampleSize::Groups(n, n),
            _ => SampleSize::Pairs(n),
        }
    }
}

fn at_least(found: usize, needed: usize) -> Result<(), StatsError> {
    if found >= needed {
        return Ok(());
    }
    Err(StatsError::TooFew {
        what: "subjects",
        needed,
        found,
    })
}
