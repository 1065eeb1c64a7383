//! Policies for pairs in which a side has no value.

use crate::error::require_finite;
use crate::noise::median_size;
use crate::{StatsError, paired_differences};

/// What a pair with a missing side counts as.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MissingPolicy {
    /// It is left out. Right when values are missing for reasons that have nothing to do with the method; otherwise a
    /// method gains by failing on its hardest cases.
    LeaveOut,
    /// The missing value is the worst value of the metric, such as 0 for Dice.
    WorstValue(WorstValue),
    /// The side without a value loses by more than every pair with two values; all such pairs tie at the extreme
    /// ranks ("worst rank", Lachin 1999, Controlled Clinical Trials 20, 408–422). For metrics without a worst value,
    /// such as distances.
    WorstRank {
        /// Whether a larger value is better.
        higher_is_better: bool,
    },
}

/// The worst value that a metric can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorstValue(f64);

impl WorstValue {
    /// The worst value of a metric with these bounds: the lower bound if higher is better, otherwise the upper one.
    ///
    /// # Errors
    /// The metric is not bounded on its bad side: use [`MissingPolicy::WorstRank`]. A bound that is NaN or infinite.
    pub fn of_metric(
        higher_is_better: bool,
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> Result<Self, StatsError> {
        let bound = if higher_is_better { lower } else { upper };
        let value = bound.ok_or(StatsError::Undefined(
            "the metric has no worst value: it is not bounded on its bad side; use the worst rank",
        ))?;
        require_finite(&[value])?;
        Ok(Self(value))
    }

    /// The value.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0
    }
}

/// Two samples of equal length without missing values, and what became of the pairs with some.
#[derive(Debug, Clone, PartialEq)]
pub struct CompletePairs {
    /// First values, for [`wilcoxon`](crate::wilcoxon()).
    pub first: Vec<f64>,
    /// Second values.
    pub second: Vec<f64>,
    /// Index of each pair in the input.
    pub indices: Vec<usize>,
    /// Pairs with both values.
    pub n_complete: usize,
    /// Pairs without the first value only.
    pub n_first_missing: usize,
    /// Pairs without the second value only.
    pub n_second_missing: usize,
    /// Pairs without any value.
    pub n_both_missing: usize,
    /// Pairs that were left out.
    pub n_left_out: usize,
    /// Pairs that are in the samples with a value that was not measured.
    pub n_imputed: usize,
    /// Whether the samples contain values that only have the right rank: tests of ranks are valid, means, medians of
    /// differences and shifts are not.
    pub ranks_only: bool,
}

/// Turns pairs with missing values into samples for a paired test.
///
/// Under `LeaveOut` pairs with a missing side are left out. Under `WorstValue` each missing value is the worst value;
/// a pair without any value then has the difference 0. Under `WorstRank` the missing side of a pair is put at a
/// distance from the other that exceeds every difference of complete pairs, the same for all such pairs; a pair
/// without any value gets the difference 0. A value that is better than the worst value is not required: a measured
/// value may be equal to it.
///
/// # Errors
/// No pairs, none left, samples of different length, values that are NaN or infinite (a missing value is `None`, not
/// NaN), a measured value so large that twice the range of the differences overflows.
pub fn complete_pairs(
    first: &[Option<f64>],
    second: &[Option<f64>],
    policy: MissingPolicy,
) -> Result<CompletePairs, StatsError> {
    if first.len() != second.len() {
        return Err(StatsError::LengthMismatch {
            first: first.len(),
            second: second.len(),
        });
    }
    for sample in [first, second] {
        // 0 stands for a missing value, so that the index in the error is that of the input.
        let values: Vec<f64> = sample.iter().map(|v| v.unwrap_or(0.0)).collect();
        require_finite(&values)?;
    }
    let fill = Fill::of(first, second, policy)?;
    let mut result = CompletePairs {
        first: Vec::new(),
        second: Vec::new(),
        indices: Vec::new(),
        n_complete: 0,
        n_first_missing: 0,
        n_second_missing: 0,
        n_both_missing: 0,
        n_left_out: 0,
        n_imputed: 0,
        ranks_only: false,
    };
    for (index, pair) in first
        .iter()
        .copied()
        .zip(second.iter().copied())
        .enumerate()
    {
        let count = match pair {
            (Some(_), Some(_)) => &mut result.n_complete,
            (None, Some(_)) => &mut result.n_first_missing,
            (Some(_), None) => &mut result.n_second_missing,
            (None, None) => &mut result.n_both_missing,
        };
        *count += 1;
        let Some((a, b)) = fill.pair(pair) else {
            result.n_left_out += 1;
            continue;
        };
        result.first.push(a);
        result.second.push(b);
        result.indices.push(index);
    }
    if result.first.is_empty() {
        return Err(StatsError::Empty);
    }
    require_finite(&result.first)?;
    require_finite(&result.second)?;
    result.n_imputed = result.first.len() - result.n_complete;
    result.ranks_only = matches!(fill, Fill::Distance(_)) && result.n_imputed > 0;
    Ok(result)
}

