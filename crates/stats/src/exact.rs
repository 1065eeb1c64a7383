//! The exact null distribution of a signed-rank sum, with ties.

use std::cell::RefCell;
use std::rc::Rc;

/// Number of additions between two checks for overflow; a count at most doubles in each, so none overflows.
const ADDITIONS_BETWEEN_CHECKS: usize = 512;

/// Relative error that long sums of probabilities may have when they are compared with a given probability.
const SLACK: f64 = 64.0 * f64::EPSILON;

/// P(S ≤ `bound`), where S is the sum of a random subset of `ranks`: each is included with probability ½,
/// independently.
///
/// Under the null hypothesis each sign is equally likely given the size of the difference, so twice W+ has the
/// distribution of S over the doubled midranks, with any ties (Hollander & Wolfe, Nonparametric Statistical Methods,
/// section 3.1). Dynamic programming counts the subsets of every sum up to the bound, smallest rank first. Counts are
/// f64 and exact below 2^53; larger counts are scaled by powers of two, so that they neither overflow nor lose relative
/// precision in the tail. S is symmetric, so at most half of its range is counted.
///
/// Time O(n · Σ ranks / 2), memory 8 bytes for each sum up to the bound. For 2,000 untied ranks: about a million sums.
pub(crate) fn lower_tail(ranks: &[u64], bound: u64) -> f64 {
    let divisor = ranks.iter().fold(0, |a, &b| gcd(a, b)).max(1);
    let mut ranks: Vec<u64> = ranks.iter().map(|r| r / divisor).collect();
    ranks.sort_unstable();
    let bound = bound / divisor;
    let total: u64 = ranks.iter().sum();
    if bound >= total {
        return 1.0;
    }
    if bound > total - bound - 1 {
        return 1.0 - tail(&ranks, total - bound - 1);
    }
    tail(&ranks, bound)
}

thread_local! {
    /// The half of the distribution of the sum of ranks 1 … n that was counted last in this thread: the tests and intervals of
    /// one table often have the same n.
    static UNTIED: RefCell<Option<(usize, Rc<Counts>)>> = const { RefCell::new(None) };
}

/// Fewest untied ranks whose counts are kept.
const KEPT_FROM: usize = 64;

/// The counts of the lower half of the range of the sum of ranks 1 … n.
fn untied_half(n: usize) -> Rc<Counts> {
    let kept = UNTIED.with_borrow(|kept| match kept {
        Some((of, counts)) if *of == n => Some(Rc::clone(counts)),
        _ => None,
    });
    kept.unwrap_or_else(|| {
        let ranks: Vec<u64> = (1..=n as u64).collect();
        let half = ranks.iter().sum::<u64>().div_ceil(2);
        let counts = Rc::new(Counts::up_to(&ranks, half));
        UNTIED.with_borrow_mut(|kept| *kept = Some((n, Rc::clone(&counts))));
        counts
    })
}

/// Whether these sorted ranks are 1 … n, for an n whose counts are kept.
fn is_untied(sorted: &[u64]) -> bool {
    sorted.len() >= KEPT_FROM
        && (1u64..)
            .zip(sorted)
            .all(|(expected, rank)| *rank == expected)
}

/// The quantile of S: the smallest b with P(S ≤ b) ≥ `probability`, which is at most ½.
///
/// Counts the lower half of the range of S, which is symmetric.
pub(crate) fn quantile(ranks: &[u64], probability: f64) -> u64 {
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable();
    let counts = match is_untied(&sorted) {
        true => untied_half(sorted.len()),
        false => Rc::new(Counts::up_to(
            &sorted,
            sorted.iter().sum::<u64>().div_ceil(2),
        )),
    };
    let target = probability * (1.0 - SLACK);
    let mut cumulative = 0.0;
    for (sum, count) in counts.of_sum.iter().enumerate() {
        cumulative += scaled(*count, counts.exponent - sorted.len() as i64);
        if cumulative >= target {
            return sum as u64;
        }
    }
    counts.of_sum.len() as u64 - 1
}

/// A far tail of untied ranks is counted by itself: there, the scale of the whole half would lose digits.
fn tail(sorted_ranks: &[u64], bound: u64) -> f64 {
    let n = sorted_ranks.len();
    let counts = match is_untied(sorted_ranks) && bound >= (n * n / 16) as u64 {
        true => untied_half(n),
        false => Rc::new(Counts::up_to(sorted_ranks, bound)),
    };
    let subsets: f64 = counts.of_sum.iter().take(bound as usize + 1).sum();
    scaled(subsets, counts.exponent - n as i64)
}

/// Number of subsets with each sum, times 2^−exponent.
struct Counts {
    of_sum: Vec<f64>,
    exponent: i64,
}

