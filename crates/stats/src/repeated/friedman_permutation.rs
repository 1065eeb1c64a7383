//! The Friedman test by permutation within blocks.

use std::collections::BTreeMap;

use crate::StatsError;
use crate::permutations::{PermutationConfig, PermutationP};
use crate::repeated::block_ranks::BlockRanks;

/// Largest number of steps to count the exact distribution.
const MOST_STEPS: f64 = 3e6;
/// Relative error of long sums of probabilities.
const SLACK: f64 = 1e-12;

/// The p-value of Friedman's statistic over all orders of the values within their blocks.
///
/// Exact with ties while its distribution can be counted in about three million steps (for example, 3 treatments in 60
/// blocks, 4 in 14, 5 in 7): block by block, it counts how often each set of rank sums is reached; treatments may be
/// exchanged. Above, `n_random` random permutations are drawn; `permutations` says which. The p-values of printed tables,
/// such as those of Friedman (1937), are exact ones. `coin::friedman_test` has random permutations only.
///
/// # Errors
/// Fewer than three treatments, no blocks, rows of different length, values that are NaN or infinite, no random permutations
/// where they are needed.
pub fn friedman_permutation(
    blocks: &[Vec<f64>],
    config: PermutationConfig,
) -> Result<PermutationP, StatsError> {
    let mut ranks = BlockRanks::of(blocks, 3)?;
    let observed = squares(&ranks.doubled_sums());
    if let Some(p) = exact(&ranks.rows, observed) {
        return Ok(p);
    }
    let treatments = ranks.treatments;
    PermutationP::of_random(config, |shuffler| {
        for row in &mut ranks.rows {
            shuffler.choose(row, treatments);
        }
        squares(&ranks.doubled_sums()) >= observed
    })
}

/// Σ Rⱼ², which increases with χ².
fn squares(sums: &[u64]) -> u128 {
    sums.iter().map(|s| u128::from(*s).pow(2)).sum()
}

/// The p of all permutations with Σ Rⱼ² ≥ observed; `None` when it takes too many steps.
fn exact(rows: &[Vec<u64>], observed: u128) -> Option<PermutationP> {
    let mut states = BTreeMap::new();
    let mut steps = 0.0;
    for row in rows {
        let mut row = row.clone();
        row.sort_unstable();
        if states.is_empty() {
            // All orders of the first block are the same up to an exchange of treatments.
            states.insert(row, 1.0);
            continue;
        }
        steps += states.len() as f64 * number_of_orders(&row);
        if steps > MOST_STEPS {
            return None;
        }
        states = with_block(&states, &orders(&row));
    }
    let largest = states.keys().map(|sums| squares(sums)).max()?;
    let reaching = |bound: u128| -> f64 {
        let far = states.iter().filter(|(sums, _)| squares(sums) >= bound);
        let p: f64 = far.map(|(_, probability)| probability).sum();
        // All of them: 1, in spite of rounding.
        if p > 1.0 - SLACK { 1.0 } else { p }
    };
    Some(PermutationP::of_all(
        reaching(observed),
        reaching(largest),
        1.0,
    ))
}

/// The probability of each ascending vector of rank sums after one more block. The states are ordered, so that sums of
/// probabilities are always added in the same order.
fn with_block(states: &BTreeMap<Vec<u64>, f64>, orders: &[Vec<u64>]) -> BTreeMap<Vec<u64>, f64> {
    let share = 1.0 / orders.len() as f64;
    let mut next: BTreeMap<Vec<u64>, f64> = BTreeMap::new();
    let mut sums = Vec::new();
    for (state, probability) in states {
        for order in orders {
            sums.clear();
            sums.extend(state.iter().zip(order).map(|(s, r)| s + r));
            sums.sort_unstable();
            // Most states are there already: no key is made for them.
            if let Some(sum) = next.get_mut(&sums) {
                *sum += probability * share;
            } else {
                next.insert(sums.clone(), probability * share);
            }
        }
    }
    next
}

/// Number of different orders of ascending ranks: k!/(t₁!·t₂!·…) with the sizes of groups of ties.
fn number_of_orders(ascending: &[u64]) -> f64 {
    let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
    let ties = ascending.chunk_by(|a, b| a == b);
    ties.fold(factorial(ascending.len()), |orders, tie| {
        orders / factorial(tie.len())
    })
}

/// All different orders of ascending ranks; each stands for the same number of permutations.
fn orders(ascending: &[u64]) -> Vec<Vec<u64>> {
    let mut order = ascending.to_vec();
    let mut all = vec![order.clone()];
    while next_order(&mut order) {
        all.push(order.clone());
    }
    all
}

