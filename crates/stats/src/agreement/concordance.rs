//! Lin's concordance correlation coefficient.

use crate::confidence::require_level;
use crate::moments::{Moments, is_noise, largest, require_pairs, require_squarable};
use crate::tails::normal;
use crate::{ConfidenceInterval, StatsError};

/// A concordance correlation with its interval and its two factors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concordance {
    /// ρc in [−1, 1]; 1 when all pairs lie on the line of identity.
    pub estimate: f64,
    /// The interval; `None` for |ρc| = 1 and when one sample is constant.
    pub interval: Option<ConfidenceInterval>,
    /// Precision: Pearson's correlation; `None` when one sample is constant.
    pub pearson: Option<f64>,
    /// Accuracy C_b = ρc/r in (0, 1]: how far the best line is from the line of identity; `None` when one sample is
    /// constant.
    pub accuracy: Option<f64>,
    /// Number of pairs.
    pub n: usize,
}

/// Lin's concordance correlation of two methods (Lin 1989, Biometrics 45, 255–268).
///
/// ρc = 2·s_xy/(s_x² + s_y² + (x̄ − ȳ)²) with moments that have n in the denominator, as Lin defines it and as
/// `epiR::epi.ccc` and `DescTools::CCC` compute it. (With n − 1 in the denominator, as in some scripts, it differs.)
///
/// The interval transforms ρc by Fisher's z, with Lin's asymptotic variance as corrected in 2000 (Biometrics 56,
/// 324–325), which has n − 2 in the denominator and assumes normal pairs.
///
/// # Errors
/// Fewer than three pairs, samples of different length, values that are NaN, infinite or beyond 1e140, two samples that are both
/// constant, a confidence outside (0, 1).
pub fn concordance(
    first: &[f64],
    second: &[f64],
    confidence: f64,
) -> Result<Concordance, StatsError> {
    require_level("confidence", confidence)?;
    require_pairs(first, second, 3)?;
    require_squarable(first)?;
    require_squarable(second)?;
    let m = Moments::of(first, second);
    let constant =
        |squares: f64, values: &[f64]| is_noise(squares / m.n, largest(values.iter().copied()));
    let (first_constant, second_constant) = (constant(m.sxx, first), constant(m.syy, second));
    if first_constant && second_constant {
        return Err(StatsError::Undefined(
            "both samples are constant: a concordance correlation needs a spread",
        ));
    }
    let mut result = Concordance {
        estimate: 0.0,
        interval: None,
        pearson: None,
        accuracy: None,
        n: first.len(),
    };
    if first_constant || second_constant {
        return Ok(result);
    }
    let (sd_x, sd_y) = ((m.sxx / m.n).sqrt(), (m.syy / m.n).sqrt());
    let pearson = (m.sxy / m.n / sd_x / sd_y).clamp(-1.0, 1.0);
    let difference = m.mean_x - m.mean_y;
    let location = difference * difference / (sd_x * sd_y);
    let accuracy = 2.0 / (sd_x / sd_y + sd_y / sd_x + location);
    let estimate = pearson * accuracy;
    let variance = variance(pearson, accuracy, location, m.n);
    let half = -normal::quantile((1.0 - confidence) / 2.0) * variance.sqrt();
    let z = libm::atanh(estimate);
    result.estimate = estimate;
    result.pearson = Some(pearson);
    result.accuracy = Some(accuracy);
    result.interval = (estimate.abs() < 1.0 && half.is_finite()).then(|| ConfidenceInterval {
        low: libm::tanh(z - half),
        high: libm::tanh(z + half),
        confidence,
    });
    Ok(result)
}

