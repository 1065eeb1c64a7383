//! The effect or the number of subjects that a wanted power needs.

use super::plan::{Plan, SampleSize};
use super::power::{Power, power};
use crate::StatsError;
use crate::confidence::require_level;

/// Largest effect that is searched, in standard deviations.
const LARGEST_EFFECT_SD: f64 = 64.0;
/// Halvings of the range of effects: the answer is exact to 64/2^20 = 6e-5 standard deviations.
const HALVINGS: usize = 20;

/// The smallest effect that a study detects with the wanted power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectableEffect {
    /// The effect, in standard deviations; `None` when no effect reaches the power at this size.
    pub effect_sd: Option<f64>,
    /// The Monte Carlo standard error of the effect, from the effects at wanted power ± its standard error; `None`
    /// when those do not exist.
    pub standard_error_sd: Option<f64>,
    /// The wanted power.
    pub wanted_power: f64,
}

/// The smallest number of subjects with the wanted power.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RequiredSize {
    /// The size and its power; `None` when no size up to the limit reaches the wanted power.
    pub reached: Option<Power>,
    /// The power of the size that is one smaller (per group); `None` at the smallest size, or when none reaches the
    /// power.
    pub before: Option<Power>,
    /// The wanted power.
    pub wanted_power: f64,
}

/// The smallest positive effect, in standard deviations, for which the planned test has the wanted power, by
/// bisection with the same random numbers at every effect; see [`power`]. For the alternative `Less` the effect is
/// negative.
///
/// # Errors
/// As [`power`]; a wanted power outside (0, 1); a test of equivalence, whose power decreases with the effect.
pub fn smallest_detectable_effect(
    plan: &Plan,
    size: SampleSize,
    wanted_power: f64,
) -> Result<DetectableEffect, StatsError> {
    require_level("wanted power", wanted_power)?;
    if plan.is_equivalence() {
        return Err(StatsError::Undefined(
            "a test of equivalence has no smallest detectable effect: its power decreases with the effect",
        ));
    }
    let error = (wanted_power * (1.0 - wanted_power) / plan.replicates as f64).sqrt();
    let effect_sd = effect_for(plan, size, wanted_power)?;
    let more = effect_for(plan, size, (wanted_power + error).min(1.0))?;
    let less = effect_for(plan, size, wanted_power - error)?;
    Ok(DetectableEffect {
        effect_sd,
        standard_error_sd: more.zip(less).map(|(more, less)| (more - less).abs() / 2.0),
        wanted_power,
    })
}

