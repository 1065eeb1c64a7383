//! The Hodges–Lehmann shift between two independent samples, with its confidence interval.

use crate::confidence::require_level;
use crate::error::require_finite;
use crate::groups::mann_whitney::{RANK_SUM_EXACT_LIMIT, RankSumConfig};
use crate::groups::pair_differences::PairDifferences;
use crate::groups::pooled::Pooled;
use crate::groups::rank_sum_distribution::RankSum;
use crate::ranks::{doubled_midranks, tie_correction};
use crate::tails::normal;
use crate::{Method, Shift, StatsError};

/// Number of values, both groups together, from which ties no longer change the exact distribution.
const TIED_BELOW: usize = 50;

/// The Hodges–Lehmann shift of the first sample from the second, the median of all differences xᵢ − yⱼ, and the interval
/// that inverts the two-sided Mann–Whitney test (Hollander & Wolfe, Nonparametric Statistical Methods, sections 4.2 and
/// 4.3).
///
/// The ends are differences xᵢ − yⱼ: points where the decision of the test on the shifted samples changes.
///
/// *Exact*, up to [`RANK_SUM_EXACT_LIMIT`] values: by the exact distribution, with the exact `confidence`. Without equal
/// values within a group the ends are those of R's `wilcox.test(conf.int = TRUE)`. With equal ones, each gap between two
/// differences is tested with its own tied ranks below 50 values, each tail at half of 1 − confidence; from 50 on, the ends
/// are those of untied samples, whose confidence is a lower bound (Noether 1967). `exactRankTests::wilcox.exact` takes
/// the quantiles of the unshifted ranks for every shift instead, which differ. When the samples are too
/// small for the confidence, the interval is the range of the differences, and `confidence` says which it has.
///
/// *Normal*: by the normal approximation with the variance corrected for ties within the groups, as in
/// `wilcox.test(exact = FALSE)`, with the continuity correction if the test has it. R finds these ends by root finding with
/// a tolerance of 1e-4; here they are the exact points. When it cannot reach the confidence, the interval is the range of
/// the differences. `alternative` does not change the interval.
///
/// Estimate and ends are rounded to 12 digits, of themselves or of the median size of the values if this is larger. Time
/// O((m + n) log(m + n)), in addition to the exact distribution.
///
/// # Errors
/// A group without values, values that are NaN or infinite, a difference that overflows, a confidence outside (0, 1).
pub fn location_shift(
    first: &[f64],
    second: &[f64],
    confidence: f64,
    config: RankSumConfig,
) -> Result<Shift, StatsError> {
    require_level("confidence", confidence)?;
    let pooled = Pooled::of(&[first, second], 1, "a shift between groups")?;
    let (x, y) = pooled.values.split_at(first.len());
    let differences = PairDifferences::of(x, y);
    require_finite(&extremes(x, y))?;
    let tail = (1.0 - confidence) / 2.0;
    let (low, high, confidence) =
        if config.method == Method::Exact && x.len() + y.len() <= RANK_SUM_EXACT_LIMIT {
            exact(x, y, &differences, tail)
        } else {
            let correction = if config.continuity_correction {
                0.5
            } else {
                0.0
            };
            approximate(x, y, &differences, (tail, correction))
        };
    Ok(Shift {
        estimate: differences.median(),
        low,
        high,
        confidence,
    })
}

/// The smallest and the largest difference.
fn extremes(x: &[f64], y: &[f64]) -> [f64; 2] {
    let least = |v: &[f64]| v.iter().copied().fold(f64::INFINITY, f64::min);
    let most = |v: &[f64]| v.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    [least(x) - most(y), most(x) - least(y)]
}

/// Low, high and confidence by the exact distribution.
fn exact(x: &[f64], y: &[f64], differences: &PairDifferences, tail: f64) -> (f64, f64, f64) {
    let total = x.len() + y.len();
    if ties_within(x, y) > 0.0 && total < TIED_BELOW {
        return conditional(x, y, tail);
    }
    let ranks: Vec<u64> = (1..=total as u64).collect();
    let (sum, below) = RankSum::of(&ranks, x.len()).quantile(tail);
    let smallest = (x.len() * (x.len() + 1) / 2) as u64;
    if sum == smallest {
        // Even the outermost gaps are kept: rejected, so that the interval is finite.
        let outermost = RankSum::of(&ranks, x.len()).up_to(smallest);
        return between(differences, 1, 1.0 - 2.0 * outermost);
    }
    between(differences, sum - smallest, 1.0 - 2.0 * below)
}

