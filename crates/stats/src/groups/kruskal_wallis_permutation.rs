//! The Kruskal–Wallis test by permutation.

use std::collections::HashMap;

use crate::StatsError;
use crate::groups::kruskal_wallis::pooled;
use crate::groups::pooled::Pooled;
use crate::permutations::{PermutationConfig, PermutationP};

/// Largest number of steps to count the exact distribution.
const MOST_STEPS: usize = 3_000_000;
/// Largest number of values of the exact distribution.
const MOST_VALUES: usize = 10_000;
/// Largest number of permutations that are counted in whole numbers of 64 bits.
const MOST_PERMUTATIONS: f64 = 1e18;
/// Statistics that agree within this relative difference are equal: they are sums of a few fractions.
const EQUAL: f64 = 1e-11;

/// The p-value of the Kruskal–Wallis statistic over all ways to distribute the values among groups of these sizes.
///
/// Exact with ties while its distribution can be counted in three million steps (for example, three groups of nine or four
/// of five, more with ties): rank by rank, it counts how often the groups reach each set of sizes and rank sums; groups of
/// equal size may be exchanged. Above, `n_random` random permutations are drawn; `permutations` says which. It agrees with
/// scipy's `permutation_test` over all permutations of the same statistic. `coin::kruskal_test` has no exact distribution
/// for more than two groups.
///
/// # Errors
/// Fewer than two groups, a group without values, values that are NaN or infinite, no random permutations
/// where they are needed.
pub fn kruskal_wallis_permutation(
    groups: &[Vec<f64>],
    config: PermutationConfig,
) -> Result<PermutationP, StatsError> {
    let mut pooled = pooled(groups)?;
    let observed = statistic(&pooled.doubled_sums(), &pooled.sizes);
    let bound = observed - observed.abs() * EQUAL;
    if let Some(p) = exact(&pooled, bound) {
        return Ok(p);
    }
    let total = pooled.total();
    PermutationP::of_random(config, |shuffler| {
        shuffler.choose(&mut pooled.ranks, total);
        statistic(&pooled.doubled_sums(), &pooled.sizes) >= bound
    })
}

/// Σ Rⱼ²/nⱼ, which increases with H.
fn statistic(doubled_sums: &[u64], sizes: &[usize]) -> f64 {
    let groups = doubled_sums.iter().zip(sizes);
    groups
        .map(|(sum, size)| (*sum as f64).powi(2) / *size as f64)
        .sum()
}

/// What each group holds so far. Groups of equal size are in ascending order: they are exchangeable.
type State = Vec<Held>;

/// Places that a group has left, in the upper 16 bits, and the sum of its doubled ranks: enough for the largest number of
/// values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Held(u64);

impl Held {
    const PLACE: u64 = 1 << 48;

    fn nothing(size: usize) -> Self {
        Self(size as u64 * Self::PLACE)
    }

    fn is_full(self) -> bool {
        self.0 < Self::PLACE
    }

    fn with(self, doubled_rank: u64) -> Self {
        Self(self.0 - Self::PLACE + doubled_rank)
    }

    fn doubled_sum(self) -> u64 {
        self.0 % Self::PLACE
    }
}

/// The p of all permutations whose statistic reaches the bound; `None` when they are too many.
fn exact(pooled: &Pooled, bound: f64) -> Option<PermutationP> {
    if permutations(&pooled.sizes) > MOST_PERMUTATIONS || pooled.total() > MOST_VALUES {
        return None;
    }
    let mut sizes = pooled.sizes.clone();
    sizes.sort_unstable();
    let start: State = sizes.iter().map(|size| Held::nothing(*size)).collect();
    let mut states = HashMap::from([(start, 1u64)]);
    let mut ranks = pooled.ranks.clone();
    ranks.sort_unstable();
    let mut steps = 0;
    for rank in ranks {
        steps += states.len() * sizes.len();
        if steps > MOST_STEPS {
            return None;
        }
        states = with_rank(&states, &sizes, rank);
    }
    let of_state = |state: &State| {
        let sums: Vec<u64> = state.iter().map(|held| held.doubled_sum()).collect();
        statistic(&sums, &sizes)
    };
    let largest = states.keys().map(&of_state).fold(0.0, f64::max);
    // Whole numbers, so the order of the states does not matter.
    let reaching = |bound: f64| -> f64 {
        let far = states.iter().filter(|(state, _)| of_state(state) >= bound);
        far.map(|(_, count)| *count).sum::<u64>() as f64
    };
    Some(PermutationP::of_all(
        reaching(bound),
        reaching(largest - largest * EQUAL),
        reaching(f64::NEG_INFINITY),
    ))
}

/// The states after the next rank went to any of the groups, whose sizes ascend, that still have a place.
fn with_rank(states: &HashMap<State, u64>, sizes: &[usize], rank: u64) -> HashMap<State, u64> {
    let mut next: HashMap<State, u64> = HashMap::with_capacity(2 * states.len());
    let mut reached = State::new();
    for (state, count) in states {
        for (group, held) in state.iter().enumerate() {
            if held.is_full() {
                continue;
            }
            reached.clone_from(state);
            if let Some(place) = reached.get_mut(group) {
                *place = held.with(rank);
            }
            sort_alike(&mut reached, sizes);
            // Most states are there already: no key is made for them.
            if let Some(number) = next.get_mut(&reached) {
                *number += count;
            } else {
                next.insert(reached.clone(), *count);
            }
        }
    }
    next
}

