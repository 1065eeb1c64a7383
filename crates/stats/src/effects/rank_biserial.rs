//! The matched-pairs rank-biserial correlation with its interval.

use super::shift_model::mean_and_sd;
use crate::confidence::require_level;
use crate::crossing::crossing;
use crate::signed_ranks::SignedRanks;
use crate::tails::normal;
use crate::{ConfidenceInterval, StatsError, ZeroMethod, paired_differences};

/// Shift, in standard deviations, beyond which f64 cannot tell the correlation from ±1.
const LARGEST_SHIFT: f64 = 8.0;

/// A rank-biserial correlation with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankBiserial {
    /// (W+ − W−) / (W+ + W−), in [−1, 1]; 0 when all differences are zero.
    pub estimate: f64,
    /// The interval, within [−1, 1]; `None` when all differences are zero.
    pub interval: Option<ConfidenceInterval>,
    /// Number of pairs.
    pub n: usize,
    /// Pairs whose difference is zero; they are dropped.
    pub n_zero: usize,
}

/// The matched-pairs rank-biserial correlation r of `first − second` (Kerby 2014) with a score interval.
///
/// r = (W+ − W−) / (W+ + W−) over the non-zero differences, the effect size of the signed-rank test; the same number as
/// [`Wilcoxon::rank_biserial`](crate::Wilcoxon::rank_biserial) with dropped zeros.
///
/// *Interval*: all r = 2·E(W+)/(n(n + 1)/2) − 1 for which |W+ − E(W+)| ≤ z·SD(W+). Mean and standard deviation are
/// those of normal differences with the shift that belongs to r (Lehmann 1975). It is the counterpart, for pairs, of
/// method 5 of Newcombe (2006, Statistics in Medicine 25, 559–573) for two samples. It stays within [−1, 1], has a
/// positive length when all differences have one sign, and excludes 0 exactly when the normal approximation without
/// continuity correction and ties rejects.
///
/// *Coverage* of 95 % intervals in simulations (600 samples each, 60 to 150 for the bootstrap) with n = 8 … 80, r = −0.3 … 0.98, and normal, t₃, uniform,
/// exponential, log-normal differences and a mixture with 20 % of fourfold spread: 88 to 98 %, mostly 93 to 97 %. It
/// is lowest for the mixture at r > 0.8. Other methods on the same samples: the Fisher transformation with the
/// standard error of the null hypothesis (`effectsize::rank_biserial` in R) 23 to 96 %, already below 90 % at r =
/// 0.5; the BCa bootstrap 27 to 98 % at n = 8, and a length of zero when all differences have one sign. Ties make the
/// interval slightly too wide.
///
/// # Errors
/// No pairs, samples of different length, values that are NaN or infinite, a confidence outside (0, 1).
pub fn rank_biserial(
    first: &[f64],
    second: &[f64],
    confidence: f64,
) -> Result<RankBiserial, StatsError> {
    require_level("confidence", confidence)?;
    let differences = paired_differences(first, second)?;
    if differences.is_empty() {
        return Err(StatsError::Empty);
    }
    let ranks = SignedRanks::of(&differences, ZeroMethod::Wilcox);
    let sums = Sums {
        n: ranks.n_ranked as f64,
        plus: ranks.w_plus(),
        minus: ranks.w_minus(),
    };
    let ranked = ranks.n_ranked > 0;
    let total = sums.plus + sums.minus;
    Ok(RankBiserial {
        estimate: if ranked {
            (sums.plus - sums.minus) / total
        } else {
            0.0
        },
        interval: ranked.then(|| sums.interval(confidence)),
        n: differences.len(),
        n_zero: ranks.n_zero,
    })
}

/// The signed-rank sums of n differences.
struct Sums {
    n: f64,
    plus: f64,
    minus: f64,
}

impl Sums {
    fn interval(&self, confidence: f64) -> ConfidenceInterval {
        let z = -normal::quantile((1.0 - confidence) / 2.0);
        let at = |bound: f64| {
            crossing(-LARGEST_SHIFT, LARGEST_SHIFT, |shift| {
                self.score(shift) <= bound
            })
        };
        ConfidenceInterval {
            low: if self.plus == 0.0 {
                -1.0
            } else {
                self.correlation(at(z))
            },
            high: if self.minus == 0.0 {
                1.0
            } else {
                self.correlation(at(-z))
            },
            confidence,
        }
    }

    /// (W+ − mean) / sd under the shift; decreases with the shift.
    fn score(&self, shift: f64) -> f64 {
        let (mean, sd) = mean_and_sd(self.n, -shift.abs());
        if shift <= 0.0 {
            (self.plus - mean) / sd
        } else {
            (mean - self.minus) / sd
        }
    }

