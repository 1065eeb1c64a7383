//! One simulated study: draws it, tests it.

use super::critical::{self, Critical};
use super::effect_distribution::Draws;
use super::plan::{Plan, PlannedTest, SampleSize};
use crate::moments::mean;
use crate::random::Random;
use crate::tails::student_t;
use crate::{Alternative, Method};

/// A test with its critical values, ready for many studies of one size.
pub(crate) struct Trial {
    test: PlannedTest,
    size: SampleSize,
    draws: Draws,
    rank: Critical,
    /// Quantile of t for equivalence by means.
    t: f64,
}

impl Trial {
    /// Of a checked plan and size.
    pub(crate) fn of(plan: &Plan, size: SampleSize) -> Self {
        let tail = match plan.test {
            PlannedTest::SignedRank(Alternative::TwoSided)
            | PlannedTest::RankSum(Alternative::TwoSided) => plan.alpha / 2.0,
            _ => plan.alpha,
        };
        let by_means = matches!(plan.test, PlannedTest::EquivalenceByMeans { .. });
        let rank = match size {
            SampleSize::Pairs(n) => critical::signed_rank(n, tail),
            SampleSize::Groups(n1, n2) => critical::rank_sum(n1, n2, tail),
        };
        let t = match size {
            SampleSize::Pairs(n) if by_means => {
                student_t::upper_quantile(plan.alpha, n as f64 - 1.0)
            }
            _ => 0.0,
        };
        Self {
            test: plan.test,
            size,
            draws: Draws::of(plan.distribution),
            rank,
            t,
        }
    }

    /// Whether the critical values are exact.
    pub(crate) fn method(&self) -> Method {
        match self.test {
            PlannedTest::EquivalenceByMeans { .. } => Method::Exact,
            _ => self.rank.method,
        }
    }

    /// Draws a study with this shift, in standard deviations, and tests it.
    pub(crate) fn rejects(&self, shift: f64, random: &mut Random) -> bool {
        match self.size {
            SampleSize::Groups(n1, n2) => {
                let mut first = self.draws.values(random, n1);
                first.iter_mut().for_each(|v| *v += shift);
                let second = self.draws.values(random, n2);
                self.rejects_groups(&first, &second)
            }
            SampleSize::Pairs(n) => {
                let mut differences = self.draws.differences(random, n);
                differences.iter_mut().for_each(|d| *d += shift);
                self.rejects_pairs(&differences)
            }
        }
    }

    fn rejects_pairs(&self, differences: &[f64]) -> bool {
        match self.test {
            PlannedTest::SignedRank(alternative) | PlannedTest::RankSum(alternative) => {
                let (plus, minus) = signed_rank_sums(differences, 0.0);
                self.rejects_sums(plus, minus, alternative)
            }
            PlannedTest::EquivalenceByRanks { margin_sd } => {
                let (_, below) = signed_rank_sums(differences, margin_sd);
                let (above, _) = signed_rank_sums(differences, -margin_sd);
                self.rank.rejects(below) && self.rank.rejects(above)
            }
            PlannedTest::EquivalenceByMeans { margin_sd } => {
                let (n, center) = (differences.len() as f64, mean(differences));
                let squares: f64 = differences.iter().map(|d| (d - center).powi(2)).sum();
                center.abs() + self.t * (squares / (n - 1.0) / n).sqrt() <= margin_sd
            }
        }
    }

    fn rejects_groups(&self, first: &[f64], second: &[f64]) -> bool {
        let (PlannedTest::RankSum(alternative) | PlannedTest::SignedRank(alternative)) = self.test
        else {
            return false;
        };
        let below = pairs_below(first, second);
        let above = (first.len() * second.len()) as f64 - below;
        self.rejects_sums(above, below, alternative)
    }