impl Counts {
    fn up_to(sorted_ranks: &[u64], bound: u64) -> Self {
        let mut counts = Self {
            of_sum: vec![0.0; bound as usize + 1],
            exponent: 0,
        };
        counts.of_sum[0] = 1.0;
        let mut reach = 0;
        for (done, &rank) in sorted_ranks.iter().enumerate() {
            // Ranks are sorted: no later rank fits either.
            if rank > bound {
                break;
            }
            reach = (reach + rank).min(bound);
            add_shifted(&mut counts.of_sum[..=reach as usize], rank as usize);
            if (done + 1) % ADDITIONS_BETWEEN_CHECKS == 0 {
                counts.rescale();
            }
        }
        counts
    }

    fn rescale(&mut self) {
        let largest = self.of_sum.iter().copied().fold(0.0, f64::max);
        let shift = libm::log2(largest).floor() as i64;
        if shift > 0 {
            for count in &mut self.of_sum {
                *count = scaled(*count, -shift);
            }
            self.exponent += shift;
        }
    }
}

/// counts[s] += counts[s − shift] for all s ≥ shift, with the old values on the right.
fn add_shifted(counts: &mut [f64], shift: usize) {
    // From the top in blocks of `shift`: source and target never overlap, so the loop is vectorized.
    let mut end = counts.len();
    while end > shift {
        let start = end.saturating_sub(shift).max(shift);
        let (below, above) = counts.split_at_mut(start);
        let source = &below[start - shift..end - shift];
        for (target, source) in above[..end - start].iter_mut().zip(source) {
            *target += source;
        }
        end = start;
    }
}

/// value · 2^exponent, without intermediate overflow.
fn scaled(value: f64, exponent: i64) -> f64 {
    let mut value = value;
    let mut left = exponent;
    while left != 0 && value != 0.0 {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(step as i32);
        left -= step;
    }
    value
}

/// The greatest common divisor; that of 0 and a number is the number.
pub(crate) fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_enumeration(ranks: &[u64], bound: u64) -> f64 {
        let subsets = 1u64 << ranks.len();
        let inside = (0..subsets)
            .filter(|subset| {
                let sum: u64 = (0..ranks.len())
                    .filter(|i| subset >> i & 1 == 1)
                    .map(|i| ranks[i])
                    .sum();
                sum <= bound
            })
            .count();
        inside as f64 / subsets as f64
    }

    #[test]
    fn kept_counts_give_the_tails_that_are_counted_anew() {
        for n in [64u64, 100, 333] {
            let ranks: Vec<u64> = (1..=n).collect();
            for bound in [n * n / 20, n * n / 16, n * n / 7, n * (n + 1) / 4 - 1] {
                let anew = Counts::up_to(&ranks, bound);
                let subsets: f64 = anew.of_sum.iter().sum();
                let expected = scaled(subsets, anew.exponent - n as i64);
                assert!(
                    (lower_tail(&ranks, bound) / expected - 1.0).abs() < 1e-14,
                    "{n} {bound}"
                );
            }
        }
    }

    #[test]
    fn tails_equal_enumeration_of_all_signs() {
        for ranks in [&[2u64, 4, 6, 8][..], &[3, 3, 6, 9, 9], &[10, 10, 10], &[7]] {
            let total: u64 = ranks.iter().sum();
            for bound in 0..=total + 1 {
                assert_eq!(
                    lower_tail(ranks, bound),
                    by_enumeration(ranks, bound),
                    "{ranks:?} {bound}"
                );
            }
        }
    }

    #[test]
    fn the_tail_of_no_ranks_is_one() {
        assert_eq!(lower_tail(&[], 0), 1.0);
    }

    // Printed tables of the test (two-sided 5 %) give 0, 8, 17, 52, 89, 137, 434 as the largest sums that reject.
    #[test]
    fn quantiles_lie_one_above_the_critical_values_of_printed_tables() {
        let critical = [
            (6, 0),
            (10, 8),
            (13, 17),
            (20, 52),
            (25, 89),
            (30, 137),
            (50, 434),
        ];
        for (n, value) in critical {
            let ranks: Vec<u64> = (1..=n).collect();
            assert_eq!(quantile(&ranks, 0.025), value + 1, "n = {n}");
        }
    }

    // 2000 untied ranks: the standardized sum is normal to four digits at one standard deviation.
    #[test]
    fn two_thousand_ranks_neither_overflow_nor_underflow() {
        let ranks: Vec<u64> = (1..=2000).map(|r| 2 * r).collect();
        let n = 2000.0f64;
        let mean = n * (n + 1.0) / 2.0;
        let sd = (n * (n + 1.0) * (2.0 * n + 1.0) / 6.0).sqrt();
        let p = lower_tail(&ranks, (mean - sd) as u64);
        assert!((p - 0.158_655).abs() < 1e-4, "{p}");
        assert!(lower_tail(&ranks, (mean - 30.0 * sd) as u64) > 0.0);
    }

    // P(S ≤ 2·m) is the number of partitions of 0 … m into distinct parts over 2^n: 1+1+1+2+2+3 = 10 up to 5.
    #[test]
    fn the_far_tail_keeps_its_digits() {
        let ranks: Vec<u64> = (1..=1000).map(|r| 2 * r).collect();
        let expected = 10.0 * 2f64.powi(-1000);
        assert_eq!(lower_tail(&ranks, 10), expected);
    }
}
