//! Power of a planned study by simulation.

use super::plan::{Plan, SampleSize};
use super::trial::Trial;
use crate::error::require_finite;
use crate::random::Random;
use crate::{Method, StatsError};

/// A simulated power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// Fraction of simulated studies with a significant result.
    pub power: f64,
    /// Its Monte Carlo standard error, √(power·(1 − power)/replicates).
    pub standard_error: f64,
    /// The number of subjects.
    pub size: SampleSize,
    /// The shift, in standard deviations.
    pub effect_sd: f64,
    /// Whether the critical values are exact: signed ranks up to 2,000 pairs, rank sums up to 200
    /// values, as in the tests themselves.
    pub method: Method,
}

/// The power of a planned test: the probability of a significant result when the first sample is shifted by `effect_sd`
/// standard deviations.
///
/// The effect is a shift divided by a standard deviation: that of the paired differences for paired tests, that
/// within groups for the rank-sum test. Each simulated study draws its values from the named distribution and adds
/// the shift. Values are continuous, so there are neither ties nor zeros. At the effect 0 the power is the true level
/// of the test, at most α. For a test of equivalence the power is the probability that it shows equivalence; largest
/// at the effect 0.
///
/// Same plan, same result. All sizes and effects use the same random numbers of a seed, so that differences between
/// them are less noisy than the standard error says.
///
/// # Errors
/// α outside (0, 1), fewer than 100 replicates, a margin that is not positive, too few subjects, pairs for a test of
/// groups or the reverse, an effect that is NaN or infinite.
pub fn power(plan: &Plan, size: SampleSize, effect_sd: f64) -> Result<Power, StatsError> {
    plan.check()?;
    plan.check_size(size)?;
    require_finite(&[effect_sd])?;
    let trial = Trial::of(plan, size);
    let mut random = Random::stream(plan.seed, 0);
    let significant = (0..plan.replicates)
        .filter(|_| trial.rejects(effect_sd, &mut random))
        .count();
    let replicates = plan.replicates as f64;
    let power = significant as f64 / replicates;
    Ok(Power {
        power,
        standard_error: (power * (1.0 - power) / replicates).sqrt(),
        size,
        effect_sd,
        method: trial.method(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alternative;
    use crate::planning::effect_distribution::EffectDistribution;
    use crate::planning::plan::PlannedTest;

    fn plan(test: PlannedTest) -> Plan {
        Plan {
            test,
            alpha: 0.05,
            distribution: EffectDistribution::Normal,
            replicates: 20_000,
            seed: 11,
        }
    }

    fn assert_power(test: PlannedTest, size: SampleSize, effect_sd: f64, expected: f64) {
        let r = power(&plan(test), size, effect_sd).unwrap();
        // Both powers are simulated with 20,000 or more studies.
        let tolerance = 4.0 * 2f64.sqrt() * r.standard_error.max(5e-4);
        assert!((r.power - expected).abs() < tolerance, "{r:?} {expected}");
    }

    // numpy 2.4 and scipy 1.17. Signed ranks: 100,000 normal samples, p from the exact distribution, which agrees with
    // stats.wilcoxon(method="exact"). Rank sums: 40,000 times stats.mannwhitneyu(method="exact") on 12 and 9 values with a
    // shift of 1. Equivalence: both one-sided exact p at most 0.05 for the differences + 0.7 and − 0.7.
    #[test]
    fn powers_of_rank_tests_are_those_of_scipy() {
        let two_sided = Alternative::TwoSided;
        assert_power(
            PlannedTest::SignedRank(two_sided),
            SampleSize::Pairs(15),
            0.8,
            0.8014,
        );
        assert_power(
            PlannedTest::RankSum(two_sided),
            SampleSize::Groups(12, 9),
            1.0,
            0.5512,
        );
        let margin_sd = 0.7;
        let test = PlannedTest::EquivalenceByRanks { margin_sd };
        assert_power(test, SampleSize::Pairs(25), 0.1, 0.8660);
    }

    // scipy 1.17: integrate.quad over s of the density of the standard deviation times the normal probability that
    // the mean lies within 0.7 - t*s/5, with t = stats.t.ppf(0.95, 24).
    #[test]
    fn the_power_of_equivalence_by_means_is_its_integral() {
        let test = PlannedTest::EquivalenceByMeans { margin_sd: 0.7 };
        assert_power(test, SampleSize::Pairs(25), 0.1, 0.885_182_949_5);
    }

    // Exact levels: P(W ≤ 8 or ≥ 47) = 0.048828125 for n = 10; 2·P(U ≤ 6) for 6 and 7, R 4.2: 2 * pwilcox(6, 6, 7)
    #[test]
    fn without_an_effect_the_power_is_the_level_for_skewed_values_too() {
        for distribution in [EffectDistribution::Normal, EffectDistribution::DiceLike] {
            let level = |test, size| {
                let plan = Plan {
                    distribution,
                    ..plan(test)
                };
                power(&plan, size, 0.0).unwrap().power
            };
            let pairs = level(
                PlannedTest::SignedRank(Alternative::TwoSided),
                SampleSize::Pairs(10),
            );
            assert!((pairs - 0.048_828_125).abs() < 0.0061, "{pairs}");
            let groups = level(
                PlannedTest::RankSum(Alternative::TwoSided),
                SampleSize::Groups(6, 7),
            );
            assert!((groups - 0.034_965_035).abs() < 0.0061, "{groups}");
        }
    }

    #[test]
    fn too_few_pairs_have_no_power_and_the_seed_decides() {
        let plan = plan(PlannedTest::SignedRank(Alternative::TwoSided));
        assert_eq!(power(&plan, SampleSize::Pairs(5), 9.0).unwrap().power, 0.0);
        let of = |seed| power(&Plan { seed, ..plan }, SampleSize::Pairs(12), 0.5).unwrap();
        assert_eq!(of(1), of(1));
        assert_ne!(of(1).power, of(2).power);
    }

    #[test]
    fn bad_plans_are_refused() {
        let good = plan(PlannedTest::SignedRank(Alternative::TwoSided));
        let pairs = SampleSize::Pairs(10);
        assert!(power(&Plan { alpha: 0.0, ..good }, pairs, 1.0).is_err());
        assert!(
            power(
                &Plan {
                    replicates: 99,
                    ..good
                },
                pairs,
                1.0
            )
            .is_err()
        );
        assert!(power(&good, SampleSize::Pairs(0), 1.0).is_err());
        assert!(power(&good, SampleSize::Groups(5, 5), 1.0).is_err());
        assert!(power(&good, pairs, f64::NAN).is_err());
        assert!(power(&good, pairs, f64::INFINITY).is_err());
        let groups = plan(PlannedTest::RankSum(Alternative::Less));
        assert!(power(&groups, pairs, 1.0).is_err());
        assert!(power(&groups, SampleSize::Groups(0, 5), 1.0).is_err());
        let equivalence = plan(PlannedTest::EquivalenceByMeans { margin_sd: -1.0 });
        assert!(power(&equivalence, pairs, 0.0).is_err());
        let equivalence = plan(PlannedTest::EquivalenceByMeans { margin_sd: 1.0 });
        assert!(power(&equivalence, SampleSize::Pairs(1), 0.0).is_err());
    }
}
