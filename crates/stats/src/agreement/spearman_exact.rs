//! The exact null distribution of Spearman's rank correlation without ties.

use std::collections::BTreeMap;

/// P(Σ i·π(i) ≤ `sum`) over all n! permutations π of 1 … n, for n ≤ 14: counts are exact in f64.
///
/// Dynamic programming over the set of values given to the first positions: 2^n sets instead of n! permutations.
pub(crate) fn lower_tail(n: usize, sum: u64) -> f64 {
    let mut layer: BTreeMap<u32, Vec<f64>> = BTreeMap::from([(0, vec![1.0])]);
    for position in 1..=n {
        let mut next: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (used, counts) in &layer {
            for value in (1..=n).filter(|value| used >> (value - 1) & 1 == 0) {
                let product = position * value;
                let target = next.entry(used | 1 << (value - 1)).or_default();
                if target.len() < counts.len() + product {
                    target.resize(counts.len() + product, 0.0);
                }
                for (sum, count) in counts.iter().enumerate() {
                    target[sum + product] += count;
                }
            }
        }
        layer = next;
    }
    let counts = layer.into_values().next().unwrap_or_default();
    let all: f64 = counts.iter().sum();
    let up_to: f64 = counts.iter().take(sum as usize + 1).sum();
    up_to / all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls `visit` with Σ i·π(i) of every permutation of the values left.
    fn permutations(left: &[u64], position: u64, sum: u64, visit: &mut impl FnMut(u64)) {
        if left.is_empty() {
            visit(sum);
        }
        for (i, value) in left.iter().enumerate() {
            let rest: Vec<u64> = [&left[..i], &left[i + 1..]].concat();
            permutations(&rest, position + 1, sum + position * value, visit);
        }
    }

    #[test]
    fn the_tail_equals_enumeration_up_to_eight_values() {
        for n in 2..=8 {
            let values: Vec<u64> = (1..=n).collect();
            let mut sums = Vec::new();
            permutations(&values, 1, 0, &mut |sum| sums.push(sum));
            let most = *sums.iter().max().unwrap();
            for bound in (0..=most).step_by(n as usize) {
                let expected = sums.iter().filter(|s| **s <= bound).count() as f64;
                let got = lower_tail(n as usize, bound);
                assert_eq!(got, expected / sums.len() as f64, "{n} {bound}");
            }
        }
    }

    #[test]
    fn fourteen_values_keep_every_permutation() {
        // The identity has the largest sum, 1015; it alone lies above 1014: 1 of 14!.
        let above = 1.0 - lower_tail(14, 1014);
        assert!((above * 87_178_291_200.0 - 1.0).abs() < 1e-3, "{above}");
        assert_eq!(lower_tail(14, 1015), 1.0);
        // The reversal alone has the smallest, 560.
        assert_eq!(lower_tail(14, 560), 1.0 / 87_178_291_200.0);
    }
}