/// The same by the normal approximation: the gaps are rejected where U is more than z standard deviations, and the
/// continuity correction, from its mean.
fn approximate(
    x: &[f64],
    y: &[f64],
    differences: &PairDifferences,
    (tail, correction): (f64, f64),
) -> (f64, f64, f64) {
    let (pairs, total) = (x.len() as f64 * y.len() as f64, (x.len() + y.len()) as f64);
    // After a shift that is no difference, values tie only within their group.
    let ties = ties_within(x, y) / (total * (total - 1.0));
    let sd = (pairs / 12.0 * (total + 1.0 - ties)).max(0.0).sqrt();
    let above = pairs / 2.0 + correction - normal::quantile(tail) * sd;
    if above < pairs {
        return between(
            differences,
            (pairs - above.floor()) as u64,
            1.0 - 2.0 * tail,
        );
    }
    let outermost = if sd > 0.0 {
        normal::upper_tail((pairs / 2.0 - correction) / sd)
    } else {
        0.5
    };
    between(differences, 1, 1.0 - 2.0 * outermost)
}

/// From the difference of this rank (from 1), counted from below, to that counted from above.
fn between(differences: &PairDifferences, rank: u64, confidence: f64) -> (f64, f64, f64) {
    let high = differences.count() + 1 - rank;
    (
        differences.at(rank),
        differences.at(high),
        confidence.max(0.0),
    )
}

/// Tests the gaps between differences from either end to the first that is kept.
fn conditional(x: &[f64], y: &[f64], tail: f64) -> (f64, f64, f64) {
    let mirrored = |values: &[f64]| values.iter().map(|v| -v).collect::<Vec<_>>();
    let (low, below) = first_kept(x, y, tail);
    let (high, above) = first_kept(&mirrored(x), &mirrored(y), tail);
    (low, 0.0 - high, (1.0 - below - above).max(0.0))
}

/// The smallest difference above which a shift is not rejected for being too small, and the largest level below `tail` that
/// the test attains in the gaps up to there.
fn first_kept(x: &[f64], y: &[f64], tail: f64) -> (f64, f64) {
    let differences = PairDifferences::of(x, y).distinct();
    // Below the first difference, all values of x are above those of y. This gap always counts as rejected.
    let smallest_sum = (y.len() * (y.len() + 1)) as u64;
    let outermost: Vec<u64> = (1..=(x.len() + y.len()) as u64).map(|r| 2 * r).collect();
    let mut level = RankSum::of(&outermost, y.len()).up_to(smallest_sum);
    for pair in differences.windows(2) {
        let ((difference, up_to), (next, _)) = (pair[0], pair[1]);
        let shift = difference / 2.0 + next / 2.0;
        let shifted: Vec<f64> = y
            .iter()
            .map(|v| v + shift)
            .chain(x.iter().copied())
            .collect();
        let ranks = doubled_midranks(&shifted).ranks;
        // The differences below the shift are U of y.
        let (kept_from, below) = RankSum::of(&ranks, y.len()).quantile(tail);
        level = level.max(below);
        if smallest_sum + 2 * up_to >= kept_from {
            return (difference, level);
        }
    }
    (differences.last().map_or(0.0, |last| last.0), level)
}

