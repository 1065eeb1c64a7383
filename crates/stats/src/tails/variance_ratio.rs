//! Fisher's F distribution of a ratio of variances.

use super::incomplete_beta::incomplete_beta;
use crate::crossing::positive_crossing;

/// P(F ≥ f) with `df1` and `df2` > 0 degrees of freedom: I(df2/2, df1/2; df2/(df2 + df1·f)).
pub(crate) fn upper_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f <= 0.0 {
        return 1.0;
    }
    if f == f64::INFINITY {
        return 0.0;
    }
    let odds = df1 / df2 * f;
    let (x, y) = if odds <= 1.0 {
        (1.0 / (1.0 + odds), odds / (1.0 + odds))
    } else {
        // A quotient that cannot overflow.
        let odds = df2 / df1 / f;
        (odds / (1.0 + odds), 1.0 / (1.0 + odds))
    };
    incomplete_beta(df2 / 2.0, df1 / 2.0, x, y).0
}

/// The f with P(F ≥ f) = `tail`, which lies in (0, 1).
pub(crate) fn upper_quantile(tail: f64, df1: f64, df2: f64) -> f64 {
    positive_crossing(|f| upper_tail(f, df1, df2) <= tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(pf(f, df1, df2, lower.tail = FALSE), digits = 16)
    #[test]
    fn tails_are_those_of_r() {
        let values = [
            (3.5, 4.0, 12.0, 0.040_894_671_662_120_73),
            (80.0, 1.5, 9.0, 3.486_365_659_443_484e-6),
            (3.4, 2.0, 18.0, 0.055_896_860_819_507_86),
            (0.2, 3.0, 12.0, 0.894_376_871_234_256_4),
            (55.0, 4.0, 36.0, 7.617_040_681_283_279e-15),
            (900.0, 2.0, 6.0, 3.666_912_215_331_660_5e-8),
            (1e-6, 2.0, 20.0, 0.999_999_000_000_55),
            (2.2, 150.0, 3.5, 0.256_090_704_673_474_8),
            (3.2, 4.0, 17.5, 0.038_523_186_053_793_63),
            (900.0, 2.0, 12.0, 8.436_033_899_379_654e-14),
            (0.01, 3.0, 50.0, 0.998_610_716_062_017_7),
            (1.1, 60.0, 250_000.0, 0.277_331_655_035_211_6),
            (2.5, 1.0, 1.2, 0.327_741_972_220_023_05),
        ];
        for (f, df1, df2, expected) in values {
            let p = upper_tail(f, df1, df2);
            assert!((p / expected - 1.0f64).abs() < 1e-12, "{f}: {p}");
        }
        assert_eq!(upper_tail(0.0, 2.0, 3.0), 1.0);
        assert_eq!(upper_tail(f64::INFINITY, 2.0, 3.0), 0.0);
    }

    // 60-digit arithmetic (mpmath). R 4.2 has 3.3192480437992355e-104.
    #[test]
    fn a_far_tail_of_many_degrees_of_freedom_keeps_its_digits() {
        let p = upper_tail(1.1, 1e5, 1e8);
        assert!((p / 3.319_248_043_799_47e-104 - 1.0).abs() < 2e-12, "{p:e}");
    }

    // R 4.2: print(qf(c(0.975, 0.025), c(5, 18), c(18, 3.3)), digits = 16)
    #[test]
    fn quantiles_are_those_of_r() {
        let f = upper_quantile(0.025, 5.0, 18.0);
        assert!((f / 3.381_967_805_875_243 - 1.0).abs() < 1e-11, "{f}");
        let f = upper_quantile(0.975, 18.0, 3.3);
        assert!((f / 0.260_945_309_070_262_3 - 1.0).abs() < 1e-11, "{f}");
    }
}