/// Variance of Fisher's z of ρc = r·C_b, written with C_b so that it exists for r = 0; `location` is u² of Lin.
fn variance(pearson: f64, accuracy: f64, location: f64, n: f64) -> f64 {
    let rho = pearson * accuracy;
    let left = 1.0 - rho * rho;
    let terms = (1.0 - pearson * pearson) * accuracy * accuracy / left
        + 2.0 * rho * rho * accuracy * (1.0 - rho) * location / (left * left)
        - (rho * accuracy * location).powi(2) / (2.0 * left * left);
    terms.max(0.0) / (n - 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const X: [f64; 10] = [1.2, 2.9, 3.1, 4.8, 5.0, 6.6, 7.1, 8.3, 9.9, 10.4];
    const Y: [f64; 10] = [1.9, 2.5, 4.0, 5.1, 6.2, 6.1, 8.4, 8.2, 11.0, 10.9];

    // R 4.2, formulas of Lin (1989, 2000) as in epiR::epi.ccc; the standard error of z also by numerical
    // differentiation of rho_c(means, variances, covariance) with the covariances of normal moments, divided by n -
    // 2.
    #[test]
    fn estimate_and_interval_are_those_of_r() {
        let r = concordance(&X, &Y, 0.95).unwrap();
        let interval = r.interval.unwrap();
        let close = |got: f64, expected: f64| {
            assert!((got / expected - 1.0).abs() < 1e-10, "{got} {expected}");
        };
        close(r.estimate, 0.964_258_189_900_705);
        close(r.pearson.unwrap(), 0.978_637_508_277_732_7);
        close(r.accuracy.unwrap(), 0.985_306_798_221_607_8);
        close(interval.low, 0.874_162_864_766_164_4);
        close(interval.high, 0.990_185_953_683_125);
    }

    #[test]
    fn identity_and_its_mirror_are_one_and_minus_one_without_an_interval() {
        let r = concordance(&X, &X, 0.95).unwrap();
        assert!((r.estimate - 1.0).abs() < 1e-15);
        let shifted: Vec<f64> = X.iter().map(|v| v + 3.0).collect();
        let r = concordance(&X, &shifted, 0.95).unwrap();
        assert!(
            r.estimate < 0.7 && (r.pearson.unwrap() - 1.0).abs() < 1e-12,
            "{r:?}"
        );
    }

    #[test]
    fn a_constant_sample_and_bad_input_are_named() {
        let one = concordance(&[1.0, 2.0, 3.0], &[5.0; 3], 0.95).unwrap();
        assert_eq!((one.estimate, one.interval, one.pearson), (0.0, None, None));
        let of = |a: &[f64], b: &[f64]| concordance(a, b, 0.95);
        assert!(matches!(
            of(&[1.0; 3], &[2.0; 3]),
            Err(StatsError::Undefined(_))
        ));
        assert_eq!(of(&[], &[]), Err(StatsError::Empty));
        assert!(matches!(
            of(&[1.0, 2.0], &[1.0, 2.0]),
            Err(StatsError::TooFew { .. })
        ));
        assert!(of(&[1.0], &[]).is_err());
        assert!(of(&[1.0, 2.0, f64::NAN], &[1.0, 2.0, 3.0]).is_err());
        assert!(of(&[1.0, 2.0, f64::INFINITY], &[1.0, 2.0, 3.0]).is_err());
        assert!(concordance(&X, &Y, 0.0).is_err());
    }

    proptest! {
        #[test]
        fn it_is_symmetric_within_its_interval_and_free_of_unit_and_offset(
            pairs in prop::collection::vec((-40i32..40, -40i32..40), 3..20),
            unit in prop::sample::select(vec![1e-6, 0.5, 1e4]),
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) =
                pairs.iter().map(|(a, b)| (f64::from(*a), f64::from(*b))).unzip();
            let Ok(r) = concordance(&a, &b, 0.9) else { return Ok(()) };
            let moved = |v: &[f64]| v.iter().map(|x| (x + 7.0) * unit).collect::<Vec<f64>>();
            let s = concordance(&moved(&b), &moved(&a), 0.9).unwrap();
            prop_assert!((r.estimate - s.estimate).abs() < 1e-9);
            if let (Some(i), Some(j)) = (r.interval, s.interval) {
                prop_assert!((i.low - j.low).abs() < 1e-6 && (i.high - j.high).abs() < 1e-6);
                prop_assert!(i.low <= r.estimate && r.estimate <= i.high);
            }
        }
    }
}
