//! The exact null distribution of a rank sum, with ties.

use crate::exact::gcd;

/// Relative error that long sums of probabilities may have when they are compared with a given probability.
const SLACK: f64 = 64.0 * f64::EPSILON;

/// The sum S of the ranks of a random subset of fixed size: each subset of this size is equally likely.
///
/// Under the null hypothesis any m of the N pooled values may be those of the first group. Given their midranks, doubled
/// so that they are integers, the distribution is exact with any ties (Streitberg & Röhmel 1986, the shift algorithm).
pub(crate) struct RankSum {
    /// Ascending.
    sorted: Vec<u64>,
    size: usize,
    /// Common divisor of all differences of ranks.
    unit: u64,
    smallest: u64,
    largest: u64,
    /// S is that of the complement, whose size is smaller.
    of_complement: bool,
    total: u64,
}

impl RankSum {
    /// The sum over `size` of these doubled ranks.
    pub(crate) fn of(ranks: &[u64], size: usize) -> Self {
        let mut sorted = ranks.to_vec();
        sorted.sort_unstable();
        let of_complement = 2 * size > sorted.len();
        let size = if of_complement {
            sorted.len() - size
        } else {
            size
        };
        let first = sorted.first().copied().unwrap_or(0);
        let unit = sorted.iter().fold(0, |a, r| gcd(a, r - first)).max(1);
        Self {
            smallest: sorted.iter().take(size).sum(),
            largest: sorted.iter().rev().take(size).sum(),
            total: sorted.iter().sum(),
            size,
            unit,
            sorted,
            of_complement,
        }
    }

    /// P(S ≤ `sum`).
    pub(crate) fn up_to(&self, sum: u64) -> f64 {
        if self.of_complement {
            self.upper(self.total.saturating_sub(sum))
        } else {
            self.lower(sum)
        }
    }

    /// P(S ≥ `sum`).
    pub(crate) fn from(&self, sum: u64) -> f64 {
        if !self.of_complement {
            self.upper(sum)
        } else if sum > self.total {
            0.0
        } else {
            self.lower(self.total - sum)
        }
    }

    /// P(|S − E S| ≥ |`sum` − E S|).
    pub(crate) fn as_far_as(&self, sum: u64) -> f64 {
        let sum = if self.of_complement {
            self.total.saturating_sub(sum)
        } else {
            sum
        };
        let (n, m) = (self.sorted.len() as u64, self.size as u64);
        // n · E S = m · total; compared in integers.
        let (scaled, center) = (n * sum, m * self.total);
        if scaled == center {
            return 1.0;
        }
        let distance = scaled.abs_diff(center);
        let below = (center >= distance).then(|| (center - distance) / n);
        let above = (center + distance).div_ceil(n);
        (below.map_or(0.0, |b| self.lower(b)) + self.upper(above)).min(1.0)
    }

    /// The smallest probability that [`up_to`](Self::up_to), [`from`](Self::from) and [`as_far_as`](Self::as_far_as) give
    /// for a subset, in this order.
    pub(crate) fn smallest_probabilities(&self) -> [f64; 3] {
        let at_smallest =
            1.0 / choose(self.sorted.len(), self.size) * self.ways(self.sorted.iter());
        let at_largest =
            1.0 / choose(self.sorted.len(), self.size) * self.ways(self.sorted.iter().rev());
        let (n, m) = (self.sorted.len() as u64, self.size as u64);
        let center = m * self.total;
        let below = center.abs_diff(n * self.smallest);
        let above = center.abs_diff(n * self.largest);
        let far = match below.cmp(&above) {
            _ if self.smallest == self.largest => 1.0,
            std::cmp::Ordering::Less => at_largest,
            std::cmp::Ordering::Equal => at_smallest + at_largest,
            std::cmp::Ordering::Greater => at_smallest,
        };
        if self.of_complement {
            [at_largest, at_smallest, far]
        } else {
            [at_smallest, at_largest, far]
        }
    }