/// How a missing value is filled.
enum Fill {
    Nothing,
    Value(f64),
    /// From the other value of the pair to the missing one.
    Distance(f64),
}

impl Fill {
    fn of(
        first: &[Option<f64>],
        second: &[Option<f64>],
        policy: MissingPolicy,
    ) -> Result<Self, StatsError> {
        Ok(match policy {
            MissingPolicy::LeaveOut => Self::Nothing,
            MissingPolicy::WorstValue(worst) => Self::Value(worst.value()),
            MissingPolicy::WorstRank { higher_is_better } => {
                let distance = beyond_all(first, second)?;
                Self::Distance(if higher_is_better {
                    -distance
                } else {
                    distance
                })
            }
        })
    }

    fn pair(&self, pair: (Option<f64>, Option<f64>)) -> Option<(f64, f64)> {
        match (pair, self) {
            ((Some(a), Some(b)), _) => Some((a, b)),
            (_, Self::Nothing) => None,
            ((a, b), Self::Value(worst)) => Some((a.unwrap_or(*worst), b.unwrap_or(*worst))),
            ((None, Some(b)), Self::Distance(distance)) => Some((b + distance, b)),
            ((Some(a), None), Self::Distance(distance)) => Some((a, a + distance)),
            ((None, None), Self::Distance(_)) => Some((0.0, 0.0)),
        }
    }
}

