//! Student's t distribution.

use super::variance_ratio;
use crate::crossing::positive_crossing;

/// P(T ≥ t) with `df` > 0 degrees of freedom, a real number; 12 digits, in far tails and for many degrees of freedom too.
pub(crate) fn upper_tail(t: f64, df: f64) -> f64 {
    let beyond = two_sided(t, df) / 2.0;
    if t < 0.0 { 1.0 - beyond } else { beyond }
}

/// P(|T| ≥ |t|).
pub(crate) fn two_sided(t: f64, df: f64) -> f64 {
    variance_ratio::upper_tail(t * t, 1.0, df)
}

/// The t with P(T ≥ t) = `tail`, which lies in (0, ½].
pub(crate) fn upper_quantile(tail: f64, df: f64) -> f64 {
    positive_crossing(|t| upper_tail(t, df) <= tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(pt(c(2, 40, -1.5), c(3, 11, 7.5), lower.tail = FALSE), digits = 16)
    #[test]
    fn tails_are_those_of_r() {
        let values = [
            (2.0, 3.0, 0.069_662_984_279_421_57),
            (40.0, 11.0, 1.446_270_449_060_287e-13),
            (-1.5, 7.5, 0.912_759_714_706_767_9),
        ];
        for (t, df, expected) in values {
            let p = upper_tail(t, df);
            assert!((p / expected - 1.0f64).abs() < 1e-11, "{t}: {p}");
        }
    }

    // R 4.2: 2 * pt(-2.5, 7.3), …
    #[test]
    fn two_sided_tails_are_those_of_r() {
        for (t, df, expected) in [
            (2.5, 7.3, 0.039_650_234_665_600_456),
            (40.0, 10.0, 2.280_857_743_085_747_5e-12),
            (1e-3, 3.0, 0.999_264_894_969_460_9),
            (6.0, 1e6, 1.973_849_812_354_442e-9),
            (6.0, 1e8, 1.973_182_034_315_285_6e-9),
            (1.5, 1e8, 0.133_614_405_694_707_45),
            (1.5, 0.7, 0.440_365_097_019_240_15),
            (3.0, 171.234, 0.003_102_836_180_651_252_5),
            (
                7.510_726_123_757_411,
                62.227_419_130_704_02,
                2.741_859_673_141_365e-10,
            ),
        ] {
            let p = two_sided(t, df);
            assert!((p / expected - 1.0f64).abs() < 1e-12, "{t} {df}: {p:e}");
            assert_eq!(two_sided(-t, df), p);
        }
    }

    // R 4.2: pt(t, df, lower = FALSE)
    #[test]
    fn tails_of_small_and_large_t_are_those_of_r() {
        for (t, df, expected) in [
            (2.1, 7.3, 0.036_123_356_712_426_676),
            (0.01, 3.0, 0.496_324_555_706_426),
            (12.0, 4.0, 0.000_138_214_274_251_486_5),
            (40.0, 12.5, 7.145_766_481_858_492e-15),
            (1e-7, 5.0, 0.499_999_962_039_331_06),
            (3.0, 1000.5, 0.001_383_337_693_573_115_7),
            (3.0, 1e10, 0.001_349_898_034_953_976_1),
            (1e80, 0.7, 3.108_290_053_511_022e-57),
        ] {
            let p = upper_tail(t, df);
            assert!((p / expected - 1.0f64).abs() < 1e-12, "{t} {df}: {p:e}");
            assert!((upper_tail(-t, df) - (1.0 - expected)).abs() < 1e-12);
        }
        assert_eq!(upper_tail(0.0, 3.0), 0.5);
        assert_eq!(upper_tail(f64::INFINITY, 3.0), 0.0);
        assert_eq!(upper_tail(f64::NEG_INFINITY, 3.0), 1.0);
    }

    // R 4.2: print(qt(0.975, c(1, 9, 1000)), digits = 16); qt(1 - tail, df)
    #[test]
    fn quantiles_are_those_of_r() {
        let values = [
            (0.025, 1.0, 12.706_204_736_174_694),
            (0.025, 9.0, 2.262_157_162_798_205),
            (0.025, 1000.0, 1.962_339_080_826_408),
            (0.025, 7.3, 2.345_066_736_547_702_5),
            (0.005, 161.0, 2.606_710_628_457_423_5),
            (0.25, 2.2, 0.801_990_094_211_283_9),
            (0.025, 1e7, 1.959_964_221_767_204_9),
            (0.000_5, 1.1, 361.326_726_014_230_2),
        ];
        for (tail, df, expected) in values {
            let t = upper_quantile(tail, df);
            assert!((t / expected - 1.0f64).abs() < 1e-12, "{df}: {t}");
        }
    }
}
