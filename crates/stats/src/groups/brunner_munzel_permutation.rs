//! The Brunner–Munzel test by permutation.

use std::cmp::Ordering;

use crate::groups::brunner_munzel::NAME;
use crate::groups::placements::{Placements, Split};
use crate::groups::pooled::Pooled;
use crate::groups::rank_sum_distribution::choose;
use crate::permutations::{MostExtreme, PermutationConfig, PermutationP};
use crate::{Alternative, StatsError};

/// Largest number of splits into two groups of which all are gone through.
const SPLITS: f64 = 1e6;
/// Largest number of values: up to it, statistics are compared in whole numbers without overflow.
const MOST_VALUES: usize = 10_000;

/// The p-value of the Brunner–Munzel statistic over the splits of all values into two groups of these sizes (Neubert &
/// Brunner 2007, Computational Statistics & Data Analysis 51, 5192–5204).
///
/// Exact when both groups have the same distribution, and approximately valid when they differ in spread but not in
/// tendency, because the statistic is studentized. The two-sided p counts the splits with |t| at least as large as
/// observed. A split that separates the groups has variance zero and an infinite t; it is the most extreme. So separated
/// groups have a p, too: two-sided, 2 out of all splits.
///
/// Up to a million splits (11 values in each of two groups), all are gone through; above, `n_random` random ones are drawn.
/// Statistics are compared in whole numbers, so that equal ones count as equal.
///
/// # Errors
/// A group with fewer than two values, values that are NaN or infinite, more than 10,000 values, no random
/// permutations where they are needed.
pub fn brunner_munzel_permutation(
    first: &[f64],
    second: &[f64],
    alternative: Alternative,
    config: PermutationConfig,
) -> Result<PermutationP, StatsError> {
    let mut pooled = Pooled::of(&[first, second], 2, NAME)?;
    if pooled.total() > MOST_VALUES {
        return Err(StatsError::TooMany {
            test: NAME,
            limit: MOST_VALUES,
            found: pooled.total(),
        });
    }
    let m = first.len();
    let observed = Statistic::of(&Placements::of(&pooled.ranks, m));
    // How extreme one statistic is next to another.
    let compare = |one: &Statistic, other: &Statistic| match alternative {
        Alternative::TwoSided => one.size_cmp(other),
        Alternative::Less => other.cmp(one),
        Alternative::Greater => one.cmp(other),
    };
    let splits = choose(pooled.total(), m);
    if splits > SPLITS {
        return PermutationP::of_random(config, |shuffler| {
            shuffler.choose(&mut pooled.ranks, m);
            let now = Statistic::of(&Placements::of(&pooled.ranks, m));
            compare(&now, &observed) != Ordering::Less
        });
    }
    let ties = Split::of(&pooled.ranks, m).ties;
    let (mut hits, mut most) = (0.0, MostExtreme::none());
    let mut first = Vec::with_capacity(ties.len());
    each_split(&ties, m as u64, 1.0, &mut first, &mut |first, ways| {
        let now = Statistic::of(&Placements::of_split(&ties, first.iter().copied()));
        if compare(&now, &observed) != Ordering::Less {
            hits += ways;
        }
        most.count(now, ways, compare);
    });
    Ok(PermutationP::of_all(hits, most.number, splits))
}

/// Calls `visit` for every choice of how many of each group of equal values belong to the first sample, with the number of
/// splits that are this choice. `left` values are still to be chosen.
fn each_split(
    ties: &[u64],
    left: u64,
    ways: f64,
    first: &mut Vec<u64>,
    visit: &mut impl FnMut(&[u64], f64),
) {
    let Some(size) = ties.get(first.len()).copied() else {
        visit(first, ways);
        return;
    };
    let rest: u64 = ties.iter().skip(first.len() + 1).sum();
    for chosen in left.saturating_sub(rest)..=left.min(size) {
        first.push(chosen);
        let ways = ways * choose(size as usize, chosen as usize);
        each_split(ties, left - chosen, ways, first, visit);
        first.pop();
    }
}

/// t as a fraction: up to a constant, t² = excess²/variance.
struct Statistic {
    excess: i128,
    variance: i128,
}

impl Statistic {
    fn of(placements: &Placements) -> Self {
        Self {
            excess: placements.excess(),
            variance: placements.whole_variance(),
        }
    }