/// Twice the largest difference of a complete pair plus the typical size of the values, so that it is a difference,
/// and no noise, even when all pairs are equal; 1 when all values are 0.
fn beyond_all(first: &[Option<f64>], second: &[Option<f64>]) -> Result<f64, StatsError> {
    let pairs = first.iter().zip(second);
    let (a, b): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(a, b)| a.zip(*b)).unzip();
    let differences = paired_differences(&a, &b)?;
    let largest = differences.iter().fold(0.0, |l: f64, d| l.max(d.abs()));
    let values: Vec<f64> = first.iter().chain(second).copied().flatten().collect();
    let distance = 2.0 * largest + median_size(&values);
    Ok(if distance > 0.0 { distance } else { 1.0 })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "helpers of tests")]

    use super::*;
    use crate::{Alternative, Method, WilcoxonConfig, ZeroMethod, wilcoxon};
    use proptest::prelude::*;

    const A: [Option<f64>; 6] = [Some(0.9), None, Some(0.8), Some(0.7), None, Some(0.85)];
    const B: [Option<f64>; 6] = [Some(0.8), Some(0.6), None, Some(0.75), None, Some(0.8)];
    const BETTER_HIGH: MissingPolicy = MissingPolicy::WorstRank {
        higher_is_better: true,
    };
    const CONFIG: WilcoxonConfig = WilcoxonConfig {
        alternative: Alternative::TwoSided,
        zero_method: ZeroMethod::Wilcox,
        method: Method::Exact,
        continuity_correction: false,
    };

    fn counts(r: &CompletePairs) -> [usize; 6] {
        [
            r.n_complete,
            r.n_first_missing,
            r.n_second_missing,
            r.n_both_missing,
            r.n_left_out,
            r.n_imputed,
        ]
    }

    #[test]
    fn left_out_pairs_are_counted() {
        let r = complete_pairs(&A, &B, MissingPolicy::LeaveOut).unwrap();
        assert_eq!(r.first, [0.9, 0.7, 0.85]);
        assert_eq!(r.second, [0.8, 0.75, 0.8]);
        assert_eq!(r.indices, [0, 3, 5]);
        assert_eq!(counts(&r), [3, 1, 1, 1, 3, 0]);
        assert!(!r.ranks_only);
    }

    #[test]
    fn the_worst_value_takes_the_place_of_missing_ones() {
        let worst = WorstValue::of_metric(true, Some(0.0), Some(1.0)).unwrap();
        let r = complete_pairs(&A, &B, MissingPolicy::WorstValue(worst)).unwrap();
        assert_eq!(r.first, [0.9, 0.0, 0.8, 0.7, 0.0, 0.85]);
        assert_eq!(r.second, [0.8, 0.6, 0.0, 0.75, 0.0, 0.8]);
        assert_eq!(counts(&r), [3, 1, 1, 1, 0, 3]);
        assert_eq!(
            WorstValue::of_metric(false, Some(0.0), Some(9.0))
                .unwrap()
                .value(),
            9.0
        );
        assert!(WorstValue::of_metric(false, Some(0.0), None).is_err());
        assert!(WorstValue::of_metric(true, Some(f64::NAN), None).is_err());
    }

    /// Differences 0.1, −E, +E, −0.05, 0, 0.05: the ranks of E tie at 4.5, above 1.5, 1.5 and 3.
    #[test]
    fn the_worst_rank_is_extreme_and_ties() {
        let r = complete_pairs(&A, &B, BETTER_HIGH).unwrap();
        let test = wilcoxon(&r.first, &r.second, CONFIG).unwrap();
        assert_eq!((test.n, test.n_zero), (6, 1));
        assert_eq!((test.w_plus, test.w_minus), (3.0 + 4.5 + 1.5, 1.5 + 4.5));
        assert!(r.ranks_only);
        let low = MissingPolicy::WorstRank {
            higher_is_better: false,
        };
        let r = complete_pairs(&A[..2], &B[..2], low).unwrap();
        assert!(r.first[1] - r.second[1] > 0.1);
    }

    #[test]
    fn equal_pairs_and_zeros_alone_still_give_way_to_the_worst_rank() {
        for value in [0.0, 1e-9, 1e6] {
            let a = [Some(value), None];
            let r = complete_pairs(&a, &[Some(value); 2], BETTER_HIGH).unwrap();
            let test = wilcoxon(&r.first, &r.second, CONFIG).unwrap();
            assert_eq!((test.w_plus, test.w_minus, test.n_zero), (0.0, 1.0, 1));
        }
        let r = complete_pairs(&[None], &[Some(0.5)], BETTER_HIGH).unwrap();
        assert!(r.first[0] < r.second[0]);
    }

    #[test]
    fn bad_input_is_refused() {
        let of = |a: &[Option<f64>], b: &[Option<f64>], p| complete_pairs(a, b, p);
        assert_eq!(of(&[], &[], BETTER_HIGH), Err(StatsError::Empty));
        assert_eq!(
            of(&[None], &[Some(1.0)], MissingPolicy::LeaveOut),
            Err(StatsError::Empty)
        );
        assert!(of(&[None], &[], BETTER_HIGH).is_err());
        let nan = of(&[None, Some(f64::NAN)], &[Some(1.0); 2], BETTER_HIGH);
        assert!(matches!(nan, Err(StatsError::NotFinite { index: 1, .. })));
        assert!(
            of(
                &[Some(1.0), None],
                &[Some(f64::INFINITY), None],
                BETTER_HIGH
            )
            .is_err()
        );
        let huge = of(&[Some(1e308), None], &[Some(0.0), Some(1.0)], BETTER_HIGH);
        assert!(huge.is_err(), "{huge:?}");
    }

    proptest! {
        #[test]
        fn a_missing_side_always_loses_by_the_largest_rank(
            pairs in prop::collection::vec((prop::option::of(-20i32..20), prop::option::of(-20i32..20)), 1..12),
            unit in prop::sample::select(vec![1e-8, 0.1, 1e5]),
        ) {
            let side = |v: Option<i32>| v.map(|v| f64::from(v) * unit);
            let a: Vec<Option<f64>> = pairs.iter().map(|p| side(p.0)).collect();
            let b: Vec<Option<f64>> = pairs.iter().map(|p| side(p.1)).collect();
            let r = complete_pairs(&a, &b, BETTER_HIGH).unwrap();
            let d = paired_differences(&r.first, &r.second).unwrap();
            let largest = d.iter().fold(0.0, |l: f64, d| l.max(d.abs()));
            for (d, index) in d.iter().zip(&r.indices) {
                match (a[*index], b[*index]) {
                    (None, Some(_)) => prop_assert_eq!(*d, -largest),
                    (Some(_), None) => prop_assert_eq!(*d, largest),
                    (None, None) => prop_assert_eq!(*d, 0.0),
                    (Some(_), Some(_)) => prop_assert!(d.abs() < largest || r.n_imputed == 0 || r.n_imputed == r.n_both_missing),
                }
            }
        }
    }
}
