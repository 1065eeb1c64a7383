//! The χ² distribution.

use statrs::function::gamma::checked_gamma_ur;

use crate::crossing::positive_crossing;

/// P(X ≥ x) with `df` > 0 degrees of freedom: 12 digits up to 1000 of them, 9 up to a million.
pub(crate) fn upper_tail(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    checked_gamma_ur(df / 2.0, x / 2.0).unwrap_or(0.0)
}

/// The x with P(X ≥ x) = `tail`, which lies in (0, 1).
pub(crate) fn upper_quantile(tail: f64, df: f64) -> f64 {
    positive_crossing(|x| upper_tail(x, df) <= tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: pchisq(x, df, lower.tail = FALSE)
    #[test]
    fn tails_are_those_of_r() {
        for (x, df, expected) in [
            (3.84, 1.0, 0.050_043_521_248_705_224),
            (0.1, 4.0, 0.998_790_895_725_749_6),
            (80.0, 3.0, 3.069_277_486_172_417_6e-17),
            (700.0, 6.0, 6.116_726_980_003_19e-148),
            (1e-5, 2.0, 0.999_995_000_012_5),
            (0.5, 1.0, 0.479_500_122_186_953_5),
            (20.0, 1.0, 7.744_216_431_044_086e-6),
            (116.462_415_067_83, 1.0, 3.764_461_476_550_98e-27),
            (400.0, 1.0, 5.507_248_237_212_469e-89),
            (3.0, 2.0, 0.223_130_160_148_429_8),
            (400.0, 2.0, 1.383_896_526_736_738e-87),
            (0.5, 5.0, 0.992_123_293_232_629_6),
            (20.0, 5.0, 0.001_249_730_563_031_376),
            (400.0, 5.0, 2.966_644_659_082_885e-84),
            (1100.0, 1000.0, 0.014_614_408_126_295_194),
        ] {
            let p = upper_tail(x, df);
            assert!((p / expected - 1.0f64).abs() < 1e-12, "{x} {df}: {p:e}");
        }
        assert_eq!(upper_tail(0.0, 3.0), 1.0);
    }

    // R 4.2: print(qchisq(c(0.025, 0.975), c(11, 48)), digits = 16)
    #[test]
    fn quantiles_are_those_of_r() {
        let x = upper_quantile(0.975, 11.0);
        assert!((x / 3.815_748_252_236_098 - 1.0).abs() < 1e-11, "{x}");
        let x = upper_quantile(0.025, 48.0);
        assert!((x / 69.022_585_789_666_07 - 1.0).abs() < 1e-11, "{x}");
    }
}