    /// `plus` speaks for the first sample being greater.
    fn rejects_sums(&self, plus: f64, minus: f64, alternative: Alternative) -> bool {
        self.rank.rejects(match alternative {
            Alternative::TwoSided => plus.min(minus),
            Alternative::Less => plus,
            Alternative::Greater => minus,
        })
    }
}

/// W+ and W− of the differences + offset. They are continuous, so they have neither ties nor zeros.
fn signed_rank_sums(differences: &[f64], offset: f64) -> (f64, f64) {
    let mut moved: Vec<f64> = differences.iter().map(|d| d + offset).collect();
    moved.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
    let ranked = moved.iter().enumerate();
    let plus: f64 = ranked
        .filter(|(_, d)| **d > 0.0)
        .map(|(i, _)| i as f64 + 1.0)
        .sum();
    let n = moved.len() as f64;
    (plus, n * (n + 1.0) / 2.0 - plus)
}

/// Number of pairs whose first value is below the second.
fn pairs_below(first: &[f64], second: &[f64]) -> f64 {
    let mut sorted = first.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let below = |v: &f64| sorted.partition_point(|f| f < v);
    second.iter().map(below).sum::<usize>() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equivalence::{equivalence_by_means, equivalence_by_ranks};
    use crate::planning::effect_distribution::EffectDistribution;
    use crate::{WilcoxonConfig, ZeroMethod, wilcoxon};

    fn trial(test: PlannedTest, n: usize, alpha: f64) -> Trial {
        let plan = Plan {
            test,
            alpha,
            distribution: EffectDistribution::Normal,
            replicates: 100,
            seed: 1,
        };
        Trial::of(&plan, SampleSize::Pairs(n))
    }

    #[test]
    fn decisions_are_those_of_the_tests() {
        let config = |alternative| WilcoxonConfig {
            alternative,
            zero_method: ZeroMethod::Wilcox,
            method: Method::Exact,
            continuity_correction: false,
        };
        let draws = Draws::of(EffectDistribution::DiceLike);
        let mut random = Random::stream(5, 0);
        let mut decisions = [0; 2];
        for n in [6, 9, 17] {
            let zero = vec![0.0; n];
            for i in 0..60 {
                let shift = f64::from(i % 4) * 0.3;
                let d: Vec<f64> = draws
                    .differences(&mut random, n)
                    .iter()
                    .map(|d| d + shift)
                    .collect();
                for a in [
                    Alternative::TwoSided,
                    Alternative::Less,
                    Alternative::Greater,
                ] {
                    let expected = wilcoxon(&d, &zero, config(a)).unwrap().p_value <= 0.05;
                    assert_eq!(
                        trial(PlannedTest::SignedRank(a), n, 0.05).rejects_pairs(&d),
                        expected
                    );
                    decisions[usize::from(expected)] += 1;
                }
                let margin_sd = 0.8;
                let expected = equivalence_by_means(&d, &zero, margin_sd, 0.05)
                    .unwrap()
                    .equivalent;
                let got =
                    trial(PlannedTest::EquivalenceByMeans { margin_sd }, n, 0.05).rejects_pairs(&d);
                assert_eq!(got, expected);
                let two_sided = config(Alternative::TwoSided);
                let expected = equivalence_by_ranks(&d, &zero, margin_sd, 0.05, two_sided).unwrap();
                let got =
                    trial(PlannedTest::EquivalenceByRanks { margin_sd }, n, 0.05).rejects_pairs(&d);
                assert_eq!(got, expected.equivalent);
            }
        }
        assert!(decisions.iter().all(|d| *d > 50), "{decisions:?}");
    }

    #[test]
    fn pairs_are_counted_as_one_by_one() {
        let (a, b) = ([0.3, 1.2, -0.5, 2.0], [0.4, 0.0, 1.5]);
        let mut count = 0;
        for x in a {
            count += b.iter().filter(|y| x < **y).count();
        }
        assert_eq!(pairs_below(&a, &b), count as f64);
    }
}
