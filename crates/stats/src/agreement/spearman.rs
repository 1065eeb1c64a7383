//! Spearman's rank correlation.

use super::spearman_exact;
use crate::confidence::require_level;
use crate::moments::require_pairs;
use crate::ranks::{DoubledRanks, midranks_without_noise};
use crate::tails::{normal, student_t};
use crate::{ConfidenceInterval, StatsError};

/// Largest number of pairs for the exact p.
const EXACT_UP_TO: usize = 14;

/// How the p of a rank correlation was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpearmanMethod {
    /// All permutations, up to 14 pairs without ties.
    Exact,
    /// The t distribution with n − 2 degrees of freedom.
    StudentT,
}

/// A rank correlation with its test and interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spearman {
    /// ρ in [−1, 1].
    pub rho: f64,
    /// Two-sided p of no association; in (0, 1].
    pub p_value: f64,
    /// How it was computed.
    pub method: SpearmanMethod,
    /// The interval; `None` below four pairs and for |ρ| = 1.
    pub interval: Option<ConfidenceInterval>,
    /// Number of pairs.
    pub n: usize,
}

/// Spearman's rank correlation: Pearson's correlation of the midranks.
///
/// Values of one sample that agree in 12 significant digits tie.
///
/// *p*: exact over all permutations up to 14 pairs without ties, two-sided as twice the smaller tail, as R's
/// `cor.test(method = "spearman")` (exact below 10 pairs; above, R uses an Edgeworth series unless there are ties).
/// Otherwise t = ρ·√((n − 2)/(1 − ρ²)) with n − 2 degrees of freedom, as `scipy.stats.spearmanr`. For |ρ| = 1, where
/// t is infinite and scipy gives p = 0, it is 2·Πt!/n! for groups of t ties, the probability of this order or its
/// reversal.
///
/// *Interval*: Fisher's z with the standard error √((1 + ρ²/2)/(n − 3)) of Bonett & Wright (2000, Psychometrika 65,
/// 23–28). With 1/√(n − 3), the standard error of Pearson's correlation (`DescTools::SpearmanRho`), intervals are too
/// short for large ρ.
///
/// # Errors
/// Fewer than two pairs, samples of different length, values that are NaN or infinite, a constant sample, a
/// confidence outside (0, 1).
pub fn spearman(first: &[f64], second: &[f64], confidence: f64) -> Result<Spearman, StatsError> {
    require_level("confidence", confidence)?;
    require_pairs(first, second, 2)?;
    let n = first.len();
    let (x, y) = (
        midranks_without_noise(first),
        midranks_without_noise(second),
    );
    if x.ties.len() == 1 || y.ties.len() == 1 {
        return Err(StatsError::Undefined(
            "a sample is constant: a rank correlation needs a spread",
        ));
    }
    let rho = correlation(&x.ranks, &y.ranks);
    let untied = x.ties.len() == n && y.ties.len() == n;
    let (p_value, method) = if untied && n <= EXACT_UP_TO {
        (exact_p(&x.ranks, &y.ranks), SpearmanMethod::Exact)
    } else {
        (approximate_p(rho, &x), SpearmanMethod::StudentT)
    };
    Ok(Spearman {
        rho,
        p_value: p_value.clamp(f64::MIN_POSITIVE, 1.0),
        method,
        interval: interval(rho, n, confidence),
        n,
    })
}

/// Pearson's correlation of doubled ranks, from integer sums.
fn correlation(x: &[u64], y: &[u64]) -> f64 {
    let mean = x.len() as i128 + 1;
    let sum = |a: &[u64], b: &[u64]| -> i128 {
        let pairs = a.iter().zip(b);
        pairs
            .map(|(a, b)| (i128::from(*a) - mean) * (i128::from(*b) - mean))
            .sum()
    };
    let (xy, xx, yy) = (sum(x, y), sum(x, x), sum(y, y));
    if xx == yy {
        return xy as f64 / xx as f64;
    }
    (xy as f64 / (xx as f64).sqrt() / (yy as f64).sqrt()).clamp(-1.0, 1.0)
}

fn exact_p(x: &[u64], y: &[u64]) -> f64 {
    let n = x.len() as u64;
    let sum: u64 = x.iter().zip(y).map(|(a, b)| (a / 2) * (b / 2)).sum();
    // The distribution is symmetric about n(n + 1)²/4: the reversal of y mirrors the sum.
    let mirrored = n * (n + 1) * (n + 1) / 2 - sum;
    2.0 * spearman_exact::lower_tail(x.len(), sum.min(mirrored))
}

fn approximate_p(rho: f64, x: &DoubledRanks) -> f64 {
    let n = x.ranks.len() as f64;
    if rho.abs() < 1.0 {
        return student_t::two_sided(rho * ((n - 2.0) / (1.0 - rho * rho)).sqrt(), n - 2.0);
    }
    let of_ties: f64 = x.ties.iter().map(|t| libm::lgamma(*t as f64 + 1.0)).sum();
    2.0 * libm::exp(of_ties - libm::lgamma(n + 1.0))
}