    /// The correlation that is expected under the shift.
    fn correlation(&self, shift: f64) -> f64 {
        let (mean, _) = mean_and_sd(self.n, -shift.abs());
        let from_the_end = 2.0 * mean / (self.n * (self.n + 1.0) / 2.0);
        if shift <= 0.0 {
            from_the_end - 1.0
        } else {
            1.0 - from_the_end
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(differences: &[f64]) -> RankBiserial {
        rank_biserial(differences, &vec![0.0; differences.len()], 0.95).unwrap()
    }

    // Root finding of the same score in R 4.2 with uniroot(tol = 1e-14) and integrate(rel.tol = 1e-12);
    // effectsize::rank_biserial has the same estimate.
    #[test]
    fn estimate_and_interval_are_those_of_r() {
        let result = of(&[0.3, -0.1, 0.5, 0.2, 0.4, 0.6, -0.25, 0.0]);
        let interval = result.interval.unwrap();
        assert!((result.estimate - 0.714_285_714_285_714_3).abs() < 1e-14);
        assert!(
            (interval.low + 0.107_859_980_076_178_6).abs() < 1e-9,
            "{interval:?}"
        );
        assert!(
            (interval.high - 0.933_486_360_982_671_6).abs() < 1e-9,
            "{interval:?}"
        );
        assert_eq!((result.n, result.n_zero), (8, 1));
    }

    #[test]
    fn differences_of_one_sign_have_an_interval_of_positive_length() {
        let result = of(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        let interval = result.interval.unwrap();
        assert_eq!((result.estimate, interval.high), (1.0, 1.0));
        assert!(interval.low > 0.0 && interval.low < 0.5, "{interval:?}");
        assert!(of(&[1.0]).interval.unwrap().low < 0.0);
    }

    #[test]
    fn zeros_alone_have_no_interval_and_bad_input_is_refused() {
        let result = of(&[0.0, 0.0]);
        assert_eq!((result.estimate, result.interval), (0.0, None));
        assert_eq!(rank_biserial(&[], &[], 0.95), Err(StatsError::Empty));
        assert!(rank_biserial(&[1.0], &[], 0.95).is_err());
        assert!(rank_biserial(&[f64::NAN], &[0.0], 0.95).is_err());
        assert!(rank_biserial(&[f64::INFINITY], &[0.0], 0.95).is_err());
        for bad in [0.0, 1.0, f64::NAN] {
            assert!(rank_biserial(&[1.0], &[0.0], bad).is_err());
        }
    }

    // 400 samples of 12 normal differences with a shift of 1; the expected r is that of the model.
    #[test]
    fn ninety_five_percent_of_the_intervals_cover_the_expected_correlation() {
        let mut random = crate::random::Random::stream(3, 0);
        let (n, shift) = (12, 1.0);
        let expected = 1.0 - 2.0 * mean_and_sd(12.0, -shift).0 / 78.0;
        let mut covered = 0;
        for _ in 0..400 {
            let d: Vec<f64> = (0..n).map(|_| random.normal_pair().0 + shift).collect();
            let interval = of(&d).interval.unwrap();
            covered += i32::from(interval.low <= expected && expected <= interval.high);
        }
        // 380 ± 3 standard deviations of 4.4.
        assert!((367..=393).contains(&covered), "{covered}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn swapping_the_samples_mirrors_and_units_change_nothing(
            d in prop::collection::vec(-9i32..=9, 1..25),
            unit in prop::sample::select(vec![1e-9, 0.1, 1e3]),
        ) {
            let a: Vec<f64> = d.iter().map(|v| f64::from(*v)).collect();
            let scaled: Vec<f64> = a.iter().map(|v| v * unit).collect();
            let zero = vec![0.0; a.len()];
            let one = rank_biserial(&a, &zero, 0.9).unwrap();
            prop_assert_eq!(rank_biserial(&scaled, &zero, 0.9).unwrap(), one);
            let mirrored = rank_biserial(&zero, &a, 0.9).unwrap();
            prop_assert_eq!(mirrored.estimate, 0.0 - one.estimate);
            if let (Some(i), Some(m)) = (one.interval, mirrored.interval) {
                prop_assert!((i.low + m.high).abs() < 1e-9 && (i.high + m.low).abs() < 1e-9);
                prop_assert!(i.low <= one.estimate + 1e-9 && one.estimate <= i.high + 1e-9);
                prop_assert!(i.low >= -1.0 && i.high <= 1.0);
            }
        }
    }
}