/// Sorts the groups of each size.
fn sort_alike(state: &mut State, sizes: &[usize]) {
    let mut left = state.as_mut_slice();
    for alike in sizes.chunk_by(|a, b| a == b) {
        let (groups, others) = left.split_at_mut(alike.len());
        groups.sort_unstable();
        left = others;
    }
}

/// N!/(n₁!·…·n_k!), by logarithms.
fn permutations(sizes: &[usize]) -> f64 {
    let factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    let parts: f64 = sizes.iter().map(|n| factorial(*n)).sum();
    libm::exp(factorial(sizes.iter().sum()) - parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permutations;

    const CONFIG: PermutationConfig = PermutationConfig {
        n_random: 20_000,
        seed: 11,
    };

    fn p(groups: &[&[f64]]) -> PermutationP {
        let groups: Vec<Vec<f64>> = groups.iter().map(|g| g.to_vec()).collect();
        kruskal_wallis_permutation(&groups, CONFIG).unwrap()
    }

    // scipy 1.17: permutation_test(groups, kruskal(…).statistic, n_resamples = inf, alternative = "greater")
    #[test]
    fn exact_p_is_that_of_scipy() {
        for (groups, expected) in [
            (
                &[&[1.2, 3.4, 2.2][..], &[2.0, 0.3, 1.1], &[4.1, 5.2, 2.2]][..],
                0.075,
            ),
            (
                &[&[1.0, 1.0, 2.0, 3.0], &[2.0, 2.0, 5.0], &[5.0, 6.0, 7.0]],
                0.021_904_761_904_761_91,
            ),
            (
                &[&[1.0, 2.0], &[3.0, 4.0], &[5.0, 6.0], &[7.0, 1.0]],
                0.485_714_285_714_285_7,
            ),
            (&[&[2.0, 2.0], &[2.0], &[2.0]], 1.0),
        ] {
            let got = p(groups);
            assert!((got.p_value - expected).abs() < 1e-14, "{got:?}");
            assert_eq!(got.permutations, Permutations::All);
        }
    }

    // Printed tables: P(H ≥ 5.78) = 0.049 for 5, 5, 5 and P(H ≥ 7.2) = 0.004 for 3, 3, 3 (Kruskal & Wallis 1952).
    #[test]
    fn exact_p_is_that_of_printed_tables() {
        let got = p(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], &[7.0, 8.0, 9.0]]);
        assert!((got.p_value - 6.0 / 1680.0).abs() < 1e-15);
        assert_eq!(got.p_value, got.smallest_attainable_p);
        // R = 24, 42, 54 gives H = 4.56, p = 0.100.
        let got = p(&[
            &[1.0, 2.0, 3.0, 5.0, 13.0],
            &[4.0, 6.0, 9.0, 11.0, 12.0],
            &[7.0, 8.0, 10.0, 14.0, 15.0],
        ]);
        assert!((got.p_value - 0.100).abs() < 5e-4, "{got:?}");
        assert!((got.smallest_attainable_p - 6.0 / 756_756.0).abs() < 1e-18);
    }

    #[test]
    fn random_permutations_come_close_to_the_approximation() {
        let group = |step: i32| {
            (0..15)
                .map(|i| f64::from(i * step % 31))
                .collect::<Vec<_>>()
        };
        let groups = [group(7), group(11), group(29)];
        let got = kruskal_wallis_permutation(&groups, CONFIG).unwrap();
        assert_eq!(got.permutations, Permutations::Random(20_000));
        assert_eq!(got, kruskal_wallis_permutation(&groups, CONFIG).unwrap());
        let chi2 = crate::groups::kruskal_wallis(&groups).unwrap().p_value;
        assert!((got.p_value - chi2).abs() < 0.02, "{got:?} {chi2}");
    }

    #[test]
    fn two_groups_have_the_exact_p_of_the_mann_whitney_test() {
        let (x, y) = (vec![1.0, 4.0, 4.0, 9.0], vec![2.0, 4.0, 0.5]);
        let config = crate::groups::RankSumConfig {
            alternative: crate::Alternative::TwoSided,
            method: crate::Method::Exact,
            continuity_correction: false,
        };
        let pair = crate::groups::mann_whitney(&x, &y, config).unwrap();
        let got = kruskal_wallis_permutation(&[x, y], CONFIG).unwrap();
        assert!((got.p_value - pair.p_value).abs() < 1e-14);
    }

    #[test]
    fn a_group_of_one_next_to_many_values_uses_random_permutations() {
        let many: Vec<f64> = (0..70_000).map(f64::from).collect();
        let config = PermutationConfig {
            n_random: 9,
            seed: 1,
        };
        let got = kruskal_wallis_permutation(&[vec![-1.0], many], config).unwrap();
        assert_eq!(got.permutations, Permutations::Random(9));
        assert_eq!(got.smallest_attainable_p, 0.1);
    }

    #[test]
    fn bad_groups_are_refused() {
        assert!(kruskal_wallis_permutation(&[vec![1.0]], CONFIG).is_err());
        assert!(kruskal_wallis_permutation(&[vec![1.0], vec![]], CONFIG).is_err());
    }
}