/// Σ (t³ − t) over groups of equal values within a group.
fn ties_within(x: &[f64], y: &[f64]) -> f64 {
    tie_correction(&doubled_midranks(x).ties) + tie_correction(&doubled_midranks(y).ties)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Alternative;
    use proptest::prelude::*;

    fn config(method: Method) -> RankSumConfig {
        RankSumConfig {
            alternative: Alternative::TwoSided,
            method,
            continuity_correction: true,
        }
    }

    fn shift(x: &[f64], y: &[f64], confidence: f64, method: Method) -> Shift {
        location_shift(x, y, confidence, config(method)).unwrap()
    }

    const FIRST: [f64; 15] = [
        0.374, 1.184, 0.164, 2.595, 1.33, 0.18, 1.487, 1.738, 1.576, 0.695, 2.512, 1.39, 0.379,
        -1.215, 2.125,
    ];
    const SECOND: [f64; 12] = [
        -0.045, -0.016, 0.944, 0.821, 0.594, 0.919, 0.782, 0.075, -1.989, 0.62, -0.056, -0.156,
    ];

    // R 4.2: wilcox.test(x, y, conf.int = TRUE, conf.level = …)
    #[test]
    fn untied_intervals_are_those_of_r() {
        let small = shift(
            &[1.2, 3.4, 2.2, 5.1, 4.8],
            &[2.0, 0.3, 1.1, 2.1],
            0.95,
            Method::Exact,
        );
        assert_eq!((small.estimate, small.low, small.high), (2.1, -0.8, 4.5));
        let got = shift(&FIRST, &SECOND, 0.95, Method::Exact);
        assert_eq!((got.estimate, got.low, got.high), (0.784, 0.24, 1.592));
        let got = shift(&FIRST, &SECOND, 0.9, Method::Exact);
        assert_eq!((got.low, got.high), (0.363, 1.505));
    }

    // R 4.2: wilcox.test(x, y, conf.int = TRUE, exact = FALSE): 4.1999319673945, 50.2000808491841 and -2.00008834411806,
    // 2.00000860060052, by a root finder with tolerance 1e-4.
    #[test]
    fn approximate_intervals_are_those_of_r() {
        let first: Vec<f64> = (0..90).map(|i| f64::from(1 + 3 * i)).collect();
        let second: Vec<f64> = (0..85).map(|i| 2.3 + 2.5 * f64::from(i)).collect();
        let got = shift(&first, &second, 0.95, Method::Normal);
        assert_eq!((got.low, got.high), (4.2, 50.2));
        let first = [1.0, 1.0, 2.0, 3.0, 3.0, 5.0, 8.0];
        let second = [1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0, 4.0, 5.0, 5.0, 5.0];
        let got = shift(&first, &second, 0.95, Method::Normal);
        assert_eq!((got.low, got.high, got.estimate), (-2.0, 2.0, 0.0));
    }

    #[test]
    fn samples_that_are_too_small_get_the_range_of_differences_and_its_confidence() {
        let got = shift(&[1.0, 2.5], &[7.0, 9.2, 11.0], 0.95, Method::Exact);
        assert_eq!((got.low, got.high), (-10.0, -4.5));
        assert!((got.confidence - 0.8).abs() < 1e-15);
        let tied = shift(&[1.0, 1.0], &[7.0, 9.0, 11.0], 0.95, Method::Exact);
        assert_eq!((tied.low, tied.high), (-10.0, -6.0));
        assert!((tied.confidence - 0.8).abs() < 1e-15);
        let one = shift(&[3.0], &[1.0], 0.95, Method::Exact);
        assert_eq!((one.estimate, one.low, one.high), (2.0, 2.0, 2.0));
        assert_eq!(one.confidence, 0.0);
        let many: Vec<f64> = (0..300).map(f64::from).collect();
        let got = shift(&[0.5], &many, 0.99, Method::Exact);
        assert_eq!((got.low, got.high), (-298.5, 0.5));
        // 2·pnorm((150 − 0.5)/sqrt(300·302/12)) − 1 in R 4.2.
        assert!(
            (got.confidence - 0.914_667_788_196_313).abs() < 1e-12,
            "{got:?}"
        );
    }

    #[test]
    fn constant_groups_have_their_difference() {
        for method in [Method::Exact, Method::Normal] {
            let got = shift(&[5.0; 4], &[2.0; 6], 0.95, method);
            assert_eq!((got.estimate, got.low, got.high), (3.0, 3.0, 3.0));
        }
    }

    #[test]
    fn bad_values_and_confidences_are_refused() {
        let of = |x: &[f64], y: &[f64], c| location_shift(x, y, c, config(Method::Exact));
        assert!(of(&[1.0], &[2.0], 1.0).is_err());
        assert!(of(&[1.0], &[2.0], f64::NAN).is_err());
        assert!(of(&[], &[2.0], 0.9).is_err());
        assert!(of(&[f64::NAN], &[2.0], 0.9).is_err());
        assert!(of(&[f64::MAX], &[-f64::MAX], 0.9).is_err());
    }

    /// Doubled rank sums of y for all choices of its places, and the observed one.
    fn all_sums(x: &[i64], y: &[i64]) -> (Vec<i64>, i64) {
        let all: Vec<i64> = y.iter().chain(x).copied().collect();
        let below = |v: i64| all.iter().map(|o| (v - o).signum()).sum::<i64>();
        let n = all.len() as i64;
        // Twice the midrank is n + 1 plus those below minus those above.
        let ranks: Vec<i64> = all.iter().map(|v| n + 1 + below(*v)).collect();
        let sums = (0..1u32 << all.len())
            .filter(|s| s.count_ones() as usize == y.len())
            .map(|s| {
                (0..all.len())
                    .filter(|i| s >> i & 1 == 1)
                    .map(|i| ranks[i])
                    .sum()
            });
        (sums.collect(), ranks.iter().take(y.len()).sum())
    }

    /// The smallest difference x − y above which y's sum is not in the lower tail, and the largest level below the tail.
    fn first_kept_by_enumeration(x: &[i64], y: &[i64], tail: f64) -> (i64, f64) {
        // Doubled, so that the middle between two differences is whole.
        let mut differences: Vec<i64> = x
            .iter()
            .flat_map(|a| y.iter().map(move |b| a - b))
            .collect();
        differences.sort_unstable();
        differences.dedup();
        let (untied, _) = all_sums(
            &(0..x.len() as i64).map(|i| i + 100).collect::<Vec<_>>(),
            &(0..y.len() as i64).collect::<Vec<_>>(),
        );
        let mut level = 1.0 / untied.len() as f64;
        for pair in differences.windows(2) {
            let shifted = |v: &[i64], by: i64| v.iter().map(|v| 2 * v + by).collect::<Vec<_>>();
            let (sums, observed) = all_sums(&shifted(x, 0), &shifted(y, pair[0] + pair[1]));
            let share = |bound: i64| {
                sums.iter().filter(|s| **s <= bound).count() as f64 / sums.len() as f64
            };
            let levels = sums.iter().map(|s| share(*s));
            let attained = levels.filter(|p| *p < tail).fold(0.0, f64::max);
            level = f64::max(level, attained);
            if share(observed) >= tail {
                return (pair[0], level);
            }
        }
        (*differences.last().unwrap(), level)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn tied_intervals_invert_the_enumerated_test(
            x in prop::collection::vec(-4i64..=4, 1..=5),
            y in prop::collection::vec(-4i64..=4, 1..=5),
            confidence in prop::sample::select(vec![0.5, 0.8, 0.9, 0.95]),
        ) {
            let tenths = |v: &[i64]| v.iter().map(|v| *v as f64 / 10.0).collect::<Vec<_>>();
            let got = shift(&tenths(&x), &tenths(&y), confidence, Method::Exact);
            let tail = (1.0 - confidence) / 2.0 * (1.0 - 1e-12);
            let (low, below) = first_kept_by_enumeration(&x, &y, tail);
            let turned = |v: &[i64]| v.iter().map(|v| -v).collect::<Vec<_>>();
            let (high, above) = first_kept_by_enumeration(&turned(&x), &turned(&y), tail);
            prop_assert_eq!((got.low, got.high), (low as f64 / 10.0, -high as f64 / 10.0 + 0.0));
            prop_assert!((got.confidence - (1.0 - below - above).max(0.0)).abs() < 1e-13);
        }

        #[test]
        fn the_interval_follows_shifts_and_mirrors(
            x in prop::collection::vec(-40i32..=40, 1..=8),
            y in prop::collection::vec(-40i32..=40, 1..=8),
        ) {
            let tenths = |v: &[i32], by: i32| v.iter().map(|v| f64::from(*v + by) / 10.0).collect::<Vec<_>>();
            for method in [Method::Exact, Method::Normal] {
                let got = shift(&tenths(&x, 0), &tenths(&y, 0), 0.9, method);
                let moved = shift(&tenths(&x, 25), &tenths(&y, 0), 0.9, method);
                prop_assert!((moved.low - got.low - 2.5).abs() < 1e-12);
                prop_assert!((moved.high - got.high - 2.5).abs() < 1e-12);
                prop_assert!((moved.estimate - got.estimate - 2.5).abs() < 1e-12);
                let mirrored = shift(&tenths(&y, 0), &tenths(&x, 0), 0.9, method);
                prop_assert_eq!((mirrored.low, mirrored.high), (0.0 - got.high, 0.0 - got.low));
                prop_assert!((mirrored.confidence - got.confidence).abs() < 1e-13);
                prop_assert!(got.low <= got.estimate && got.estimate <= got.high);
            }
        }
    }
}
