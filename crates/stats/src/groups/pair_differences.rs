//! Order statistics of all differences between two samples, without computing all of them.

use crate::noise::{median_size, rounded};
use crate::ordinal::smallest_where;

/// Precision of a value, relative to itself or to the median size of the values.
const RELATIVE: f64 = 1e-12;

/// The differences xᵢ − yⱼ of all pairs of values of two samples.
pub(crate) struct PairDifferences {
    /// Ascending.
    first: Vec<f64>,
    /// Ascending.
    second: Vec<f64>,
    /// Uncertainty of a value of typical size.
    tolerance: f64,
}

impl PairDifferences {
    /// The differences of finite values without noise. No difference may overflow.
    pub(crate) fn of(first: &[f64], second: &[f64]) -> Self {
        let sorted = |values: &[f64]| {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted
        };
        Self {
            tolerance: RELATIVE * median_size(&[first, second].concat()),
            first: sorted(first),
            second: sorted(second),
        }
    }

    /// Number of differences.
    pub(crate) fn count(&self) -> u64 {
        self.first.len() as u64 * self.second.len() as u64
    }

    /// The `rank`-th smallest difference (from 1), rounded to 12 digits of itself or of the median size of the values.
    ///
    /// Bisects all numbers for the smallest value with at least `rank` differences up to it: at most 64
    /// counts of O(m + n).
    pub(crate) fn at(&self, rank: u64) -> f64 {
        let smallest = self.first.first().zip(self.second.last());
        let largest = self.first.last().zip(self.second.first());
        let (Some((x, y)), Some((x_last, y_first))) = (smallest, largest) else {
            return 0.0;
        };
        self.rounded(smallest_where(x - y, x_last - y_first, |bound| {
            self.count_up_to(bound) >= rank
        }))
    }

    /// The median of the differences.
    pub(crate) fn median(&self) -> f64 {
        let count = self.count();
        let (below, above) = (self.at(count.div_ceil(2)), self.at(count / 2 + 1));
        self.rounded(below / 2.0 + above / 2.0)
    }

    /// The differences in ascending order, without those that agree with the one before within the uncertainty of their
    /// values, each with the number of differences up to it and those that agree. Lists all of them: for small samples.
    pub(crate) fn distinct(&self) -> Vec<(f64, u64)> {
        let of = |x: &f64| {
            let x = *x;
            let differences = self.second.iter();
            differences
                .map(|y| {
                    let tolerance = RELATIVE * x.abs().max(y.abs());
                    (self.rounded(x - y), tolerance)
                })
                .collect::<Vec<_>>()
        };
        let mut all: Vec<(f64, f64)> = self.first.iter().flat_map(of).collect();
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

    fn rounded(&self, difference: f64) -> f64 {
        rounded(difference, self.tolerance.max(RELATIVE * difference.abs()))
    }

    /// Number of differences ≤ `bound`.
    fn count_up_to(&self, bound: f64) -> u64 {
        // As x increases, the first y that fits increases.
        let mut start = 0;
        let mut count = 0;
        for x in &self.first {
            while start < self.second.len() && x - self.second[start] > bound {
                start += 1;
            }
            count += (self.second.len() - start) as u64;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_statistics_equal_those_of_the_listed_differences() {
        let (first, second) = ([0.3, -1.25, 0.3, 4.0, -2.0], [0.7, 0.1, -3.0, 0.7]);
        let mut listed: Vec<f64> = first
            .iter()
            .flat_map(|x| second.iter().map(move |y| x - y))
            .collect();
        listed.sort_by(f64::total_cmp);
        let differences = PairDifferences::of(&first, &second);
        assert_eq!(differences.count(), 20);
        for (i, expected) in listed.iter().enumerate() {
            let got = differences.at(i as u64 + 1);
            assert!((got - expected).abs() < 1e-14, "{i}");
        }
        let distinct = differences.distinct();
        assert_eq!(distinct.last().map(|d| d.1), Some(20));
        // Four different values less three, and 0.3 + 3 = 4 − 0.7.
        assert_eq!(distinct.len(), 11);
    }

    #[test]
    fn a_difference_loses_the_noise_of_large_values() {
        let differences = PairDifferences::of(&[80_000.4], &[80_000.3]);
        assert_eq!(differences.at(1), 0.1);
        assert_eq!(differences.median(), 0.1);
    }
}
