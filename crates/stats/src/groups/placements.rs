//! Placements: how many values of the other group each value exceeds.

/// Sums of the placements of two groups, in whole numbers so that they compare exactly.
///
/// The doubled placement of a value is twice the number of values of the other group that it exceeds, plus the number that
/// equal it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Placements {
    m: i128,
    n: i128,
    /// Σ aᵢ over the first group of m.
    sum: i128,
    /// m·Σaᵢ² − (Σaᵢ)² of the first group.
    spread_first: i128,
    /// n·Σbⱼ² − (Σbⱼ)² of the second group.
    spread_second: i128,
}

impl Placements {
    /// The placements of a split of sorted values: `ties` are the sizes of groups of equal values in ascending order, and
    /// `first` the number of values of the first group among each.
    pub(crate) fn of_split(ties: &[u64], first: impl Iterator<Item = u64> + Clone) -> Self {
        let m: i128 = first.clone().map(i128::from).sum();
        let n = ties.iter().map(|t| i128::from(*t)).sum::<i128>() - m;
        let (mut below_first, mut below_second) = (0, 0);
        let (mut sum, mut squares) = (0, 0);
        let (mut sum_second, mut squares_second) = (0, 0);
        for (size, of_first) in ties.iter().zip(first) {
            let of_first = i128::from(of_first);
            let of_second = i128::from(*size) - of_first;
            let a = 2 * below_second + of_second;
            let b = 2 * below_first + of_first;
            sum += of_first * a;
            squares += of_first * a * a;
            sum_second += of_second * b;
            squares_second += of_second * b * b;
            below_first += of_first;
            below_second += of_second;
        }
        Self {
            m,
            n,
            sum,
            spread_first: m * squares - sum * sum,
            spread_second: n * squares_second - sum_second * sum_second,
        }
    }

    /// The placements of two samples, given the doubled midranks of all values, first group first, and its size.
    pub(crate) fn of(ranks: &[u64], m: usize) -> Self {
        let split = Split::of(ranks, m);
        Self::of_split(&split.ties, split.first.iter().copied())
    }

    /// P(first > second) + ½ P(first = second), estimated by the share of pairs.
    pub(crate) fn superiority(&self) -> f64 {
        self.sum as f64 / (2 * self.m * self.n) as f64
    }

    /// The superiority minus ½, without the error of the subtraction.
    pub(crate) fn effect(&self) -> f64 {
        self.excess() as f64 / (2 * self.m * self.n) as f64
    }

    /// Number of pairs in which the first is greater, minus those in which it is smaller.
    pub(crate) fn excess(&self) -> i128 {
        self.sum - self.m * self.n
    }

    /// The variance of the superiority, s₁²/m + s₂²/n, with the variances of the placements of each group as shares of the
    /// other group; `None` for a group of one.
    pub(crate) fn variance(&self) -> Option<f64> {
        let [first, second] = self.variances()?;
        Some(first + second)
    }

    /// The two terms of the variance.
    pub(crate) fn variances(&self) -> Option<[f64; 2]> {
        if self.m < 2 || self.n < 2 {
            return None;
        }
        let (m, n) = (self.m as f64, self.n as f64);
        let scale = 4.0 * m * m * n * n;
        Some([
            self.spread_first as f64 / (scale * (m - 1.0)),
            self.spread_second as f64 / (scale * (n - 1.0)),
        ])
    }

    /// (m − 1)(n − 1) times the variance, times 4m²n²: a whole number.
    pub(crate) fn whole_variance(&self) -> i128 {
        self.spread_first * (self.n - 1) + self.spread_second * (self.m - 1)
    }
}

/// Groups of equal values, ascending, and how many of each belong to the first group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Split {
    pub ties: Vec<u64>,
    pub first: Vec<u64>,
}

impl Split {
    /// From the doubled midranks of all values, first group of `m` first.
    pub(crate) fn of(ranks: &[u64], m: usize) -> Self {
        let mut labeled: Vec<(u64, bool)> = ranks
            .iter()
            .enumerate()
            .map(|(i, rank)| (*rank, i < m))
            .collect();
        labeled.sort_unstable();
        let groups = labeled.chunk_by(|a, b| a.0 == b.0);
        let (ties, first) = groups
            .map(|g| (g.len() as u64, g.iter().filter(|(_, f)| *f).count() as u64))
            .unzip();
        Self { ties, first }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ranks::doubled_midranks;

    #[test]
    fn placements_equal_those_counted_by_pairs() {
        let (x, y) = ([1.0, 3.0, 3.0, 7.0], [2.0, 3.0, 0.0]);
        let all = [x.as_slice(), &y].concat();
        let got = Placements::of(&doubled_midranks(&all).ranks, 4);
        // Doubled: 1 exceeds 0; 3 exceeds 2 and 0 and equals 3; 7 exceeds all.
        assert_eq!(got.sum, 2 + 5 + 5 + 6);
        assert_eq!(got.spread_first, 4 * (4 + 25 + 25 + 36) - 18 * 18);
        // 2 exceeds 1; 3 exceeds 1 and equals two; 0 exceeds none.
        assert_eq!(got.spread_second, 3 * (4 + 16) - 6 * 6);
        assert!((got.superiority() - 0.75).abs() < 1e-15);
        assert_eq!(got.excess(), 6);
        // Variances of (2, 5, 5, 6)/6 over 4 and of (2, 4, 0)/8 over 3.
        let [first, second] = got.variances().unwrap();
        assert!((first - 3.0 / 36.0 / 4.0).abs() < 1e-15);
        assert!((second - 4.0 / 64.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_group_of_one_has_no_variance() {
        assert_eq!(Placements::of(&[2, 4, 6], 1).variance(), None);
    }
}