fn effect_for(plan: &Plan, size: SampleSize, wanted_power: f64) -> Result<Option<f64>, StatsError> {
    let sign = plan.direction();
    let reaches = |effect: f64| -> Result<bool, StatsError> {
        Ok(power(plan, size, sign * effect)?.power >= wanted_power)
    };
    let mut high = 1.0;
    while !reaches(high)? {
        high *= 2.0;
        if high > LARGEST_EFFECT_SD {
            return Ok(None);
        }
    }
    let mut low = if high > 1.0 { high / 2.0 } else { 0.0 };
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if reaches(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Ok(Some(sign * high))
}

/// The smallest number of pairs, or of subjects in each of two equal groups, for which the planned test has the
/// wanted power at an effect; at most `largest`.
///
/// Doubles the number, then bisects. The power of an exact test is not quite monotone in the number, because its true
/// level jumps: the answer reaches the wanted power, and one less does not; a still smaller number may happen to
/// reach it. For equivalence, give the effect under which equivalence is to be shown, often 0.
///
/// # Errors
/// As [`power`]; a wanted power outside (0, 1); a `largest` of 0.
pub fn required_size(
    plan: &Plan,
    effect_sd: f64,
    wanted_power: f64,
    largest: usize,
) -> Result<RequiredSize, StatsError> {
    require_level("wanted power", wanted_power)?;
    let smallest = 2;
    if largest < smallest {
        return Err(StatsError::TooFew {
            what: "subjects as the limit of the search",
            needed: smallest,
            found: largest,
        });
    }
    let at = |n: usize| power(plan, plan.size_of(n), effect_sd);
    let mut result = RequiredSize {
        reached: None,
        before: None,
        wanted_power,
    };
    let mut high = smallest;
    let mut reached = at(high)?;
    while reached.power < wanted_power {
        if high == largest {
            return Ok(result);
        }
        result.before = Some(reached);
        high = (2 * high).min(largest);
        reached = at(high)?;
    }
    let mut low = match result.before.map(|before| before.size) {
        Some(SampleSize::Pairs(n) | SampleSize::Groups(n, _)) => n,
        None => high,
    };
    while low + 1 < high {
        let middle = usize::midpoint(low, high);
        let here = at(middle)?;
        if here.power >= wanted_power {
            (high, reached) = (middle, here);
        } else {
            (low, result.before) = (middle, Some(here));
        }
    }
    result.reached = Some(reached);
    Ok(result)
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
            replicates: 4000,
            seed: 4,
        }
    }

    #[test]
    fn the_detectable_effect_has_the_wanted_power() {
        for (alternative, sign) in [(Alternative::TwoSided, 1.0), (Alternative::Less, -1.0)] {
            let plan = plan(PlannedTest::SignedRank(alternative));
            let size = SampleSize::Pairs(16);
            let r = smallest_detectable_effect(&plan, size, 0.8).unwrap();
            let effect = r.effect_sd.unwrap();
            assert!(effect * sign > 0.5 && effect * sign < 1.0, "{r:?}");
            let error = r.standard_error_sd.unwrap();
            assert!(error > 0.0 && error < 0.05, "{r:?}");
            let there = power(&plan, size, effect).unwrap().power;
            assert!((0.8..0.81).contains(&there), "{there}");
            let nearer = power(&plan, size, effect * 0.97).unwrap().power;
            assert!(nearer < 0.8, "{nearer}");
        }
        let plan = plan(PlannedTest::SignedRank(Alternative::TwoSided));
        let none = smallest_detectable_effect(&plan, SampleSize::Pairs(5), 0.8).unwrap();
        assert_eq!((none.effect_sd, none.standard_error_sd), (None, None));
    }

    // Noether's formula for the rank-sum test, (1.96 + 0.8416)²/(6·(Φ(1/√2) − ½)²) per group at an effect of 1, gives
    // 19.3; the t test, power.t.test(delta = 1, power = 0.8) in R 4.2, needs 16.7 of each group and the rank-sum test
    // 1/0.955 as many.
    #[test]
    fn the_required_size_is_near_that_of_formulas() {
        let plan = plan(PlannedTest::RankSum(Alternative::TwoSided));
        let r = required_size(&plan, 1.0, 0.8, 200).unwrap();
        let reached = r.reached.unwrap();
        let SampleSize::Groups(n, same) = reached.size else {
            panic!("{r:?}")
        };
        assert!((17..=20).contains(&n) && n == same, "{r:?}");
        assert!(reached.power >= 0.8 && r.before.unwrap().power < 0.8);
        assert_eq!(r.before.unwrap().size, SampleSize::Groups(n - 1, n - 1));
        assert_eq!(required_size(&plan, 1.0, 0.8, 10).unwrap().reached, None);
        assert_eq!(required_size(&plan, 0.0, 0.8, 16).unwrap().reached, None);
    }

    #[test]
    fn equivalence_needs_more_pairs_for_a_narrower_margin() {
        let size = |margin_sd| {
            let plan = plan(PlannedTest::EquivalenceByRanks { margin_sd });
            match required_size(&plan, 0.0, 0.8, 500)
                .unwrap()
                .reached
                .unwrap()
                .size
            {
                SampleSize::Pairs(n) => n,
                SampleSize::Groups(..) => 0,
            }
        };
        // Paired t: (z₀.₉₅ + z₀.₉)²/margin² = 8.56/margin².
        let (wide, narrow) = (size(1.0), size(0.5));
        assert!((9..=12).contains(&wide), "{wide}");
        assert!((34..=40).contains(&narrow), "{narrow}");
        let plan = plan(PlannedTest::EquivalenceByRanks { margin_sd: 1.0 });
        assert!(smallest_detectable_effect(&plan, SampleSize::Pairs(20), 0.8).is_err());
    }

    #[test]
    fn bad_input_is_refused() {
        let plan = plan(PlannedTest::SignedRank(Alternative::TwoSided));
        assert!(smallest_detectable_effect(&plan, SampleSize::Pairs(9), 1.0).is_err());
        assert!(smallest_detectable_effect(&plan, SampleSize::Groups(9, 9), 0.8).is_err());
        assert!(required_size(&plan, 1.0, 0.0, 100).is_err());
        assert!(required_size(&plan, 1.0, 0.8, 1).is_err());
        assert!(required_size(&plan, f64::NAN, 0.8, 100).is_err());
    }
}
