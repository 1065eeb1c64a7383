//! Settings and p-values of permutation tests.

use std::cmp::Ordering;

use crate::StatsError;
use crate::random::Random;

/// Settings of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PermutationConfig {
    /// Number of random permutations where there are too many for all, at least 1. The smallest possible p is
    /// 1/(n_random + 1).
    pub n_random: u32,
    /// Seed of the random permutations: the same seed gives the same p.
    pub seed: u64,
}

/// How a permutation test obtained its p-value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permutations {
    /// From all permutations: the p-value is exact.
    All,
    /// From this number of random permutations and the observed data: p = (1 + hits)/(1 + n) (Phipson & Smyth 2010). Its
    /// standard error is about √(p(1 − p)/n).
    Random(u32),
}

/// The p-value of a permutation test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PermutationP {
    /// Share of permutations whose statistic is at least as extreme as observed; in (0, 1].
    pub p_value: f64,
    /// The smallest p-value that these ranks can give, whichever group or treatment has which; 1/(n + 1) for n random
    /// permutations.
    pub smallest_attainable_p: f64,
    /// All permutations, or random ones.
    pub permutations: Permutations,
}

impl PermutationP {
    /// The p of all permutations: `hits` of them are at least as extreme as observed, `most_extreme` of them as extreme as
    /// any.
    pub(crate) fn of_all(hits: f64, most_extreme: f64, all: f64) -> Self {
        let share = |number: f64| (number / all).clamp(f64::MIN_POSITIVE, 1.0);
        Self {
            p_value: share(hits),
            smallest_attainable_p: share(most_extreme),
            permutations: Permutations::All,
        }
    }

    /// The p of random permutations: calls `is_hit` once for each. No permutations are refused.
    pub(crate) fn of_random(
        config: PermutationConfig,
        mut is_hit: impl FnMut(&mut Random) -> bool,
    ) -> Result<Self, StatsError> {
        let mut random = Random::stream(config.seed, 0);
        let n = config.n_random;
        if n == 0 {
            return Err(StatsError::TooFew {
                what: "random permutations",
                needed: 1,
                found: 0,
            });
        }
        let hits = (0..n).filter(|_| is_hit(&mut random)).count();
        Ok(Self {
            p_value: (hits + 1) as f64 / (f64::from(n) + 1.0),
            smallest_attainable_p: 1.0 / (f64::from(n) + 1.0),
            permutations: Permutations::Random(n),
        })
    }
}

/// The number of permutations with the most extreme statistic so far.
pub(crate) struct MostExtreme<T> {
    statistic: Option<T>,
    /// Number of permutations with this statistic.
    pub number: f64,
}

impl<T> MostExtreme<T> {
    pub(crate) fn none() -> Self {
        Self {
            statistic: None,
            number: 0.0,
        }
    }

    /// Counts permutations with this statistic; `compare` says how extreme it is next to another.
    pub(crate) fn count(
        &mut self,
        statistic: T,
        number: f64,
        compare: impl Fn(&T, &T) -> Ordering,
    ) {
        let order = match &self.statistic {
            Some(most) => compare(&statistic, most),
            None => Ordering::Greater,
        };
        match order {
            Ordering::Less => {}
            Ordering::Equal => self.number += number,
            Ordering::Greater => {
                self.statistic = Some(statistic);
                self.number = number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_counts_the_observed_data() {
        let config = PermutationConfig {
            n_random: 99,
            seed: 0,
        };
        let p_if = |hit: bool| PermutationP::of_random(config, |_| hit).map(|p| p.p_value);
        assert!(p_if(false).is_ok_and(|p| p == 0.01));
        assert!(p_if(true).is_ok_and(|p| p == 1.0));
        let none = PermutationConfig {
            n_random: 0,
            ..config
        };
        assert!(PermutationP::of_random(none, |_| true).is_err());
    }
}