    /// The smallest b with P(S ≤ b) ≥ `probability` < ½, and P(S < b).
    pub(crate) fn quantile(&self, probability: f64) -> (u64, f64) {
        let target = probability * (1.0 - SLACK);
        let range = (self.largest - self.smallest) / self.unit;
        let subsets = choose(self.sorted.len(), self.size);
        let (sorted, smallest) = if self.of_complement {
            (self.mirrored(), self.total - self.largest)
        } else {
            (self.sorted.clone(), self.smallest)
        };
        let counts = self.counts(&sorted, range);
        let mut below = 0.0;
        for (offset, count) in counts.iter().enumerate() {
            let now = below + count / subsets;
            if now >= target {
                return (smallest + offset as u64 * self.unit, below);
            }
            below = now;
        }
        (smallest + range * self.unit, below)
    }

    fn lower(&self, sum: u64) -> f64 {
        if sum < self.smallest {
            return 0.0;
        }
        if sum >= self.largest {
            return 1.0;
        }
        let offset = (sum - self.smallest) / self.unit;
        let range = (self.largest - self.smallest) / self.unit;
        if offset > range - offset - 1 {
            return 1.0 - self.tail(&self.mirrored(), range - offset - 1);
        }
        self.tail(&self.sorted, offset)
    }

    fn upper(&self, sum: u64) -> f64 {
        if sum > self.largest {
            return 0.0;
        }
        if sum <= self.smallest {
            return 1.0;
        }
        let offset = (self.largest - sum) / self.unit;
        let range = (self.largest - self.smallest) / self.unit;
        if offset > range - offset - 1 {
            return 1.0 - self.tail(&self.sorted, range - offset - 1);
        }
        self.tail(&self.mirrored(), offset)
    }

    /// The ranks counted from above, ascending.
    fn mirrored(&self) -> Vec<u64> {
        let last = self.sorted.last().copied().unwrap_or(0);
        self.sorted.iter().rev().map(|r| last - r).collect()
    }

    fn tail(&self, sorted: &[u64], offset: u64) -> f64 {
        let counted: f64 = self.counts(sorted, offset).iter().sum();
        counted / choose(sorted.len(), self.size)
    }

    /// Number of subsets of the size for each sum, in units above the smallest sum, up to `bound`.
    ///
    /// Row j counts subsets of j of the ranks so far, by their excess over the j smallest ranks. Adding rank i as element
    /// j + 1 raises the excess by r(i) − r(j), which is never negative: sums beyond the bound never come back. Counts are
    /// f64: exact below 2^53, with full relative precision above.
    fn counts(&self, sorted: &[u64], bound: u64) -> Vec<f64> {
        let width = bound as usize + 1;
        let mut rows = vec![vec![0.0; width]; self.size + 1];
        if let Some(first) = rows.first_mut().and_then(|row| row.first_mut()) {
            *first = 1.0;
        }
        let n = sorted.len();
        for i in 0..n {
            // Rows below j cannot be completed by the ranks that are left.
            let fewest = (self.size + i + 1).saturating_sub(n).max(1);
            for j in (fewest..=self.size.min(i + 1)).rev() {
                let shift = ((sorted[i] - sorted[j - 1]) / self.unit) as usize;
                if shift >= width {
                    continue;
                }
                let (before, after) = rows.split_at_mut(j);
                let source = &before[j - 1][..width - shift];
                for (target, source) in after[0][shift..].iter_mut().zip(source) {
                    *target += source;
                }
            }
        }
        rows.pop().unwrap_or_default()
    }

    /// Number of subsets with the sum of the first ranks: of the ranks that tie with the last one of them, any may be
    /// chosen.
    fn ways<'a>(&self, ranks: impl Iterator<Item = &'a u64> + Clone) -> f64 {
        let Some(last) = ranks.clone().take(self.size).last() else {
            return 1.0;
        };
        let ties = ranks.clone().filter(|r| *r == last).count();
        let chosen = ranks.take(self.size).filter(|r| *r == last).count();
        choose(ties, chosen)
    }
}

