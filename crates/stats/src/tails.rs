//! Tail probabilities and quantiles of the distributions that test statistics have.

pub(crate) mod chi_squared;
pub(crate) mod incomplete_beta;
pub(crate) mod noncentral_t;
pub(crate) mod normal;
pub(crate) mod student_t;
pub(crate) mod variance_ratio;

use statrs::function::gamma::checked_gamma_ur;

use crate::incomplete_beta::incomplete_beta;
use crate::normal_approximation::upper_tail;

/// Standard score whose tail is zero in f64.
const FARTHEST: f64 = 40.0;

/// P(T ≥ t) of Student's t with `df` > 0 degrees of freedom, a real number: ½ · I(df/2, ½; df/(df + t²)) for t ≥ 0.
pub(crate) fn student_upper(t: f64, df: f64) -> f64 {
    let squared = t * t;
    let whole = df + squared;
    if !whole.is_finite() {
        return if t > 0.0 { 0.0 } else { 1.0 };
    }
    let beyond = incomplete_beta(df / 2.0, 0.5, df / whole, squared / whole).0 / 2.0;
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// P(F ≥ f) of Fisher's F with `df1` and `df2` degrees of freedom: I(df2/2, df1/2; df2/(df2 + df1·f)).
pub(crate) fn fisher_upper(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    let whole = df2 + df1 * f;
    if !whole.is_finite() {
        return 0.0;
    }
    incomplete_beta(df2 / 2.0, df1 / 2.0, df2 / whole, df1 * f / whole).0
}

/// P(χ² ≥ x) with `df` degrees of freedom.
pub(crate) fn chi_squared_upper(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    checked_gamma_ur(df / 2.0, x / 2.0).unwrap_or(0.0)
}

/// The z with P(Z ≥ z) = `tail`, 0 < tail < 1, of a standard normal Z, by bisection.
pub(crate) fn normal_quantile(tail: f64) -> f64 {
    if tail > 0.5 {
        return -normal_quantile(1.0 - tail);
    }
    let (mut low, mut high) = (0.0, FARTHEST);
    while high - low > 2.0 * f64::EPSILON * high {
        let middle = low + (high - low) / 2.0;
        if upper_tail(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64) {
        assert!((got / expected - 1.0).abs() < 2e-12, "{got} {expected}");
    }

    // R 4.2: pt(t, df, lower = FALSE)
    #[test]
    fn student_tails_are_those_of_r() {
        for (t, df, expected) in [
            (2.1, 7.3, 0.036_123_356_712_426_676),
            (0.01, 3.0, 0.496_324_555_706_426),
            (12.0, 4.0, 0.000_138_214_274_251_486_5),
            (40.0, 12.5, 7.145_766_481_858_492e-15),
            (1e-7, 5.0, 0.499_999_962_039_331_06),
            (3.0, 1000.5, 0.001_383_337_693_573_115_7),
        ] {
            close(student_upper(t, df), expected);
            close(student_upper(-t, df), 1.0 - expected);
        }
    }

    // R 4.2: 2 * pt(-7.510726123757411, 62.22741913070402) = 2.741859673141365e-10
    #[test]
    fn a_far_tail_of_many_degrees_of_freedom_keeps_its_digits() {
        let p = 2.0 * student_upper(7.510_726_123_757_411, 62.227_419_130_704_02);
        close(p, 2.741_859_673_141_365e-10);
        assert_eq!(student_upper(f64::INFINITY, 3.0), 0.0);
        assert_eq!(student_upper(f64::NEG_INFINITY, 3.0), 1.0);
        assert_eq!(fisher_upper(f64::INFINITY, 3.0, 4.0), 0.0);
    }

    // R 4.2: pf(f, df1, df2, lower = FALSE)
    #[test]
    fn fisher_tails_are_those_of_r() {
        for (f, df1, df2, expected) in [
            (3.4, 2.0, 18.0, 0.055_896_860_819_507_86),
            (0.2, 3.0, 12.0, 0.894_376_871_234_256_4),
            (55.0, 4.0, 36.0, 7.617_040_681_283_279e-15),
            (900.0, 2.0, 6.0, 3.666_912_215_331_660_5e-8),
            (1e-6, 2.0, 20.0, 0.999_999_000_000_55),
            (2.2, 150.0, 3.5, 0.256_090_704_673_474_8),
        ] {
            close(fisher_upper(f, df1, df2), expected);
        }
        assert_eq!(fisher_upper(0.0, 2.0, 6.0), 1.0);
    }

    // R 4.2: pchisq(x, df, lower = FALSE)
    #[test]
    fn chi_squared_tails_are_those_of_r() {
        for (x, df, expected) in [
            (3.84, 1.0, 0.050_043_521_248_705_224),
            (0.1, 4.0, 0.998_790_895_725_749_6),
            (80.0, 3.0, 3.069_277_486_172_417_6e-17),
            (700.0, 6.0, 6.116_726_980_003_19e-148),
            (1e-5, 2.0, 0.999_995_000_012_5),
        ] {
            close(chi_squared_upper(x, df), expected);
        }
        assert_eq!(chi_squared_upper(0.0, 3.0), 1.0);
    }

    // R 4.2: qnorm(tail, lower = FALSE)
    #[test]
    fn quantiles_are_those_of_r() {
        for (tail, expected) in [
            (0.025, 1.959_963_984_540_053_8),
            (0.3, 0.524_400_512_708_040_7),
            (1e-10, 6.361_340_902_404_056),
            (0.975, -1.959_963_984_540_053_6),
            (0.4999, 0.000_250_662_830_088_007_5),
        ] {
            close(normal_quantile(tail), expected);
        }
        assert!(normal_quantile(0.5).abs() < 1e-15);
    }
}