/// The next order of the values; `false` after the last, which is descending.
fn next_order(values: &mut [u64]) -> bool {
    let Some(place) = values.windows(2).rposition(|pair| pair[0] < pair[1]) else {
        return false;
    };
    let pivot = values[place];
    let larger = values.iter().rposition(|v| *v > pivot).unwrap_or(place);
    values.swap(place, larger);
    values[place + 1..].reverse();
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permutations;

    const CONFIG: PermutationConfig = PermutationConfig {
        n_random: 20_000,
        seed: 3,
    };

    fn p(blocks: &[Vec<f64>]) -> PermutationP {
        friedman_permutation(blocks, CONFIG).unwrap()
    }

    // Python: scipy's rankdata within rows, itertools.product over all permutations of all rows, Σ R² ≥ observed.
    #[test]
    fn exact_p_equals_enumeration() {
        let cases = [
            (
                vec![
                    vec![7.0, 9.0, 8.0],
                    vec![6.0, 5.0, 7.0],
                    vec![9.0, 7.0, 6.0],
                    vec![8.0, 5.0, 6.0],
                ],
                1206.0 / 1296.0,
            ),
            (
                vec![
                    vec![1.0, 2.0, 2.0, 3.0],
                    vec![1.0, 1.0, 2.0, 4.0],
                    vec![3.0, 1.0, 2.0, 2.0],
                    vec![1.0, 4.0, 3.0, 2.0],
                    vec![1.0, 3.0, 3.0, 4.0],
                ],
                1_795_200.0 / 7_962_624.0,
            ),
            (vec![vec![1.0, 2.0, 3.0]; 4], 6.0 / 1296.0),
            (
                vec![
                    vec![1.0, 1.0, 2.0],
                    vec![2.0, 2.0, 3.0],
                    vec![1.0, 3.0, 1.0],
                    vec![5.0, 5.0, 5.0],
                    vec![2.0, 1.0, 3.0],
                ],
                3168.0 / 7776.0,
            ),
            (vec![vec![1.0; 4]; 3], 1.0),
            (vec![vec![1.0, 2.0, 3.0]], 1.0),
        ];
        for (blocks, expected) in cases {
            let got = p(&blocks);
            assert!((got.p_value - expected).abs() < 1e-13, "{got:?} {expected}");
            assert_eq!(got.permutations, Permutations::All);
        }
    }

    #[test]
    fn the_smallest_attainable_p_is_that_of_blocks_that_agree() {
        let mixed = p(&[
            vec![1.0, 2.0, 3.0],
            vec![2.0, 1.0, 3.0],
            vec![3.0, 1.0, 2.0],
        ]);
        // 3!² equally likely orders of the second and third block next to the first.
        assert!((mixed.smallest_attainable_p - 1.0 / 36.0).abs() < 1e-16);
        assert_eq!(p(&vec![vec![1.0; 3]; 2]).smallest_attainable_p, 1.0);
    }

    #[test]
    fn all_orders_are_listed_once() {
        for ranks in [&[2, 4, 6][..], &[3, 3, 6, 8], &[5, 5, 5, 5], &[3, 3, 7, 7]] {
            let mut listed = orders(ranks);
            assert_eq!(listed.len() as f64, number_of_orders(ranks));
            listed.dedup();
            assert_eq!(listed.len() as f64, number_of_orders(ranks));
        }
    }

    #[test]
    fn many_blocks_are_exact_and_close_to_the_approximation() {
        for (treatments, blocks) in [(3, 60), (4, 14), (5, 7)] {
            let block = |b: usize| {
                let value = |t: usize| ((b * 31 + t * 17) % 23 + t) as f64;
                (0..treatments).map(value).collect::<Vec<_>>()
            };
            let blocks: Vec<_> = (0..blocks).map(block).collect();
            let got = p(&blocks);
            assert_eq!(got.permutations, Permutations::All, "{treatments}");
            let f = crate::repeated::friedman(&blocks)
                .unwrap()
                .iman_davenport
                .unwrap();
            assert!((got.p_value - f.p_value).abs() < 0.02, "{got:?} {f:?}");
        }
    }

    #[test]
    fn random_permutations_repeat_with_their_seed_and_come_close_to_the_approximation() {
        let block = |b: usize| {
            (0..8)
                .map(|t| ((b * 31 + t * 17) % 23) as f64 + t as f64)
                .collect()
        };
        let blocks: Vec<Vec<f64>> = (0..12).map(block).collect();
        let got = p(&blocks);
        assert_eq!(got.permutations, Permutations::Random(20_000));
        assert_eq!(got, p(&blocks));
        let f = crate::repeated::friedman(&blocks)
            .unwrap()
            .iman_davenport
            .unwrap();
        assert!((got.p_value - f.p_value).abs() < 0.02, "{got:?} {f:?}");
    }

    #[test]
    fn bad_blocks_are_refused() {
        assert!(friedman_permutation(&[], CONFIG).is_err());
        assert!(friedman_permutation(&[vec![1.0, 2.0]], CONFIG).is_err());
        assert!(friedman_permutation(&[vec![1.0, 2.0, f64::NAN]], CONFIG).is_err());
    }
}