fn interval(rho: f64, n: usize, confidence: f64) -> Option<ConfidenceInterval> {
    let left = n.checked_sub(3).filter(|left| *left > 0)? as f64;
    let half =
        -normal::quantile((1.0 - confidence) / 2.0) * ((1.0 + rho * rho / 2.0) / left).sqrt();
    let z = libm::atanh(rho);
    z.is_finite().then(|| ConfidenceInterval {
        low: libm::tanh(z - half),
        high: libm::tanh(z + half),
        confidence,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const X: [f64; 9] = [3.1, 1.2, 5.6, 4.4, 9.9, 7.0, 2.2, 8.1, 6.3];
    const Y: [f64; 9] = [2.0, 1.1, 4.9, 6.1, 8.8, 5.0, 3.3, 7.7, 9.1];

    // R 4.2: cor.test(x, y, method = "spearman"), exact for 9 pairs; interval by tanh(atanh(r) + c(-1, 1) *
    // qnorm(0.975) * sqrt((1 + r^2/2) / (n - 3)))
    #[test]
    fn nine_pairs_have_the_exact_p_of_r() {
        let r = spearman(&X, &Y, 0.95).unwrap();
        let interval = r.interval.unwrap();
        assert!((r.rho - 0.816_666_666_666_666_7).abs() < 1e-14, "{r:?}");
        assert!(
            (r.p_value / 0.010_769_400_352_733_69 - 1.0).abs() < 1e-10,
            "{r:?}"
        );
        assert_eq!(r.method, SpearmanMethod::Exact);
        assert!(
            (interval.low - 0.219_130_246_063_592_5).abs() < 1e-12
                && (interval.high - 0.968_697_227_216_768_4).abs() < 1e-12,
            "{r:?}"
        );
    }

    // scipy 1.17: spearmanr([1, 2, 2, 4, 5, 7, 6, 8], [2, 1, 4, 4, 3, 9, 8, 8])
    #[test]
    fn ties_give_rho_and_p_of_scipy() {
        let x = [1.0, 2.0, 2.0, 4.0, 5.0, 7.0, 6.0, 8.0];
        let y = [2.0, 1.0, 4.0, 4.0, 3.0, 9.0, 8.0, 8.0];
        let r = spearman(&x, &y, 0.95).unwrap();
        assert!((r.rho - 0.818_196_844_891_796_4).abs() < 1e-14, "{r:?}");
        assert!(
            (r.p_value / 0.013_048_687_406_192_992 - 1.0).abs() < 1e-10,
            "{r:?}"
        );
        assert_eq!(r.method, SpearmanMethod::StudentT);
    }

    #[test]
    fn a_perfect_order_has_a_positive_p() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        let r = spearman(&x, &x, 0.95).unwrap();
        assert_eq!((r.rho, r.interval), (1.0, None));
        assert!((r.p_value * 2_432_902_008_176_640_000.0 - 2.0).abs() < 1e-9);
        assert_eq!(
            spearman(&[1.0, 2.0], &[2.0, 1.0], 0.95).unwrap().p_value,
            1.0
        );
        let tied = [1.0, 1.0, 2.0, 3.0, 4.0];
        let r = spearman(&tied, &tied, 0.95).unwrap();
        assert_eq!(r.rho, 1.0);
        assert!((r.p_value - 2.0 * 2.0 / 120.0).abs() < 1e-12, "{r:?}");
    }

    #[test]
    fn bad_input_is_refused_and_noise_ties() {
        let of = |a: &[f64], b: &[f64]| spearman(a, b, 0.95);
        assert_eq!(of(&[], &[]), Err(StatsError::Empty));
        assert!(matches!(of(&[1.0], &[1.0]), Err(StatsError::TooFew { .. })));
        assert!(of(&[1.0], &[]).is_err());
        assert!(of(&[1.0, f64::NAN], &[1.0, 2.0]).is_err());
        assert!(of(&[1.0, f64::INFINITY], &[1.0, 2.0]).is_err());
        let constant = of(&[0.3, 0.1 + 0.2, 0.3], &[1.0, 2.0, 3.0]);
        assert!(
            matches!(constant, Err(StatsError::Undefined(_))),
            "{constant:?}"
        );
        assert!(spearman(&X, &Y, 1.0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn increasing_maps_and_order_change_nothing_and_negation_mirrors(
            pairs in prop::collection::vec((-9i32..9, -9i32..9), 2..12),
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) =
                pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b))).unzip();
            let Ok(r) = spearman(&a, &b, 0.9) else { return Ok(()) };
            let cubed: Vec<f64> = a.iter().rev().map(|v| v * v * v).collect();
            let reversed: Vec<f64> = b.iter().rev().copied().collect();
            prop_assert_eq!(spearman(&cubed, &reversed, 0.9).unwrap(), r);
            let negated: Vec<f64> = b.iter().map(|v| -v).collect();
            let s = spearman(&a, &negated, 0.9).unwrap();
            prop_assert_eq!(s.rho, 0.0 - r.rho);
            prop_assert!((s.p_value - r.p_value).abs() < 1e-12);
        }
    }
}