    /// Compares |t|; that of a positive excess without variance is infinite, that of no excess is 0.
    fn size_cmp(&self, other: &Self) -> Ordering {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            (false, false) => {
                let one = self.excess * self.excess * other.variance.max(1);
                let two = other.excess * other.excess * self.variance.max(1);
                one.cmp(&two)
            }
        }
    }

    /// Compares t.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.excess.signum(), other.excess.signum()) {
            (1, 1) => self.size_cmp(other),
            (-1, -1) => other.size_cmp(self),
            (one, two) => one.cmp(&two),
        }
    }

    fn is_infinite(&self) -> bool {
        self.variance == 0 && self.excess != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permutations;
    use proptest::prelude::*;

    const CONFIG: PermutationConfig = PermutationConfig {
        n_random: 20_000,
        seed: 7,
    };
    const ALTERNATIVES: [Alternative; 3] = [
        Alternative::TwoSided,
        Alternative::Less,
        Alternative::Greater,
    ];

    fn p(x: &[f64], y: &[f64], alternative: Alternative) -> PermutationP {
        brunner_munzel_permutation(x, y, alternative, CONFIG).unwrap()
    }

    // Python: itertools.combinations over all splits, scipy's statistic, infinite where the groups are separated.
    #[test]
    fn exact_p_equals_enumeration_with_the_statistic_of_scipy() {
        let cases: [(&[f64], &[f64], [f64; 3]); 5] = [
            (
                &[1.2, 3.4, 2.2, 5.1, 4.8],
                &[2.0, 0.3, 1.1, 2.1],
                [6.0 / 126.0, 124.0 / 126.0, 3.0 / 126.0],
            ),
            (
                &[1.0, 2.0, 3.0, 4.0],
                &[5.0, 6.0, 7.0, 8.0],
                [2.0 / 70.0, 1.0 / 70.0, 1.0],
            ),
            (
                &[1.0, 1.0, 2.0, 3.0, 3.0, 5.0],
                &[1.0, 2.0, 2.0, 4.0, 5.0, 9.0],
                [450.0 / 924.0, 225.0 / 924.0, 717.0 / 924.0],
            ),
            (&[2.0, 2.0, 2.0], &[2.0, 2.0, 2.0, 2.0], [1.0, 1.0, 1.0]),
            (
                &[1.0, 1.0, 1.0],
                &[1.0, 1.0, 2.0, 2.0, 0.0],
                [45.0 / 56.0, 20.0 / 56.0, 46.0 / 56.0],
            ),
        ];
        for (x, y, expected) in cases {
            for (alternative, expected) in ALTERNATIVES.into_iter().zip(expected) {
                let got = p(x, y, alternative);
                assert!((got.p_value - expected).abs() < 1e-14, "{got:?}");
                assert_eq!(got.permutations, Permutations::All);
            }
        }
    }

    #[test]
    fn the_smallest_attainable_p_is_that_of_separated_groups() {
        let (low, high) = ([1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]);
        for alternative in ALTERNATIVES {
            let mixed = p(&[1.0, 5.0, 3.0], &[4.0, 2.0, 6.0, 7.0], alternative);
            let separated = match alternative {
                Alternative::Greater => p(&high, &low, alternative),
                _ => p(&low, &high, alternative),
            };
            assert_eq!(mixed.smallest_attainable_p, separated.p_value);
        }
        let equal = p(&[1.0, 1.0], &[1.0, 1.0], Alternative::TwoSided);
        assert_eq!(equal.smallest_attainable_p, 1.0);
    }

    // Twelve values in each group: 2,704,156 splits. Without scatter between runs the seed decides.
    #[test]
    fn random_permutations_repeat_with_their_seed_and_come_close_to_the_approximation() {
        let x: Vec<f64> = (0..12).map(|i| f64::from(i * i % 17)).collect();
        let y: Vec<f64> = (0..12).map(|i| f64::from(i * i % 13) - 3.0).collect();
        let got = p(&x, &y, Alternative::TwoSided);
        assert_eq!(got.permutations, Permutations::Random(20_000));
        assert_eq!(got, p(&x, &y, Alternative::TwoSided));
        let approximate =
            crate::groups::brunner_munzel(&x, &y, Alternative::TwoSided, 0.95).unwrap();
        let difference = got.p_value - approximate.test.unwrap().p_value;
        assert!(difference.abs() < 0.03, "{got:?} {approximate:?}");
    }

    #[test]
    fn small_groups_and_bad_values_are_refused() {
        let of = |x: &[f64], y: &[f64]| {
            brunner_munzel_permutation(x, y, Alternative::TwoSided, CONFIG).is_err()
        };
        assert!(of(&[1.0], &[1.0, 2.0]));
        assert!(of(&[1.0, 2.0], &[f64::NAN, 2.0]));
        assert!(of(&[1.0; 6000], &[2.0; 6000]));
    }

    proptest! {
        #[test]
        fn exchanging_the_groups_mirrors_the_test(
            x in prop::collection::vec(-4i32..=4, 2..=6),
            y in prop::collection::vec(-4i32..=4, 2..=6),
        ) {
            let of = |v: &[i32]| v.iter().map(|v| f64::from(*v) * 0.1).collect::<Vec<_>>();
            let (x, y) = (of(&x), of(&y));
            prop_assert_eq!(p(&x, &y, Alternative::TwoSided), p(&y, &x, Alternative::TwoSided));
            prop_assert_eq!(p(&x, &y, Alternative::Less), p(&y, &x, Alternative::Greater));
        }
    }
}
