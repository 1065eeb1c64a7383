//! Order statistics of the Walsh averages of a sample, without computing all of them.

use crate::noise::{median_size, rounded};
use crate::ordinal::smallest_where;

/// Rounding of an average, relative to itself or to the typical value, whichever is larger: removes the noise of the
/// division, keeps all digits of values with 12 significant digits.
const ROUNDING: f64 = 1e-14;

/// The averages (xᵢ + xⱼ)/2 over all i ≤ j of a sample.
pub(crate) struct WalshAverages {
    sorted: Vec<f64>,
    /// Median size of the values.
    typical: f64,
}

impl WalshAverages {
    /// The averages of finite values.
    pub(crate) fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Self {
            typical: median_size(&sorted),
            sorted,
        }
    }

    /// Number of averages: n(n + 1)/2.
    pub(crate) fn count(&self) -> u64 {
        let n = self.sorted.len() as u64;
        n * (n + 1) / 2
    }

    /// The `rank`-th smallest average (from 1), rounded to 14 digits.
    ///
    /// Bisects all numbers for the smallest value with at least `rank` averages up to it: at most
    /// 64 counts of O(n).
    pub(crate) fn at(&self, rank: u64) -> f64 {
        let (Some(first), Some(last)) = (self.sorted.first(), self.sorted.last()) else {
            return f64::NAN;
        };
        self.rounded(smallest_where(*first, *last, |bound| {
            self.count_up_to(bound) >= rank
        }))
    }

    /// The median of the averages.
    pub(crate) fn median(&self) -> f64 {
        let count = self.count();
        let (below, above) = (self.at(count.div_ceil(2)), self.at(count / 2 + 1));
        self.rounded(below / 2.0 + above / 2.0)
    }

    /// The averages of `values` in ascending order, without those that agree with the one before within the larger of their
    /// tolerances, each with the number of averages up to it and those that agree. An average has the larger tolerance of
    /// its two values. Lists all of them: for small samples.
    pub(crate) fn distinct(&self, values: &[f64], tolerances: &[f64]) -> Vec<(f64, u64)> {
        let of = |i: usize| {
            (0..=i).map(move |j| {
                let average = values[j] / 2.0 + values[i] / 2.0;
                (self.rounded(average), tolerances[i].max(tolerances[j]))
            })
        };
        let mut all: Vec<(f64, f64)> = (0..values.len()).flat_map(of).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut count = 0;
        let groups = all.chunk_by(|a, b| b.0 - a.0 <= a.1.max(b.1));
        groups
            .map(|group| {
                count += group.len() as u64;
                (group[0].0, count)
            })
            .collect()
    }

    fn rounded(&self, average: f64) -> f64 {
        rounded(average, ROUNDING * average.abs().max(self.typical))
    }

    /// Number of averages ≤ `bound`.
    fn count_up_to(&self, bound: f64) -> u64 {
        let x = &self.sorted;
        // As i increases, the last partner j that fits decreases.
        let mut end = x.len();
        let mut count = 0;
        for i in 0..x.len() {
            while end > i && x[i] / 2.0 + x[end - 1] / 2.0 > bound {
                end -= 1;
            }
            if end <= i {
                break;
            }
            count += (end - i) as u64;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_statistics_equal_those_of_the_listed_averages() {
        let values = [0.3, -1.25, 0.3, 4.0, -2.0, 0.7];
        let mut listed = Vec::new();
        for i in 0..values.len() {
            for j in i..values.len() {
                let average = f64::midpoint(values[i], values[j]);
                // The median size of the values is 0.7.
                listed.push(rounded(average, 1e-14 * average.abs().max(0.7)));
            }
        }
        listed.sort_by(f64::total_cmp);
        let walsh = WalshAverages::of(&values);
        assert_eq!(walsh.count(), listed.len() as u64);
        for (i, expected) in listed.iter().enumerate() {
            assert_eq!(walsh.at(i as u64 + 1), *expected);
        }
        assert_eq!(walsh.median(), listed[10]);
    }
}