/// The binomial coefficient; exact below 2^53.
pub(crate) fn choose(n: usize, k: usize) -> f64 {
    let k = k.min(n.saturating_sub(k));
    (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sums of all subsets of a size.
    fn sums(ranks: &[u64], size: usize) -> Vec<u64> {
        (0..1u32 << ranks.len())
            .filter(|subset| subset.count_ones() as usize == size)
            .map(|subset| {
                let inside = (0..ranks.len()).filter(|i| subset >> i & 1 == 1);
                inside.map(|i| ranks[i]).sum()
            })
            .collect()
    }

    #[test]
    fn tails_equal_enumeration_of_all_subsets() {
        for ranks in [
            &[2u64, 4, 6, 8, 10, 12, 14][..],
            &[3, 3, 6, 9, 9, 12],
            &[7, 7, 7, 7, 7, 7, 14, 16],
            &[5, 5, 5, 5],
            &[2, 3, 7, 9],
            &[2],
        ] {
            for size in 1..=ranks.len() {
                let all = sums(ranks, size);
                let share = |keep: &dyn Fn(u64) -> bool| {
                    all.iter().filter(|s| keep(**s)).count() as f64 / all.len() as f64
                };
                let rank_sum = RankSum::of(ranks, size);
                let n = ranks.len() as i64;
                let center = size as i64 * ranks.iter().sum::<u64>() as i64;
                let far = |s: u64| (n * s as i64 - center).abs();
                for sum in 0..=ranks.iter().sum::<u64>() + 1 {
                    let close = |got: f64, expected: f64| {
                        assert!((got - expected).abs() < 1e-14, "{ranks:?} {size} {sum}");
                    };
                    close(rank_sum.up_to(sum), share(&|s| s <= sum));
                    close(rank_sum.from(sum), share(&|s| s >= sum));
                    if all.contains(&sum) {
                        close(rank_sum.as_far_as(sum), share(&|s| far(s) >= far(sum)));
                    }
                }
                let smallest = |p: &dyn Fn(u64) -> f64| {
                    all.iter().map(|s| p(*s)).fold(f64::INFINITY, f64::min)
                };
                let expected = [
                    smallest(&|s| rank_sum.up_to(s)),
                    smallest(&|s| rank_sum.from(s)),
                    smallest(&|s| rank_sum.as_far_as(s)),
                ];
                for (got, expected) in rank_sum.smallest_probabilities().iter().zip(expected) {
                    assert!((got - expected).abs() < 1e-14, "{ranks:?} {size}");
                }
                let (quantile, below) = rank_sum.quantile(0.3);
                let enumerated = all.iter().filter(|s| share(&|o| o <= **s) >= 0.3).min();
                assert_eq!(Some(&quantile), enumerated, "{ranks:?} {size}");
                assert!((below - share(&|s| s < quantile)).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn the_far_tail_of_a_large_sample_keeps_its_digits() {
        let ranks: Vec<u64> = (1..=200).map(|r| 2 * r).collect();
        let rank_sum = RankSum::of(&ranks, 100);
        let smallest = 100 * 101;
        // 1 + 1 + 2 + 3 partitions of 0 … 3.
        let expected = 7.0 / choose(200, 100);
        assert!((rank_sum.up_to(smallest + 6) / expected - 1.0).abs() < 1e-13);
        assert!((rank_sum.up_to(100 * 201) - rank_sum.from(100 * 201)).abs() < 1e-12);
    }

    #[test]
    fn binomial_coefficients_are_exact() {
        assert_eq!(choose(20, 10), 184_756.0);
        assert_eq!(choose(52, 5), 2_598_960.0);
        assert_eq!(choose(4, 0), 1.0);
    }
}
